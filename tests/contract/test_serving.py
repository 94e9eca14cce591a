"""gunicorn.conf.py: taken from the settings, known to gunicorn, and the one repair of gunicorn still fits it."""

from __future__ import annotations

import inspect
import os
import runpy
import signal
import socket
from pathlib import Path
from typing import Any

import gunicorn.util
import pytest
from gunicorn.config import Config

from serve import master, worker

FOLDER, COUNTED = "PROMETHEUS_MULTIPROC_DIR", "CAO_METRICS_COUNTED"
CONFIGURATION = Path(__file__).resolve().parents[2] / "gunicorn.conf.py"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Load the file as gunicorn does, in a folder without a .env file, with the given environment alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(COUNTED, "")  # so that what the file sets is undone
    monkeypatch.setattr(master, "_in_force", [])
    monkeypatch.setattr(gunicorn.util.close_graceful, "__defaults__", gunicorn.util.close_graceful.__defaults__)
    monkeypatch.setattr(os, "umask", lambda mode: None)
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)

    def with_environment(**environ: str) -> dict[str, Any]:
        for name in ("HOST", "PORT", "WEB_CONCURRENCY", "THREADS", COUNTED):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(FOLDER, str(tmp_path / "metrics"))
        for name, text in environ.items():
            monkeypatch.setenv(name, text)
        names = runpy.run_path(str(CONFIGURATION))
        return {name: value for name, value in names.items() if name in Config().settings}

    return with_environment


def test_one_worker_with_sixteen_threads_on_loopback_is_the_default(load: Any) -> None:
    served = load()

    assert (served["bind"], served["workers"], served["threads"]) == ("127.0.0.1:5000", 1, 16)
    assert served["worker_class"] == "serve.worker.Worker"
    assert served["preload_app"] is True


def test_the_environment_decides_address_workers_and_threads(load: Any) -> None:
    served = load(HOST="0.0.0.0", PORT="8080", WEB_CONCURRENCY="4", THREADS="8")  # noqa: S104

    assert (served["bind"], served["workers"], served["threads"]) == ("0.0.0.0:8080", 4, 8)


def test_gunicorn_accepts_every_value(load: Any) -> None:
    served, config = load(), Config()

    for name, value in served.items():
        config.set(name, value)

    assert served.keys() >= {"timeout", "keepalive", "limit_request_line", "control_socket_disable"}


def test_a_wrong_setting_ends_the_start_with_its_name(load: Any) -> None:
    with pytest.raises(SystemExit, match="PORT is 'none'"):
        load(PORT="none")


def test_a_wrong_setting_at_a_reload_is_logged_and_leaves_those_before(
    load: Any, caplog: pytest.LogCaptureFixture
) -> None:
    load(THREADS="8")

    again = load(THREADS="none")

    assert again["threads"] == 8
    assert "THREADS is 'none'" in caplog.text


def test_the_wait_for_clients_that_do_not_hang_up_is_cut(load: Any) -> None:
    load()

    parameters = inspect.signature(gunicorn.util.close_graceful).parameters

    assert list(parameters) == ["sock", "timeout", "max_drain"]
    assert (parameters["timeout"].default, parameters["max_drain"].default) == (0.05, 65_536)


def test_a_worker_for_each_processor_is_started_when_asked(load: Any) -> None:
    assert load(WEB_CONCURRENCY="auto")["workers"] == min(4, len(os.sched_getaffinity(0)))


def test_a_start_empties_the_folder_of_metrics_and_a_reload_keeps_it(load: Any, tmp_path: Path) -> None:
    counts = tmp_path / "metrics" / "counter_1.db"
    counts.parent.mkdir()
    counts.write_bytes(b"of the last start")
    load()
    emptied = not counts.exists()
    counts.write_bytes(b"of this one")

    load(**{COUNTED: f"{os.getpid()} {counts.parent}"})  # what the first time has left in the environment

    assert emptied
    assert counts.exists()
    assert counts.parent.stat().st_mode & 0o777 == 0o700


def test_the_folder_of_metrics_is_named_by_the_process_and_goes_with_it(load: Any, tmp_path: Path) -> None:
    served = load(**{FOLDER: ""})
    folder = Path(os.environ[FOLDER])
    made = folder.is_dir()

    served["on_exit"](None)

    assert (folder.name, made, folder.exists()) == (f"cao-metrics-{os.getpid()}", True, False)


def test_a_folder_of_metrics_that_is_a_link_ends_the_start(load: Any, tmp_path: Path) -> None:
    (tmp_path / "metrics").symlink_to(tmp_path)

    with pytest.raises(SystemExit, match="must not be a symbolic link"):
        load()


def test_without_metrics_there_is_no_folder(load: Any, tmp_path: Path) -> None:
    load(METRICS="off")

    assert not (tmp_path / "metrics").exists()


@pytest.mark.parametrize(
    ("sent", "express"),
    [
        (b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", True),
        (b"GET /ready HTTP/1.1\r\n\r\n", True),
        (b"GET /health HTTP/1.1\r\nHost: x\r\n", False),  # the rest may never come
        (b"GET /healthy HTTP/1.1\r\n\r\n", False),
        (b"POST /api/v1/optimize HTTP/1.1\r\n\r\nGET /health ", False),
        (b"", False),
    ],
)
def test_only_a_whole_question_of_the_platform_gets_a_thread_that_others_cannot_take(
    sent: bytes, express: bool
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(sent)

        assert worker._asks_for_health(ours) is express
        assert ours.recv(100, socket.MSG_DONTWAIT) == sent if sent else True  # looked at, not taken
