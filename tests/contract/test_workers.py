"""Several real workers are one service: one count of requests, one scrape, one log; slow clients hold no thread."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from serve.worker import HEADER_SECONDS
from tests.contract.document import DOCUMENT, check
from tests.fakes.patience import PROMPT_SECONDS
from tests.fakes.redis_server import running
from tests.faults.client import ask
from tests.faults.server import Gunicorn, wait_until

PATH = "/api/v1/workloads"
WORKERS = 4
LIMITED = {"RATE_LIMIT": "60 per minute"}


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gunicorn]:
    """A service of one worker."""
    with Gunicorn(tmp_path_factory.mktemp("one"), workers=1) as server:
        yield server


def statuses(ports: list[int], times: int) -> Counter[int | None]:
    """Of so many questions, sixteen at once, each on a connection of its own, so that all workers get some."""
    with ThreadPoolExecutor(16) as pool:
        return Counter(pool.map(lambda number: ask(ports[number % len(ports)], PATH).status, range(times)))


def counted(port: int, name: str) -> float:
    """The sum of a metric's samples whose line begins like this."""
    text = ask(port, "/metrics").text.decode()
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


def test_exactly_60_of_100_pass_four_workers_without_redis_and_any_worker_tells_so(tmp_path: Path) -> None:
    with Gunicorn(tmp_path, LIMITED, workers=WORKERS) as server:
        status_codes = statuses([server.port], 100)
        access = json.loads(ask(server.port, "/ready").text)["access"]
        scrapes = {counted(server.port, f'cao_http_requests_total{{method="GET",route="{PATH}"') for _ in range(12)}
        limited = counted(server.port, "cao_rate_limited_total")

    assert status_codes == {200: 60, 429: 40}
    assert (access["rate_limit_scope"], access["rate_limit_failing"]) == ("machine", False)
    assert (scrapes, limited) == ({100.0}, 40.0)


def test_exactly_60_of_100_pass_two_services_of_four_workers_with_redis(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    with (
        running() as redis,
        Gunicorn(folders[0], {**LIMITED, "REDIS_URL": redis.url}, workers=WORKERS) as one,
        Gunicorn(folders[1], {**LIMITED, "REDIS_URL": redis.url}, workers=WORKERS) as two,
    ):
        status_codes = statuses([one.port, two.port], 100)
        scope = json.loads(ask(one.port, "/ready").text)["access"]["rate_limit_scope"]

    assert status_codes == {200: 60, 429: 40}
    assert scope == "service"


def test_redis_that_hangs_dies_and_comes_back_slows_nobody_and_fails_nobody(tmp_path: Path) -> None:
    with (
        running() as redis,
        Gunicorn(tmp_path, {"RATE_LIMIT": "100000 per minute", "REDIS_URL": redis.url}, workers=WORKERS) as server,
    ):
        statuses([server.port], 50)
        with redis.hanging():
            during = [ask(server.port, PATH) for _ in range(60)]
        redis.stop()
        gone = [ask(server.port, PATH) for _ in range(60)]
        redis.start()
        wait_until(lambda: _scopes(server.port) == {"service"}, "Redis is used again by every worker")
        errors = counted(server.port, 'cao_store_errors_total{store="redis"}')
        log = server.log()

    assert {answer.status for answer in during + gone} == {200}
    assert max(answer.seconds for answer in during + gone) < PROMPT_SECONDS  # Redis hangs until all are answered
    assert errors > 0
    assert log.count('"ERROR"') <= 2 * WORKERS  # a line a worker and outage


def _scopes(port: int) -> set[str]:
    statuses([port], 24)
    return {json.loads(ask(port, "/ready").text)["access"]["rate_limit_scope"] for _ in range(12)}


def test_a_worker_that_dies_takes_no_counts_with_it_and_a_reload_neither(tmp_path: Path) -> None:
    with Gunicorn(tmp_path, LIMITED, workers=WORKERS) as server:
        statuses([server.port], 30)
        server.workers()[0].kill()
        wait_until(lambda: len(server.workers()) == WORKERS, "the worker is replaced")
        before = {worker.pid for worker in server.workers()}
        server.tell(signal.SIGHUP)
        wait_until(
            lambda: len(now := {worker.pid for worker in server.workers()}) == WORKERS and not now & before,
            "the workers are new",
        )
        status_codes = statuses([server.port], 50)
        requests = counted(server.port, f'cao_http_requests_total{{method="GET",route="{PATH}"')

    assert status_codes == {200: 30, 429: 20}
    assert requests == 80


def test_every_line_of_the_log_is_json_and_every_request_is_one(tmp_path: Path) -> None:
    with Gunicorn(tmp_path, workers=2) as server:
        for _ in range(5):
            ask(server.port, PATH)
        wait_until(lambda: server.log().count(f'"path":"{PATH}"') == 5, "every request is logged")
        lines = [json.loads(line) for line in server.log().splitlines()]

    access_lines = [line for line in lines if line["logger"] == "access" and line["path"] == PATH]
    assert [line["status"] for line in access_lines] == [200] * 5
    assert len({line["request_id"] for line in access_lines}) == 5
    assert any("Listening at" in line["message"] for line in lines if line["logger"] == "gunicorn.error")


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def test_clients_that_trickle_headers_hold_no_thread_for_longer_than_the_deadline(tmp_path: Path) -> None:
    with Gunicorn(tmp_path, {"THREADS": "4"}, workers=1) as server:
        slow = [connect(server.port) for _ in range(8)]
        for client in slow:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        answer = ask(server.port, "/health")
        hung_up = _hangs_up(slow[0])

    assert answer.status == 200
    assert answer.seconds < 2 * HEADER_SECONDS + PROMPT_SECONDS  # eight clients, four threads: two turns
    assert hung_up


def _hangs_up(client: socket.socket) -> bool:
    with client:
        return client.recv(100) == b""


@pytest.mark.parametrize("idle", [200])
def test_idle_connections_hold_no_thread(tmp_path: Path, idle: int) -> None:
    with Gunicorn(tmp_path, {"THREADS": "4"}, workers=1) as server:
        clients = [connect(server.port) for _ in range(idle)]
        time.sleep(idle * 0.02 / 4)  # each was waited for a moment by one of four threads

        answers = [ask(server.port, "/health") for _ in range(5)]
        for client in clients:
            client.close()

    assert {answer.status for answer in answers} == {200}
    assert max(answer.seconds for answer in answers) < PROMPT_SECONDS


def test_a_body_that_stops_is_a_400_and_what_comes_later_is_no_request(tmp_path: Path) -> None:
    head = (
        b"POST /api/v1/calculate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    )
    with (
        Gunicorn(tmp_path, workers=1, application="tests.fakes.impatient:app") as server,
        connect(server.port) as client,
    ):
        client.sendall(head + b'{"region"')
        answer = client.recv(10_000)
        client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        rest = _all_of(client)

    assert re.match(rb"HTTP/1.1 400 ", answer)
    assert b"200 OK" not in rest


def _all_of(client: socket.socket) -> bytes:
    body = b""
    try:
        while piece := client.recv(10_000):
            body += piece
    except ConnectionResetError:
        pass
    return body


@pytest.mark.parametrize(
    ("status", "request_lines"),
    [
        (414, ["GET /v1/by-rank?fields=" + "a" * 5000 + " HTTP/1.1", "Host: a"]),
        (431, ["GET /v1/by-rank HTTP/1.1", "Host: a", "X-Long: " + "a" * 9000]),
        (400, ["GET /v1/by-rank HTTP/1.1", "Host: a", "no header"]),
    ],
)
def test_what_the_server_cannot_read_is_refused_with_a_problem_that_the_document_describes(
    status: int, request_lines: list[str], one: Gunicorn
) -> None:
    with socket.create_connection(("127.0.0.1", one.port), timeout=5) as connection:
        connection.sendall("\r\n".join((*request_lines, "", "")).encode())
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")

    problem = json.loads(body)
    described = DOCUMENT["paths"]["/v1/by-rank"]["get"]["responses"][str(status)]["$ref"].rpartition("/")[2]
    media = DOCUMENT["components"]["responses"][described]["content"]["application/problem+json"]
    check(problem, media["schema"])
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type: application/problem+json" in head
    assert f"X-Request-ID: {problem['request_id']}".encode() in head
    assert problem["status"] == status
