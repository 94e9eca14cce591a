"""gunicorn.conf.py: taken from the settings, known to gunicorn, and the one repair of gunicorn still fits it."""

from __future__ import annotations

import inspect
import runpy
from pathlib import Path
from typing import Any

import gunicorn.util
import pytest
from gunicorn.config import Config

CONFIGURATION = Path(__file__).resolve().parents[2] / "gunicorn.conf.py"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Load the file as gunicorn does, in a folder without a .env file, with the given environment alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gunicorn.util.close_graceful, "__defaults__", gunicorn.util.close_graceful.__defaults__)

    def with_environment(**environ: str) -> dict[str, Any]:
        for name in ("HOST", "PORT", "WEB_CONCURRENCY", "THREADS"):
            monkeypatch.delenv(name, raising=False)
        for name, text in environ.items():
            monkeypatch.setenv(name, text)
        names = runpy.run_path(str(CONFIGURATION))
        return {name: value for name, value in names.items() if name in Config().settings}

    return with_environment


def test_one_worker_with_sixteen_threads_on_loopback_is_the_default(load: Any) -> None:
    served = load()

    assert (served["bind"], served["workers"], served["threads"]) == ("127.0.0.1:5000", 1, 16)
    assert served["worker_class"] == "serving.Worker"
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


def test_the_wait_for_clients_that_do_not_hang_up_is_cut(load: Any) -> None:
    load()

    parameters = inspect.signature(gunicorn.util.close_graceful).parameters

    assert list(parameters) == ["sock", "timeout", "max_drain"]
    assert (parameters["timeout"].default, parameters["max_drain"].default) == (0.05, 65_536)
