"""gunicorn.conf.py: taken from the settings, known to gunicorn; and what serve/ changes in gunicorn still fits it."""

from __future__ import annotations

import gc
import json
import os
import runpy
import signal
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from gunicorn import util
from gunicorn.config import Config
from gunicorn.http import errors
from gunicorn.http.parser import RequestParser

from serve import application, master, worker
from settings import Settings
from store.history.recorder import CLOSE_SECONDS

FOLDER, COUNTED = "PROMETHEUS_MULTIPROC_DIR", "CAO_METRICS_COUNTED"
CONFIGURATION = Path(__file__).resolve().parents[2] / "gunicorn.conf.py"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Load the file as gunicorn does, in a folder without a .env file, with the given environment alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(COUNTED, "")  # so that what the file sets is undone
    monkeypatch.setattr(master, "_in_force", [])
    monkeypatch.setattr(os, "umask", lambda mode: None)
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(master, "begin", lambda: None)

    def with_environment(**environ: str) -> dict[str, Any]:
        for name in ("HOST", "PORT", "WEB_CONCURRENCY", "THREADS", COUNTED):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(FOLDER, str(tmp_path / "metrics"))
        for name, text in environ.items():
            monkeypatch.setenv(name, text)
        names = runpy.run_path(str(CONFIGURATION))
        return {name: value for name, value in names.items() if name in Config().settings}

    return with_environment


@pytest.mark.parametrize(
    "end", [master.share, lambda server: master.renew(server, Settings())], ids=["start", "reload"]
)
def test_garbage_is_collected_again_once_the_application_is_built(end: Any) -> None:
    master.begin()
    while_building = gc.isenabled()

    end(SimpleNamespace(cfg=SimpleNamespace(preload_app=False), app=None))

    assert not while_building
    assert gc.isenabled()


def test_one_worker_with_sixteen_threads_on_loopback_is_the_default(load: Any) -> None:
    options = load()

    assert (options["bind"], options["workers"], options["threads"]) == ("127.0.0.1:5000", 1, 16)
    assert options["worker_class"] == "serve.worker.Worker"
    assert options["preload_app"] is True


def test_a_worker_that_ends_has_time_to_store_its_readings(load: Any) -> None:
    served = load()

    # A busy machine imports SQLAlchemy in up to some 10 s; what ends later than graceful_timeout is killed, and so is a
    # worker that shows no life for `timeout`.
    assert 15 <= CLOSE_SECONDS <= served["graceful_timeout"] - 5
    assert served["timeout"] > CLOSE_SECONDS


def test_the_environment_decides_address_workers_and_threads(load: Any) -> None:
    options = load(HOST="0.0.0.0", PORT="8080", WEB_CONCURRENCY="4", THREADS="8")  # noqa: S104

    assert (options["bind"], options["workers"], options["threads"]) == ("0.0.0.0:8080", 4, 8)


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
    options = load(**{FOLDER: ""})
    folder = Path(os.environ[FOLDER])
    exists = folder.is_dir()

    options["on_exit"](None)

    assert (folder.name, exists, folder.exists()) == (f"cao-metrics-{os.getpid()}", True, False)


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

        head = worker._head(ours)

        assert head == (sent or None)
        assert worker._asks_for_health(head or b"") is express
        assert ours.recv(100, socket.MSG_DONTWAIT) == sent if sent else True  # looked at, not taken


class Lines:
    """A log of gunicorn that keeps every text."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __getattr__(self, level: str) -> Any:
        return lambda message, *values: self.texts.append(message % values if values else message)


def handle_error(error: Exception) -> tuple[bytes, str]:
    """What a worker sends and logs about a request that raised an error."""
    handler = worker.Worker.__new__(worker.Worker)
    handler.cfg, handler.log = Config(), Lines()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        try:
            raise error  # noqa: TRY301  # for its traceback
        except Exception as raised:
            handler.handle_error(None, ours, ("192.0.2.1", 1), raised)
        ours.close()
        return theirs.makefile("rb").read(), "\n".join(handler.log.texts)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidRequestLine("hidden"), b"400 Bad Request"),
        (errors.InvalidHeader("X-API-Key: hidden"), b"400 Bad Request"),
        (errors.InvalidChunkSize(b"hidden"), b"400 Bad Request"),
        (errors.LimitRequestLine(1, 1), b"414 URI Too Long"),
        (errors.LimitRequestHeaders("hidden"), b"431 Request Header Fields Too Large"),
        (ValueError("hidden"), b"500 Internal Server Error"),
    ],
)
def test_a_request_that_gunicorn_cannot_read_gets_a_problem_that_quotes_nothing_of_it(
    error: Exception, status: bytes
) -> None:
    answer, log = handle_error(error)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert json.loads(body)["status"] == int(status[:3])
    assert log != ""
    assert "hidden" not in log + answer.decode()


def request_of(text: bytes) -> Any:
    """The request that gunicorn's parser reads from these bytes."""
    ours, theirs = socket.socketpair()
    theirs.sendall(text)
    theirs.close()
    return next(RequestParser(Config(), ours, ("192.0.2.1", 1)))


CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_a_body_is_read_as_gunicorn_reads_it() -> None:
    body = application.Body(request_of(CHUNKED + b"4\r\na\nbc\r\n0\r\n\r\n").body)

    assert (body.read(1), body.readline(), body.read(), body.read()) == (b"a", b"\n", b"bc", b"")
    assert list(application.Body(request_of(CHUNKED + b"4\r\na\nbc\r\n0\r\n\r\n").body)) == [b"a\n", b"bc"]


@pytest.mark.parametrize("read", ["read", "readline", "readlines"])
@pytest.mark.parametrize("chunks", [b"zz\r\na\r\n", b"1\r\nab\r\n", b"1;\rx\r\na\r\n", b"20\r\nabc"])
def test_a_body_of_malformed_chunks_or_cut_in_one_ends_early_for_the_application(chunks: bytes, read: str) -> None:
    body = application.Body(request_of(CHUNKED + chunks).body)

    with pytest.raises(EOFError):
        getattr(body, read)()


def test_a_worker_gives_the_application_such_a_body() -> None:
    bodies: list[Any] = []
    handler = worker.Worker.__new__(worker.Worker)
    handler.app = SimpleNamespace(wsgi=lambda: lambda environ, start_response: bodies.append(environ["wsgi.input"]))
    handler.load_wsgi()

    handler.wsgi({"wsgi.input": request_of(CHUNKED + b"zz\r\na\r\n").body}, None)

    with pytest.raises(EOFError):
        bodies[0].read()


def test_a_worker_accepts_connections_with_deadlines() -> None:
    accepted: list[Any] = []

    class Accepting(worker.Worker):
        def enqueue_req(self, conn: Any) -> None:
            accepted.append(conn)

    handler = Accepting.__new__(Accepting)
    handler.cfg, handler.nr_conns = Config(), 0
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()):
        handler.accept(listener)
        (connection,) = accepted
        connection.init()
        connection.close()

    assert isinstance(connection, worker.Connection)
    assert isinstance(connection.parser.unreader, worker.DeadlineUnreader)


def test_a_client_that_does_not_hang_up_is_waited_for_a_moment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    close = Mock(wraps=util.close_graceful)
    monkeypatch.setattr(util, "close_graceful", close)
    ours, theirs = socket.socketpair()
    with theirs:
        worker.Connection(Config(), ours, ("192.0.2.1", 1), None).close(graceful=True)

        assert close.call_args.args[1:] == (0.05,)  # seconds; gunicorn's own wait is 2 s
        assert theirs.recv(10) == b""
