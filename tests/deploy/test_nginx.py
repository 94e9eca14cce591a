"""deploy/nginx: Debian's nginx in front of two real gunicorns. Clients reach them, slow ones do no harm, a restart
loses nothing."""

from __future__ import annotations

import gzip
import json
import re
import resource
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.contract.document import COMPONENTS, check
from tests.deploy.replicas import Pair, Replica, nginx_command, running, temp_paths
from tests.deploy.tools import DEPLOY, complaints

HEAD_SECONDS = 10  # client_header_timeout of deploy/nginx/nginx.conf
LONGEST_PATH = 4094 - len("GET  HTTP/1.1")  # limit_request_line of gunicorn.conf.py
UNDER_WAY = 256  # limit_conn of deploy/nginx/nginx.conf
IDLE, SLOW = 1000, 50
QUESTION = json.dumps({"region": "us-east-1", "instance_type": "m5.large", "duration_hours": 4}).encode()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with running(tmp_path_factory.mktemp("pair")) as served:
        yield served


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        decoded: dict[str, object] = json.loads(self.body)
        return decoded


def ask(
    pair: Pair, path: str, *, method: str = "", body: bytes | None = None, client: str = "127.0.0.1", **headers: str
) -> Answer:
    """One answer on a connection of its own, from an address of the loopback network. Header names with _ for -."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    if body is not None:
        named["Content-Type"] = "application/json"
    with closing(HTTPConnection("127.0.0.1", pair.port, timeout=10, source_address=(client, 0))) as connection:
        connection.request(method or ("GET" if body is None else "POST"), path, body=body, headers=named)
        answer = connection.getresponse()
        return Answer(status=answer.status, headers=dict(answer.getheaders()), body=answer.read())


@pytest.mark.parametrize("where", ["nginx", "compose"])
def test_nginx_accepts_the_files_of_a_place(where: str, tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "nginx" / "nginx.conf", tmp_path)
    shutil.copy(DEPLOY / where / "replicas.conf", tmp_path)
    shipped = (DEPLOY / where / "place.conf").read_text()
    here = re.sub(r"/run/nginx|/var/log/nginx", str(tmp_path), shipped).replace("listen 80 ", "listen 8080 ")
    if "_temp_path" not in here:
        here += temp_paths(tmp_path)  # Debian's own are root's
    (tmp_path / "place.conf").write_text(here)

    assert complaints(*nginx_command(tmp_path), "-t") == ""


def test_questions_are_answered_by_both_replicas(pair: Pair) -> None:
    answers = [ask(pair, "/api/v1/calculate", body=QUESTION) for _ in range(8)]

    assert {answer.status for answer in answers} == {200}
    ports = {json.loads(line)["replica"].rpartition(":")[2] for line in pair.log.read_text().splitlines()}
    assert ports == {str(replica.port) for replica in pair.replicas}


def test_an_answer_is_compressed_for_whoever_asks_for_it(pair: Pair) -> None:
    plain = ask(pair, "/openapi.json")

    packed = ask(pair, "/openapi.json", Accept_Encoding="gzip")

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert "Content-Encoding" not in plain.headers


def test_a_usable_request_id_is_the_same_for_client_service_and_log(pair: Pair) -> None:
    answer = ask(pair, "/api/v1/workloads", X_Request_ID="trace-7")

    assert (answer.headers["X-Request-ID"], answer.json["request_id"]) == ("trace-7", "trace-7")
    assert '"request_id":"trace-7"' in pair.log.read_text()


def test_an_unusable_request_id_is_replaced_by_one_that_the_log_shows(pair: Pair) -> None:
    answer = ask(pair, "/api/v1/workloads", X_Request_ID='"; drop')

    given = answer.headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", given)
    assert f'"request_id":"{given}"' in pair.log.read_text()


def test_nginx_tells_no_version(pair: Pair) -> None:
    assert ask(pair, "/health").headers["Server"] == "nginx"


@pytest.mark.parametrize("path", ["/metrics", "/%6detrics", "/./metrics", "//metrics", "/%2fmetrics"])
def test_metrics_are_not_shown_to_clients(pair: Pair, path: str) -> None:
    answer = ask(pair, path)

    assert (answer.status, answer.json["type"]) == (404, "/problems/not-found")


def test_a_body_of_more_than_a_megabyte_is_a_problem_of_the_services_form(pair: Pair) -> None:
    answer = ask(pair, "/api/v1/calculate", body=b" " * (2**20 + 1))

    assert (answer.status, answer.json["status"]) == (413, 413)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("status", "method", "path", "text"),
    [
        (400, "get", "/health", "short"),
        (405, "TRACE", "/health", "short"),
        (414, "GET", "/" + "a" * LONGEST_PATH, "short"),
        (431, "GET", "/health", "long" * 1250),
    ],
    ids=["a method in small letters", "TRACE", "a long path", "a long header"],
)
def test_what_nginx_itself_refuses_is_a_problem_with_a_request_id(
    pair: Pair, status: int, method: str, path: str, text: str
) -> None:
    answer = ask(pair, path, method=method, X_Text=text)

    check(answer.json, COMPONENTS["Problem"])
    assert (answer.status, answer.json["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


def test_the_longest_path_that_nginx_passes_on_is_none_that_gunicorn_refuses(pair: Pair) -> None:
    answer = ask(pair, "/" + "a" * (LONGEST_PATH - 1))

    assert (answer.status, answer.json["type"]) == (404, "/problems/not-found")
    assert "instance" in answer.json  # the service's own


def test_an_address_with_too_many_requests_under_way_is_told_when_to_come_back(pair: Pair) -> None:
    limit, client = time.monotonic() + 5, "127.0.0.4"
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
            asked = time.monotonic()
            assert ask(pair, "/api/v1/calculate", body=QUESTION).status == 200
            waits.append(time.monotonic() - asked)
            time.sleep(0.5)

        assert max(waits) < 1
        assert len(idle) == IDLE
        assert all(ended(connection, started + HEAD_SECONDS + 3) for connection in slow)


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
