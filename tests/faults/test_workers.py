"""Workers killed, ended and replaced while callers ask: who loses an answer, and who must not."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.fakes.electricity_maps import FakeElectricityMaps
from tests.fakes.upstream import Answer as Reply
from tests.fakes.upstream import always
from tests.faults.client import QUESTIONS, Answer, Load, ask, failures
from tests.faults.server import Gunicorn, upstream_settings, wait_until
from tests.faults.wire import status_of

CALLERS = 12
SLOW_CALLERS = 6
SLOW_SECONDS = 3.0
CALCULATE = QUESTIONS[0]
MOST_GROWTH_BYTES = 2_000_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Gunicorn]:
    """A service without a key: answers come from baselines."""
    with Gunicorn(tmp_path) as server:
        yield server


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Gunicorn]:
    """A service whose upstream hangs: the first question takes SLOW_SECONDS."""
    fake = FakeElectricityMaps({"DE": 311.2})
    fake.fault = always(Reply(wait_seconds=600))
    with fake.serving():
        patience = {"UPSTREAM_DEADLINE_SECONDS": str(SLOW_SECONDS), "UPSTREAM_READ_TIMEOUT_SECONDS": "6"}
        settings = {**upstream_settings(fake.base_url), **patience, "UPSTREAM_TOTAL_SECONDS": "6"}
        with Gunicorn(tmp_path, settings) as server:
            yield server


@contextmanager
def slow_questions(server: Gunicorn) -> Iterator[list[Future[Answer]]]:
    """Questions that workers have begun to answer when the block begins and have not answered yet."""
    with ThreadPoolExecutor(SLOW_CALLERS) as pool:
        requests = [pool.submit(ask, server.port, CALCULATE) for _ in range(SLOW_CALLERS)]
        wait_until(lambda: connections(server.workers()) >= SLOW_CALLERS, "all questions have arrived")
        time.sleep(0.5)  # for the threads to read what has arrived
        yield requests


def connections(workers: list[psutil.Process]) -> int:
    """Connections with callers that these processes hold."""
    open_connections = 0
    for worker in workers:
        with suppress(psutil.NoSuchProcess):
            open_connections += sum(
                found.status == psutil.CONN_ESTABLISHED for found in worker.net_connections(kind="tcp")
            )
    return open_connections


def test_a_killed_worker_fails_only_what_it_held(server: Gunicorn) -> None:
    load = Load(server.port, QUESTIONS, callers=CALLERS)
    with load.running():
        wait_until(lambda: len(load.answers()) > 5 * CALLERS, "load")
        victim = max(server.workers(), key=lambda worker: connections([worker]))
        victim.suspend()  # what it holds stays as it is
        open_connections = connections([victim])
        victim.kill()
        wait_until(lambda: len(server.workers()) == 4 and victim not in server.workers(), "another worker")
        answer_count = len(load.answers())
        wait_until(lambda: len(load.answers()) > answer_count + 5 * CALLERS, "more answers")

    lost = failures(load.answers())
    assert [answer.status for answer in load.answers() if answer.status not in (200, None)] == []
    assert len(lost) <= open_connections
    assert max(len(failures(mine)) for mine in load.by_caller()) <= 1


def test_a_terminated_service_answers_what_it_has_begun_and_ends(waiting: Gunicorn) -> None:
    with slow_questions(waiting) as requests:
        waiting.tell(signal.SIGTERM)

    assert failures([answer.result() for answer in requests]) == []
    assert waiting.wait() == 0


def test_a_termination_under_load_breaks_no_answer_off(server: Gunicorn) -> None:
    load = Load(server.port, QUESTIONS, callers=CALLERS)
    with load.running():
        wait_until(lambda: len(load.answers()) > 5 * CALLERS, "load")
        server.tell(signal.SIGTERM)
        code = server.wait()

    assert code == 0
    assert failures(load.answers(), accept=not_begun) == []


def test_a_reload_answers_what_was_begun_and_replaces_every_worker(waiting: Gunicorn) -> None:
    before = {worker.pid for worker in waiting.workers()}
    with slow_questions(waiting) as requests:
        waiting.tell(signal.SIGHUP)

    assert failures([answer.result() for answer in requests]) == []
    wait_until(lambda: before.isdisjoint(worker.pid for worker in waiting.workers()), "all workers are new")
    assert ask(waiting.port, CALCULATE).status == 200


def test_a_reload_under_load_breaks_no_answer_off(server: Gunicorn) -> None:
    before = {worker.pid for worker in server.workers()}
    load = Load(server.port, QUESTIONS, callers=CALLERS)
    with load.running():
        wait_until(lambda: len(load.answers()) > 5 * CALLERS, "load")
        server.tell(signal.SIGHUP)
        wait_until(lambda: before.isdisjoint(worker.pid for worker in server.workers()), "all workers are new")
        answer_count = len(load.answers())
        wait_until(lambda: len(load.answers()) > answer_count + 5 * CALLERS, "more answers")

    assert failures(load.answers(), accept=not_begun) == []


def test_a_reload_applies_the_settings_as_they_are_now(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("MAX_BODY_BYTES=2000\n")
    with Gunicorn(tmp_path, start_in=tmp_path) as server:
        before = status_of(server.port, long_question())
        dotenv.write_text("MAX_BODY_BYTES=4000\n")
        reload(server)
        after = status_of(server.port, long_question())

    assert (before, after) == (413, 400)


def test_a_reload_with_a_wrong_setting_says_so_and_leaves_all_as_it_was(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("MAX_BODY_BYTES=2000\n")
    with Gunicorn(tmp_path, start_in=tmp_path) as server:
        dotenv.write_text("MAX_BODY_BYTES=none\n")
        reload(server)
        after = status_of(server.port, long_question())
        log = server.log()

    assert after == 413
    assert "settings were not reloaded" in log
    assert "MAX_BODY_BYTES is 'none'" in log


def test_twenty_reloads_take_no_more_memory(tmp_path: Path) -> None:
    with Gunicorn(tmp_path, workers=1) as server:
        for _ in range(3):
            reload(server)
        before = server.master.memory_info().rss
        for _ in range(20):
            reload(server)
        after = server.master.memory_info().rss

    assert after - before < MOST_GROWTH_BYTES


def reload(server: Gunicorn) -> None:
    """HUP, and wait for other workers."""
    before = {worker.pid for worker in server.workers()}
    server.tell(signal.SIGHUP)
    wait_until(lambda: before.isdisjoint(worker.pid for worker in server.workers()), "all workers are new")
    wait_until(lambda: ask(server.port, CALCULATE).status == 200, "it answers")


def long_question() -> bytes:
    """A body of 3,000 bytes that is no JSON object."""
    head = "POST /api/v1/calculate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 3000\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + b"[" * 3000


def not_begun(answer: Answer) -> bool:
    """Whether the connection ended before any of the answer came: the question may never have been read."""
    return answer.status is None and not answer.begun
