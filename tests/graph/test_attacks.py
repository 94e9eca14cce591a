"""Documents that would take long to parse, to validate or to answer are refused before they do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from graphql import get_introspection_query

from api.edge.exchange import service_of
from tests.fakes.service import service
from tests.fakes.work import call_count

REGION = 'region(region: "aws:eu-north-1") {status}'


def nested(levels: int) -> str:
    return "{" + "a {" * levels + "b" + "}" * levels + "}"


def doubling(fragments: int) -> str:
    """Each fragment spreads the next one under two names, so that the last one would be answered 2^n times."""
    spreads = [
        f"fragment F{number} on ZoneFacts {{history {{status}} ...F{number + 1} ... on ZoneFacts {{...F{number + 1}}}}}"
        for number in range(fragments)
    ]
    last = f"fragment F{fragments} on ZoneFacts {{zone}}"
    return " ".join(("{zones(limit: 1) {zones {...F0}}}", *spreads, last))


ATTACKS = {
    "200 aliases": (
        "{" + " ".join(f"a{number}: __typename" for number in range(200)) + "}",
        "too_many_aliases",
    ),
    "a field named 300 times": ("{regions {" + "status " * 300 + "}}", "too_many_aliases"),
    "nesting": (nested(30), "too_deep"),
    "fragments that double": (doubling(40), "too_costly"),
    "a fragment within itself": (
        "{regions {...A}} fragment A on RegionsAnswer {...B} fragment B on RegionsAnswer {...A}",
        "invalid_document",
    ),
    "nesting beyond the parser": (nested(300), "invalid_document"),
    "a list of lists": ("{region(region: " + "[" * 400 + "]" * 400 + ") {status}}", "invalid_document"),
    "many tokens": ("{regions {" + "a " * 2000 + "}}", "invalid_document"),
    "many comments": ("{regions {status}}" + "#\n" * 5000, "invalid_document"),
    "a million rows": ("{instances(limit: 1000000) {instances {instance_type}}}", "too_costly"),
    "a number of 300 digits": (f"{{instances(limit: {'9' * 300}) {{instances {{instance_type}}}}}}", "too_costly"),
    "the past of every region": (
        '{regions(provider: "all") {regions {history {points {value}}}}}',
        "too_costly",
    ),
    "years of minutes": (
        '{zone(zone: "DE") {history(step: "5m", start: "2020-01-01T00:00:00Z") {points {value source data_quality}}}}',
        "too_costly",
    ),
    "many plans": (
        "{" + " ".join(f"a{number}: plan(input: {{jobs: []}}) {{status}}" for number in range(10)) + "}",
        "too_costly",
    ),
    "the schema twice": ("{a: __schema {types {name}} b: __schema {types {name}}}", "too_costly"),
    "aliases within an introspection": ("{__schema {a: types {name} b: types {name}}}", "too_many_aliases"),
    "a deep introspection": (
        "{__schema {types {fields {type {fields {type {fields {type {fields {name}}}}}}}}}}",
        "invalid_document",
    ),
    "a long document": ("{regions {status}}" + " " * 30_000, "string_too_long"),
    "text in place of a number": ('{instances(limit: "x") {total_instances}}', "invalid_document"),
    "a word that is none of an enumeration": ("{regions(sort: fastest) {status}}", "invalid_document"),
    "an unknown field": ("{regions {statuss}}", "invalid_document"),
    "no document at all": ("}{", "invalid_document"),
    "half a surrogate": ('{region(region: "\\uD800") {status}}', "invalid_document"),
    "another operation": ("mutation {a}", "not_a_query"),
    "two operations and no name": ("query A {regions {status}} query B {regions {status}}", "unknown_operation"),
}


def post(client: FlaskClient, query: object, **more: object) -> Any:
    return client.post("/graphql", json={"query": query, **more})


@pytest.mark.parametrize(("query", "code"), ATTACKS.values(), ids=ATTACKS)
def test_a_document_that_asks_for_too_much_or_is_wrong_is_refused_with_its_reason(
    query: str, code: str, client: FlaskClient
) -> None:
    answer = post(client, query)

    (error, *_) = answer.get_json()["errors"]
    assert answer.status_code == 400
    assert "data" not in answer.get_json()
    assert error["extensions"]["type"] == "/problems/invalid-request"
    assert [field["code"] for field in error["extensions"]["errors"]] == [code]


@pytest.mark.parametrize("query", [query for query, _ in ATTACKS.values()], ids=ATTACKS)
def test_refusing_it_is_little_work(query: str, client: FlaskClient) -> None:
    post(client, query)

    # Most take less than 10,000 calls, a few milliseconds; a thousand tokens that are parsed take 60,000.
    assert call_count(lambda: post(client, query)) < 120_000


def test_thirty_aliases_are_answered(client: FlaskClient) -> None:
    query = "{" + " ".join(f"a{number}: {REGION}" for number in range(30)) + "}"

    assert len(post(client, query).get_json()["data"]) == 30


def test_aliases_of_fragments_count_wherever_the_fragments_are_spread(client: FlaskClient) -> None:
    # Each of 8 zones would be asked for 4 pasts of 1,000 points: 32,000 rows from a document of a few tokens.
    pasts = " ".join(
        f'p{number}: history(start: "2025-01-01T00:00:00Z", limit: 1000) {{points {{value}}}}' for number in range(4)
    )
    query = f"{{zones(limit: 8) {{zones {{...P}}}}}} fragment P on ZoneFacts {{{pasts}}}"

    answer = post(client, query)

    assert answer.get_json()["errors"][0]["extensions"]["errors"][0]["code"] == "too_costly"


def test_the_size_of_a_list_is_found_in_variables_and_their_defaults(client: FlaskClient) -> None:
    query = (
        "query ($n: Int = 1000) {instances(limit: $n) {instances {"
        + " ".join(
            ("provider", "family", "category", "vcpus", "memory_gb", "arch", "cpu_model", "burstable", "shared_core")
        )
        + " source as_of power_basis idle_power_w full_power_w not_modelled retired_on accelerator power_modelled} } }"
    )
    query = query.replace("source", "source performance_index performance_basis embodied_kgco2e")

    assert post(client, query).status_code == 400
    assert post(client, query, variables={"n": 999}).status_code == 400
    assert post(client, query, variables={"n": 10}).status_code == 200


@pytest.mark.parametrize(
    ("uses", "names", "code"),
    [(1, 50_000, "too_costly"), (3, 15_000, "too_costly"), (1, 15_000, "too_long")],
)
def test_a_list_in_variables_costs_at_every_use(uses: int, names: int, code: str, client: FlaskClient) -> None:
    fields = (f"a{number}: regions(provider: $names, limit: 1) {{status}}" for number in range(uses))
    query = f"query($names: [String!]) {{{' '.join(fields)}}}"

    (error, *_) = post(client, query, variables={"names": ["aws"] * names}).get_json()["errors"]

    assert [field["code"] for field in error["extensions"]["errors"]] == [code]


def test_an_introspection_as_clients_send_it_is_answered(client: FlaskClient) -> None:
    answer = post(client, get_introspection_query(descriptions=True))

    assert answer.get_json()["data"]["__schema"]["queryType"] == {"name": "Query", "kind": "OBJECT"}


@pytest.mark.parametrize(
    "query",
    [
        get_introspection_query(),
        '{regions(provider: "all") {regions {region zone low high carbon_intensity source method error}}}',
        '{optimize(input: {workload: general, priority: carbon, providers: "all"}) {status}}',
    ],
)
def test_a_costly_document_counts_against_the_costly_places(query: str) -> None:
    client = service(threads=8).test_client()
    places = service_of(client.application).costly_places
    while places.acquire(blocking=False):
        pass

    answer = post(client, query)

    assert answer.get_json()["errors"][0]["extensions"]["type"] == "/problems/busy"
    assert post(client, "{regions(limit: 2) {status}}").status_code == 200


def test_a_name_that_is_too_long_is_not_sent_back(client: FlaskClient) -> None:
    answer = post(client, f'{{region(region: "{"x" * 10_000}") {{status}}}}')

    assert len(answer.data) < 1000


def test_no_more_than_a_hundred_errors_are_listed(client: FlaskClient) -> None:
    query = '{regions(provider: "all", limit: 200) {regions {forecast(hours: 0) {status}}}}'

    errors = post(client, query).get_json()["errors"]

    assert len(errors) == 100
    assert errors[0]["path"] == ["regions", "regions", 0, "forecast"]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 40])
@pytest.mark.parametrize("form", ["document", "variables"])
def test_numbers_beyond_all_measure_are_refused(number: str, form: str, client: FlaskClient) -> None:
    question = f'{{"region": "us-east-1", "forecast": {{"starts_at": "2026-02-11T10:00:00Z", "values": [{number}]}}}}'
    if form == "document":
        literal = question.replace('"region":', "region:").replace('"forecast":', "forecast:")
        literal = literal.replace('"starts_at":', "starts_at:").replace('"values":', "values:")
        body = json.dumps({"query": f"{{schedule(input: {literal}) {{status}}}}"})
    else:
        query = "query ($q: ScheduleRequest!) {schedule(input: $q) {status}}"
        body = f'{{"query": {json.dumps(query)}, "variables": {{"q": {question}}}}}'

    answer = client.post("/graphql", data=body, content_type="application/json")

    (error,) = answer.get_json()["errors"]
    assert answer.status_code in (200, 400)
    assert error["extensions"]["type"] == "/problems/invalid-request"


def test_json_within_json_that_is_very_deep_is_refused(client: FlaskClient) -> None:
    query = "query ($q: ScheduleRequest!) {schedule(input: $q) {status}}"
    deep = "[" * 190 + "]" * 190
    body = f'{{"query": {json.dumps(query)}, "variables": {{"q": {{"region": "us-east-1", "forecast": {deep}}}}}}}'

    answer = client.post("/graphql", data=body, content_type="application/json")

    assert answer.get_json()["errors"][0]["extensions"]["status"] == 400
