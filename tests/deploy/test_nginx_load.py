"""deploy/nginx under load: limits of an address, slow clients, replicas that restart or are gone."""

from __future__ import annotations

import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.deploy.questions import QUESTION, ask
from tests.deploy.replicas import Pair, Replica, running
from tests.fakes.patience import PROMPT_SECONDS

HEAD_SECONDS = 10  # client_header_timeout of deploy/nginx/nginx.conf
UNDER_WAY = 256  # limit_conn of deploy/nginx/nginx.conf
IDLE, SLOW = 1000, 50


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with running(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


def test_an_address_with_too_many_requests_under_way_is_told_when_to_come_back(pair: Pair) -> None:
    limit, client = time.monotonic() + PROMPT_SECONDS / 2, "127.0.0.4"
    head = b"POST /api/v1/calculate HTTP/1.1\r\nHost: example.org\r\nContent-Length: 2\r\n\r\n{"
    with ExitStack() as stack:
        for _ in range(UNDER_WAY):
            connection = socket.create_connection(("127.0.0.1", pair.port), timeout=5, source_address=(client, 0))
            stack.enter_context(connection).sendall(head)

        while (answer := ask(pair, "/health", client=client)).status == 200 and time.monotonic() < limit:
            time.sleep(0.1)  # until nginx has read all those heads

        other = ask(pair, "/health", client="127.0.0.5")

    assert (answer.status, answer.json["type"]) == (429, "/problems/rate-limited")
    assert answer.headers["Retry-After"] == "1"
    assert (other.status, "Retry-After" in other.headers) == (200, False)


def test_callers_are_counted_by_their_own_address_whatever_they_write_into_headers(tmp_path: Path) -> None:
    with running(tmp_path, RATE_LIMIT="3 per minute") as pair:
        forged = [
            ask(
                pair,
                "/api/v1/workloads",
                client="127.0.0.2",
                X_Forwarded_For=f"198.51.100.{n}",
                X_Real_IP=f"10.0.0.{n}",
            )
            for n in range(30)
        ]

        other = ask(pair, "/api/v1/workloads", client="127.0.0.3", X_Forwarded_For="127.0.0.2")

    assert [answer.status for answer in forged].count(200) == 3  # a forged address would let all 30 pass
    assert other.status == 200


def test_a_thousand_idle_and_fifty_slow_clients_leave_the_service_answering(pair: Pair) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, most), most))
    with ExitStack() as stack:
        idle = [stack.enter_context(socket.create_connection(("127.0.0.1", pair.port), timeout=5)) for _ in range(IDLE)]
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", pair.port), timeout=5)) for _ in range(SLOW)]
        for connection in slow:
            connection.sendall(b"GET /api/v1/workloads HTTP/1.1\r\nHost: example.org\r\n")
        started, waits = time.monotonic(), []

        while time.monotonic() < started + HEAD_SECONDS - 4:
            for connection in slow:
                connection.sendall(b"X-Slow: 1\r\n")
            start_seconds = time.monotonic()
            assert ask(pair, "/api/v1/calculate", body=QUESTION).status == 200
            waits.append(time.monotonic() - start_seconds)
            time.sleep(0.5)

        assert max(waits) < PROMPT_SECONDS / 2  # behind the slow clients it would be HEAD_SECONDS
        assert len(idle) == IDLE
        assert all(ended(connection, started + HEAD_SECONDS + PROMPT_SECONDS) for connection in slow)


def ended(connection: socket.socket, limit: float) -> bool:
    """Whether the other side has hung up by then, answer or none."""
    connection.settimeout(max(0.01, limit - time.monotonic()))
    try:
        while connection.recv(4096):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


@dataclass
class Load:
    """Clients that ask without a pause until told to stop, every second question a POST."""

    pair: Pair
    answered: int = 0
    failed: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def client(self) -> None:
        with closing(HTTPConnection("127.0.0.1", self.pair.port, timeout=10)) as connection:
            while not self._stop.is_set():
                self._ask(connection, "GET", "/api/v1/workloads", None)
                self._ask(connection, "POST", "/api/v1/calculate", QUESTION)

    def _ask(self, connection: HTTPConnection, method: str, path: str, body: bytes | None) -> None:
        try:
            connection.request(method, path, body=body, headers={"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
        except (OSError, HTTPException) as error:
            self.failed.append(f"{method}: {error!r}")
            connection.close()
        else:
            if answer.status == 200:
                self.answered += 1
            else:
                self.failed.append(f"{method}: {answer.status}")

    def __enter__(self) -> Load:
        self._threads = [threading.Thread(target=self.client) for _ in range(8)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def restart(replica: Replica) -> int | None:
    """End a replica by SIGTERM, start it again; its exit code."""
    replica.terminate()
    code = replica.wait()
    replica.start()
    return code


def test_replicas_restarted_one_after_the_other_under_load_lose_no_request(pair: Pair) -> None:
    with Load(pair) as load:
        time.sleep(1)
        codes = [restart(replica) for replica in pair.replicas]  # no pause between them
        time.sleep(1)

    assert load.failed == []
    assert load.answered > 500
    assert set(codes) == {0}


def test_without_any_replica_nginx_answers_503_as_a_problem(tmp_path: Path) -> None:
    with running(tmp_path) as pair:
        for replica in pair.replicas:
            replica.terminate()
            replica.wait()

        answer = ask(pair, "/api/v1/workloads")

    assert (answer.status, answer.json["status"]) == (503, 503)
    assert answer.headers["Content-Type"] == "application/problem+json"
