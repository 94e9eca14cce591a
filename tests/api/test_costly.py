"""Costly requests: few at once, further ones are refused at once, and nothing else waits for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.edge.costly import most_at_once
from api.edge.exchange import service_of
from tests.fakes.service import service
from tests.fakes.work import call_count

MACHINE = {"region": "us-east-1", "instance_type": "m5.large"}
JOB = {"workload": "general", "priority": "carbon"}
OPTIMIZE, COMPARE, CALCULATE = "/api/v1/optimize", "/api/v1/compare", "/api/v1/calculate"
COSTLY: dict[str, tuple[str, object]] = {
    "optimize over all providers": (OPTIMIZE, {**JOB, "providers": "all"}),
    "optimize over two providers": (OPTIMIZE, {**JOB, "providers": ["aws", "gcp"]}),
    "optimize over a cloud of many offers": (OPTIMIZE, {**JOB, "providers": ["azure"]}),
    "optimize with many rows of a region": (OPTIMIZE, {**JOB, "per_region": 21}),
    "optimize with many rows": (OPTIMIZE, {**JOB, "limit": 21}),
    "optimize over many hours": (OPTIMIZE, {**JOB, "duration_hours": 171}),
    "optimize until a late deadline": (OPTIMIZE, {**JOB, "deadline": "2026-03-11T10:30:00Z"}),
    "compare over 100 options": (COMPARE, {"options": [MACHINE] * 101}),
    "a long body": (CALCULATE, {**MACHINE, "x": "y" * 8192}),
    "by-rank over many hours": ("/v1/by-rank?within=168&durationHours=24", None),
    "a long table": ("/v1/by-rank?format=csv", None),
    "decisions": ("/api/v1/decisions", None),
    "savings": ("/api/v1/savings", None),
    "a report of usage": ("/api/v1/usage/report", None),
    "many instance types": ("/api/v1/instances?limit=1000", None),
}
LIGHT: dict[str, tuple[str, object]] = {
    "health": ("/health", None),
    "ready": ("/ready", None),
    "calculate": (CALCULATE, MACHINE),
    "compare 100 options": (COMPARE, {"options": [MACHINE] * 100}),
    "optimize": (OPTIMIZE, {**JOB, "limit": 20, "duration_hours": 24}),
    "by-rank": ("/v1/by-rank?within=24&durationHours=4", None),
    "a short table": ("/v1/by-rank?format=text&limit=1", None),
    "regions": ("/api/v1/regions?provider=all", None),
}


@pytest.fixture
def client() -> FlaskClient:
    return service(threads=8).test_client()


@pytest.fixture
def crowded(client: FlaskClient) -> Iterator[FlaskClient]:
    """As many costly requests as may be are under way."""
    places = service_of(client.application).costly_places
    taken = 0
    while places.acquire(blocking=False):
        taken += 1
    yield client
    for _ in range(taken):
        places.release()


def ask(client: FlaskClient, question: tuple[str, object]) -> Any:
    path, body = question
    return client.get(path) if body is None else client.post(path, json=body)


@pytest.mark.parametrize("threads", range(1, 65))
def test_at_least_two_threads_of_four_or_more_stay_free(threads: int) -> None:
    assert most_at_once(threads) >= 1
    assert threads - most_at_once(threads) >= (2 if threads >= 4 else 0)


@pytest.mark.parametrize("question", COSTLY.values(), ids=COSTLY)
def test_one_costly_request_too_many_is_refused_as_busy_and_told_to_come_back(
    question: tuple[str, object], crowded: FlaskClient
) -> None:
    answer = ask(crowded, question)

    assert (answer.status_code, answer.get_json()["type"]) == (503, "/problems/busy")
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("question", LIGHT.values(), ids=LIGHT)
def test_all_other_requests_are_answered_meanwhile(question: tuple[str, object], crowded: FlaskClient) -> None:
    assert ask(crowded, question).status_code == 200


@pytest.mark.parametrize("question", COSTLY.values(), ids=COSTLY)
def test_a_costly_request_makes_room_for_the_next_one_when_it_ends(
    question: tuple[str, object], client: FlaskClient
) -> None:
    statuses = {ask(client, question).status_code for _ in range(most_at_once(8) + 1)}

    assert statuses <= {200, 400}


def test_while_many_costly_requests_are_answered_wrong_fields_are_listed_without_similar_names(
    client: FlaskClient, crowded: FlaskClient
) -> None:
    body = {"region": "us-esat-1", "instance_type": "m7g.lrge"}

    problem = ask(crowded, (CALCULATE, body)).get_json()

    assert [error["code"] for error in problem["errors"]] == ["unknown_region", "unknown_instance_type"]
    assert not any("nearest" in error for error in problem["errors"])


def misspelt_types(client: FlaskClient) -> Any:
    names = [f"Standard_E{number}as_v4x" for number in range(500)]
    return client.post(OPTIMIZE, json={**JOB, "instance_types": names})


def unmodelled_types(client: FlaskClient) -> Any:
    catalog = service_of(client.application).engine.mapping.catalog
    names = [kind.instance_type for kind in catalog.types if kind.provider == "azure" and not kind.power_modelled]
    options = [{"region": "azure:westeurope", "instance_type": name} for name in names]
    return client.post(COMPARE, json={"options": options})


def unknown_fields(client: FlaskClient) -> Any:
    return client.post(COMPARE, json={"options": [{f"f{number}": 1 for number in range(60)}] * 1000})


def unknown_cpus(client: FlaskClient) -> Any:
    machines = [
        {"vcpus": 4, "memory_gb": 16, "arch": "x86_64", "cpu_model": f"Xeon {number}"} for number in range(1000)
    ]
    return client.post(COMPARE, json={"options": [{"region": "eu-north-1", "machine": own} for own in machines]})


def unknown_places(client: FlaskClient) -> Any:
    return client.get("/v1/by-rank?" + "&".join(f"exclude=aws:us-ex{number}" for number in range(200)))


@pytest.mark.parametrize("attack", [misspelt_types, unmodelled_types, unknown_fields, unknown_cpus, unknown_places])
def test_a_wrong_request_is_little_work_whatever_is_wrong_with_it(
    attack: Callable[[FlaskClient], Any], client: FlaskClient
) -> None:
    answer = attack(client)

    assert answer.status_code in (400, 422)
    # Up to 115,000 calls, in 0.2 s. Without limits unmodelled types took 25 s, misspelt ones 1.4 s: millions of calls.
    assert call_count(lambda: attack(client)) < 300_000


def test_similar_types_are_looked_up_for_the_first_ten_unmodelled_ones_alone(client: FlaskClient) -> None:
    options = unmodelled_types(client).get_json()["options"]

    assert len(options) > 300
    assert all(option["nearest_modelled"] for option in options[:10])
    assert not any("nearest_modelled" in option for option in options[10:])


@pytest.mark.parametrize(("fields", "code"), [(15_000, "too_many_errors"), (25_000, "too_many_fields")])
def test_of_very_many_wrong_fields_only_their_number_is_told(fields: int, code: str, client: FlaskClient) -> None:
    answer = client.post(CALCULATE, json={f"f{number}": 1 for number in range(fields)})

    assert answer.status_code == 400
    assert [(error["pointer"], error["code"]) for error in answer.get_json()["errors"]] == [("#", code)]


def test_the_largest_valid_body_is_answered(client: FlaskClient) -> None:
    option = {
        "provider": "aws",
        "region": "aws:us-east-1",
        "instance_type": "m5.large",
        "utilization": 0.5,
        "accelerator_utilization": 0.5,
        "count": 2,
    }

    answer = client.post(COMPARE, json={"options": [option] * 1000, "duration_hours": 1, "include_embodied": True})

    assert answer.status_code == 200


def test_a_field_named_again_and_again_is_one_column() -> None:
    answer = service().test_client().get("/v1/by-rank?format=csv&limit=1&fields=" + ",".join(["id", "gid"] * 200))

    assert answer.text.splitlines()[0] == "id,gid"
