"""Every list is to be had in pages and as a table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.openapi.document import EXAMPLES
from tests.api.conftest import Ask
from tests.contract.document import DOCUMENT
from tools.make_examples import POSTS

# A list, the member that holds it, how many rows a page has here, and the fields that tell its rows apart.
LISTS = (
    ("/v1/by-rank", "regions", 100, ("gid",)),
    ("/v1/by-provider/aws?exclude=aws-us-east-1", "regions", 7, ("gid",)),
    ("/v1/by-country/DE?provider=aws&provider=gcp", "regions", 1, ("gid",)),
    ("/v1/by-iata/LON?tolerance=5%25", "regions", 2, ("gid",)),
    ("/api/v1/regions?provider=all&sort=region", "regions", 100, ("provider", "region")),
    ("/api/v1/instances?q=m7g", "instances", 9, ("provider", "instance_type")),
    ("/api/v1/workloads", "workloads", 3, ("workload",)),
)
EMPTY = (
    "/v1/by-country/AQ",
    "/v1/by-rank?offset=100000",
    "/v1/by-rank?maxIntensity=0",
    "/api/v1/regions?provider=hetzner&country=SE",
    "/api/v1/regions?offset=100000",
    "/api/v1/instances?offset=100000",
    "/api/v1/workloads?offset=100",
)
every_list = pytest.mark.parametrize(("path", "member", "size", "key"), LISTS)


def beside(path: str, **parameters: object) -> str:
    query_string = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"{path}{'&' if '?' in path else '?'}{query_string}"


def links(response: TestResponse) -> dict[str, str]:
    """The path of each page beside this one, by its relation."""
    matches = re.findall(r'<([^>]*)>; rel="(\w+)"', response.headers.get("Link", ""))
    return {relation: target for target, relation in matches}


def pages(client: FlaskClient, path: str, relation: str) -> Iterator[TestResponse]:
    """This page and all that its links of one relation lead to."""
    target: str | None = path
    while target is not None:
        response = client.get(target)
        assert response.status_code == 200, response.text
        yield response
        target = links(response).get(relation)


def table(response: TestResponse) -> list[dict[str, str]]:
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8", response.text
    return list(csv.DictReader(io.StringIO(response.text)))


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of JSON with the fields of its objects beside its own."""
    cells: dict[str, Any] = {}
    for name, value in row.items():
        cells |= {f"{name}.{part}": one for part, one in value.items()} if isinstance(value, dict) else {name: value}
    return cells


def assert_same(cells: dict[str, str], row: Mapping[str, Any]) -> None:
    """A line of a table holds what the row of JSON holds, and is empty where that has nothing."""
    given = flat(row)
    for name, cell in cells.items():
        value = given.get(name)
        if value is None:
            assert cell == "", name
        elif isinstance(value, bool):
            assert cell == str(value).lower(), name
        elif isinstance(value, int | float):
            assert float(cell) == value, name
        else:
            assert cell == (" ".join(value) if isinstance(value, list) else value), name
    # A nested field that is null has no parts in the JSON, but keeps its columns.
    assert {name for name, value in given.items() if value is not None} <= cells.keys()


@every_list
def test_the_pages_that_next_leads_to_hold_every_row_once_in_the_order_of_the_list(
    client: FlaskClient, path: str, member: str, size: int, key: tuple[str, ...]
) -> None:
    whole = client.get(beside(path, limit=1000)).get_json()[member]

    read = [page.get_json()[member] for page in pages(client, beside(path, limit=size), "next")]

    assert len(read) > 1
    assert {len(rows) for rows in read[:-1]} == {size}
    names = [[row[name] for name in key] for rows in read for row in rows]
    assert names == [[row[name] for name in key] for row in whole]
    assert links(client.get(beside(path, limit=len(whole)))) == {}  # one page holds all


@every_list
def test_prev_leads_back_to_the_first_page(
    client: FlaskClient, path: str, member: str, size: int, key: tuple[str, ...]
) -> None:
    last = list(pages(client, beside(path, limit=size), "next"))[-1]

    *_, first = pages(client, last.request.full_path, "prev")

    assert "next" not in links(last)
    assert links(last)["first"] == first.request.full_path
    assert links(first).keys() == {"next"}


@pytest.mark.parametrize(("path", "member"), [case[:2] for case in LISTS if case[1] != "instances"])
def test_without_a_limit_the_whole_list_comes_and_no_link(client: FlaskClient, path: str, member: str) -> None:
    response, limited = client.get(path), client.get(beside(path, limit=1000))

    rows = response.get_json()[member]
    assert rows == limited.get_json()[member]
    assert "Link" not in response.headers
    assert rows[2:] == client.get(beside(path, offset=2)).get_json()[member]


def test_instance_types_come_a_hundred_at_a_time_unless_more_are_asked_for(client: FlaskClient) -> None:
    response = client.get("/api/v1/instances")

    assert len(response.get_json()["instances"]) == 100
    assert links(response)["next"] == "/api/v1/instances?limit=100&offset=100"


def test_a_link_keeps_the_question(client: FlaskClient) -> None:
    path = "/v1/by-rank?provider=aws&provider=gcp&tolerance=5%25&fields=gid,spotPrice.perHour&limit=3&offset=3"

    link_paths = links(client.get(path))

    assert link_paths.keys() == {"next", "prev", "first"}
    for relation, offset in (("next", "6"), ("prev", "0"), ("first", "0")):
        target = urlsplit(link_paths[relation])
        assert target.path == "/v1/by-rank"
        assert parse_qs(target.query) == {
            "provider": ["aws", "gcp"],
            "tolerance": ["5%"],
            "fields": ["gid,spotPrice.perHour"],
            "limit": ["3"],
            "offset": [offset],
        }


def test_a_page_past_the_end_leads_back_to_the_last_one(client: FlaskClient) -> None:
    assert links(client.get("/v1/by-rank?limit=20&offset=5000"))["prev"] == "/v1/by-rank?limit=20&offset=354"


@pytest.mark.parametrize("accept", ["application/json", "text/csv", "text/plain"])
def test_a_kept_page_has_the_links_of_the_first_answer(client: FlaskClient, accept: str) -> None:
    answers = [client.get("/v1/by-rank?limit=3", headers={"Accept": accept}) for _ in range(2)]
    head = client.head("/v1/by-rank?limit=3", headers={"Accept": accept})

    assert {answer.headers["Link"] for answer in (*answers, head)} == {'</v1/by-rank?limit=3&offset=3>; rel="next"'}


@every_list
def test_a_list_is_a_table_to_clients_that_prefer_csv(
    client: FlaskClient, path: str, member: str, size: int, key: tuple[str, ...]
) -> None:
    rows = client.get(path).get_json()[member]

    lines = table(client.get(path, headers={"Accept": "text/csv"}))

    assert len(lines) == len(rows) > 0
    for line, row in zip(lines, rows, strict=True):
        assert_same(line, row)


@pytest.mark.parametrize("operation", ["compareOptions", "optimizePlacement"])
@pytest.mark.parametrize("more", [{}, {"include_embodied": True}])
def test_a_list_that_answers_a_post_is_a_table_too(client: FlaskClient, operation: str, more: dict[str, Any]) -> None:
    path, question = POSTS[operation]
    answer = client.post(path, json=question | more).get_json()
    rows = answer["comparisons"] if "comparisons" in answer else answer["recommendation"]["recommendations"]

    lines = table(client.post(path, json=question | more, headers={"Accept": "text/csv"}))

    assert [line["region"] for line in lines] == [row["region"] for row in rows]
    for line, row in zip(lines, rows, strict=True):
        assert_same(line, row)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("text/csv", "text/csv"),
        ("application/json;q=0.4, text/csv;q=0.5", "text/csv"),
        ("text/csv;q=0", "application/json"),
        ("text/*", "text/csv"),
        ("text/plain", "application/json"),
        ("text/plain, text/csv;q=0.5", "text/csv"),
        ("image/png", "application/json"),
    ],
)
def test_under_api_v1_accept_is_weighed_between_json_and_csv(client: FlaskClient, accept: str, kind: str) -> None:
    for _ in ("made", "kept"):
        assert client.get("/api/v1/workloads", headers={"Accept": accept}).mimetype == kind


@pytest.mark.parametrize("path", EMPTY)
def test_an_empty_list_is_a_success_as_json_and_as_a_table(client: FlaskClient, get: Ask, path: str) -> None:
    answer = get(path)

    assert [answer[name] for name in ("regions", "instances", "workloads") if name in answer] == [[]]
    assert table(client.get(path, headers={"Accept": "text/csv"})) == []


@pytest.mark.parametrize("path", [path for path in EMPTY if path.startswith("/v1/")])
@pytest.mark.parametrize("asked", ["format", "accept"])
def test_an_empty_list_as_text_is_a_404_so_that_a_script_stops(client: FlaskClient, path: str, asked: str) -> None:
    response = (
        client.get(beside(path, format="text"))
        if asked == "format"
        else client.get(path, headers={"Accept": "text/plain"})
    )

    problem = response.get_json(force=True)
    assert (response.status_code, problem["type"]) == (404, "/problems/nothing-found")
    assert response.headers["Cache-Control"] == "no-store"


def test_every_list_of_the_document_has_pages_links_and_a_table() -> None:
    operations = [one for methods in DOCUMENT["paths"].values() for one in methods.values()]
    short = ("Webhooks",)  # at most WEBHOOKS of them, and the last deliveries of each, in one answer
    lists = {
        one["operationId"]: one
        for one in operations
        if one["operationId"].startswith(("list", "rank")) and one["tags"][0] not in short
    }

    assert len(lists) == len(LISTS) + len(
        {"listUsage", "listDecisions", "listBudgets"}
    )  # whose rows are the callers' own
    for name, operation in lists.items():
        answer = operation["responses"]["200"]
        assert {"limit", "offset"} <= {parameter["name"] for parameter in operation["parameters"]}, name
        assert "Link" in answer["headers"], name
        assert answer["content"]["text/csv"]["example"] == EXAMPLES[name]["text/csv"], name
