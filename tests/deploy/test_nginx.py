"""deploy/nginx: Debian's nginx in front of two real gunicorns. Clients reach them, slow ones do no harm, a restart
loses nothing."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.document import COMPONENTS, check
from tests.deploy.questions import QUESTION, ask
from tests.deploy.replicas import Pair, nginx_command, running, temp_paths
from tests.deploy.tools import DEPLOY, complaints

LONGEST_PATH = 4094 - len("GET  HTTP/1.1")  # limit_request_line of gunicorn.conf.py


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with running(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


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

    request_id = answer.headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)
    assert f'"request_id":"{request_id}"' in pair.log.read_text()


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
