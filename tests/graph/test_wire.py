"""GraphQL over HTTP: methods, media types, statuses, keys and limits, and errors in the form of GraphQL."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from tests.api.callers import KEY, bearer, guarded
from tests.fakes.access import access
from tests.fakes.service import service

GRAPHQL = "application/graphql-response+json"
QUERY = "{regions(limit: 1) {total_regions}}"
WRONG = "{regions {statuss}}"
PARTLY = '{regions(limit: 1) {total_regions} region(region: "aws:eu-centrl-1") {status}}'


def get(client: FlaskClient, **parameters: str) -> Any:
    return client.get(f"/graphql?{urlencode(parameters)}")


def post(client: FlaskClient, body: object, **headers: str) -> Any:
    return client.post("/graphql", json=body, headers={name.replace("_", "-"): text for name, text in headers.items()})


def test_a_query_string_is_answered_as_a_body_is(client: FlaskClient) -> None:
    query = "query One($n: Int) {regions(limit: $n) {regions {region}}} query Two {regions {status}}"

    by_get = get(client, query=query, variables='{"n": 2}', operationName="One")
    by_post = post(client, {"query": query, "variables": {"n": 2}, "operationName": "One"})

    assert by_get.status_code == 200
    assert by_get.get_json() == by_post.get_json()
    assert len(by_get.get_json()["data"]["regions"]["regions"]) == 2


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", GRAPHQL),
        ("", GRAPHQL),
        (GRAPHQL, GRAPHQL),
        ("application/json", "application/json"),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL),
        ("application/json, application/graphql-response+json;q=0.9", "application/json"),
        ("text/html", GRAPHQL),
    ],
)
def test_the_answer_has_the_media_type_that_the_client_prefers(accept: str, kind: str, client: FlaskClient) -> None:
    answer = post(client, {"query": QUERY}, Accept=accept)

    assert answer.headers["Content-Type"] == kind


def test_answers_are_not_stored(client: FlaskClient) -> None:
    for answer in (post(client, {"query": QUERY}), get(client, query=QUERY)):
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers


def test_a_wrong_document_is_a_400_and_in_application_json_a_200_as_its_clients_expect(client: FlaskClient) -> None:
    strict, legacy = post(client, {"query": WRONG}), post(client, {"query": WRONG}, Accept="application/json")

    assert (strict.status_code, legacy.status_code) == (400, 200)
    (error,) = strict.get_json()["errors"]
    assert error["message"] == "Cannot query field 'statuss' on type 'RegionsAnswer'. Did you mean 'status'?"
    assert error["locations"] == [{"line": 1, "column": 11}]
    assert (error["extensions"]["type"], error["extensions"]["status"]) == ("/problems/invalid-request", 400)


def test_a_question_that_fails_is_null_beside_the_others_and_its_error_has_the_problem(client: FlaskClient) -> None:
    answer = post(client, {"query": PARTLY})
    problem = client.get("/api/v1/regions/aws:eu-centrl-1").get_json()

    (error,) = answer.get_json()["errors"]
    assert answer.status_code == 200
    assert answer.get_json()["data"]["region"] is None
    assert answer.get_json()["data"]["regions"]["total_regions"] > 1
    assert error["path"] == ["region"]
    assert error["message"] == problem["detail"]
    for name in ("type", "title", "status", "nearest"):
        assert error["extensions"][name] == problem[name]


def test_every_wrong_field_of_a_question_is_named_by_its_place_in_the_arguments(client: FlaskClient) -> None:
    body = '{workload: general, priority: carbon, limit: 0, requirements: {vcpus: -1}, regions: ["aws:nowhere"]}'

    (error,) = post(client, {"query": f"{{optimize(input: {body}) {{status}}}}"}).get_json()["errors"]

    assert error["message"].startswith("3 fields are wrong: input.regions.0 region 'nowhere' is not known")
    assert error["message"].endswith("; input.limit must be greater than or equal to 1")
    assert [field["pointer"] for field in error["extensions"]["errors"]] == [
        "#/input/regions/0",
        "#/input/requirements/vcpus",
        "#/input/limit",
    ]


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/graphql"],
)
def test_only_json_is_read_so_that_no_form_of_another_site_can_ask(kind: str, client: FlaskClient) -> None:
    answer = client.post("/graphql", data=f"query={QUERY}", content_type=kind)

    assert answer.status_code == 415
    assert answer.get_json()["errors"][0]["extensions"]["type"] == "/problems/unsupported-media-type"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([{"query": QUERY}], "#"),
        ({}, "#/query"),
        ({"query": ""}, "#/query"),
        ({"query": 1}, "#/query"),
        ({"query": QUERY, "variables": [1]}, "#/variables"),
        ({"query": QUERY, "batch": True}, "#/batch"),
    ],
)
def test_a_body_of_another_form_and_a_batch_are_refused(body: object, pointer: str, client: FlaskClient) -> None:
    answer = post(client, body, Accept="application/json")

    (error,) = answer.get_json()["errors"]
    assert answer.status_code == 400
    assert [field["pointer"] for field in error["extensions"]["errors"]] == [pointer]


def test_variables_in_a_query_string_are_json(client: FlaskClient) -> None:
    (error,) = get(client, query=QUERY, variables="{n: 2}").get_json()["errors"]

    assert [field["parameter"] for field in error["extensions"]["errors"]] == ["variables"]


@pytest.mark.parametrize("variables", [{"n": "two"}, {"n": 1.5}, {"n": None}, {}])
def test_wrong_variables_are_refused(variables: object, client: FlaskClient) -> None:
    query = "query ($n: Int!) {regions(limit: $n) {status}}"

    answer = post(client, {"query": query, "variables": variables})

    assert answer.status_code == 400
    assert "data" not in answer.get_json()


def test_neither_a_page_to_try_it_nor_other_methods_are_there(client: FlaskClient) -> None:
    assert client.get("/graphql", headers={"Accept": "text/html"}).status_code == 400
    assert client.put("/graphql", json={"query": QUERY}).status_code == 405
    assert client.get("/graphql/").status_code == 404


def test_a_key_is_needed_as_for_the_api_and_refusals_have_the_form_of_graphql() -> None:
    client = guarded()

    without, wrong = post(client, {"query": QUERY}), post(client, {"query": QUERY}, Authorization="Bearer cao_x")
    right = client.post("/graphql", json={"query": QUERY}, headers=bearer(KEY))

    assert [each.status_code for each in (without, wrong, right)] == [401, 401, 200]
    assert without.headers["Content-Type"] == GRAPHQL
    assert without.headers["WWW-Authenticate"].startswith("Bearer")
    assert without.get_json()["errors"][0]["extensions"]["type"] == "/problems/key-required"
    assert "data" not in without.get_json()


def test_requests_are_counted_as_for_the_api() -> None:
    client = service(None, rules=access(rate="2/minute")).test_client()

    statuses = [post(client, {"query": QUERY}).status_code for _ in range(3)]
    refused = post(client, {"query": QUERY})

    assert statuses == [200, 200, 429]
    assert refused.headers["Retry-After"]
    assert refused.get_json()["errors"][0]["extensions"]["type"] == "/problems/rate-limited"


def test_the_answer_has_an_id_and_the_version_of_the_data(client: FlaskClient) -> None:
    answer = post(client, {"query": "{regions {request_id data_version}}"}, X_Request_ID="mine")

    data = json.loads(answer.data)["data"]["regions"]
    assert (answer.headers["X-Request-ID"], data["request_id"]) == ("mine", "mine")
    assert answer.headers["X-Data-Version"] == data["data_version"]
