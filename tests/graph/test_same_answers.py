"""For the same minute every field of every answer is that of the JSON interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.graph.questions import QUESTIONS
from tests.graph.selections import differences, everything, in_snake_case

JOB = {"region": "us-east-1", "duration_hours": 4}
PLACED = {"workload": "general", "priority": "balanced", "region": "us-west-2", "limit": 3}
PAUSED = {**JOB, "interruptible": {"max_segments": 3}, "instance_type": "m7g.large"}
PLANNED = {
    "id": "train",
    "home": "us-east-1",
    "regions": ["us-west-2"],
    "instance_type": "m7g.large",
    "duration_hours": 3,
    "data_gb": 10,
    "blackout": [{"from": "10:00", "to": "12:00", "days": ["mon", "wed"]}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """A field of the root with its arguments, and the same question to the JSON interface. body: sent by POST."""

    field: str
    path: str
    arguments: str = ""
    kind: str
    body: Any = None
    input_type: str = ""


CASES = {
    "regions": Same(field="regions", kind="RegionsAnswer", path="/api/v1/regions"),
    "regions of a country": Same(
        field="regions",
        arguments='(country: ["DE", "SE"], provider: ["all"], sort: region, limit: 3, offset: 1)',
        kind="RegionsAnswer",
        path="/api/v1/regions?country=DE&country=SE&provider=all&sort=region&limit=3&offset=1",
    ),
    "regions by a signal that no source tells": Same(
        field="regions",
        arguments="(signal: marginal)",
        kind="RegionsAnswer",
        path="/api/v1/regions?signal=marginal",
    ),
    "a region": Same(
        field="region",
        arguments='(region: "eu-central-1")',
        kind="RegionAnswer",
        path="/api/v1/regions/eu-central-1",
    ),
    "a region named by its zone": Same(
        field="region",
        arguments='(region: "us-east-1a", provider: "aws")',
        kind="RegionAnswer",
        path="/api/v1/regions/us-east-1a?provider=aws",
    ),
    "a zone": Same(field="zone", arguments='(zone: "DE")', kind="ZoneAnswer", path="/api/v1/zones/DE"),
    "instances": Same(
        field="instances",
        arguments='(q: "m7g", limit: 5)',
        kind="InstancesAnswer",
        path="/api/v1/instances?q=m7g&limit=5",
    ),
    "prices": Same(
        field="prices",
        arguments="(vcpus: 4, memory_gb: 16, limit: 20)",
        kind="LocationsAnswer",
        path="/v1/by-rank?vcpus=4&memoryGb=16&limit=20",
    ),
    "prices of a job": Same(
        field="prices",
        arguments='(instance_type: "m7g.large", duration_hours: 4, within: 24, country: ["SE"], tolerance: "5%")',
        kind="LocationsAnswer",
        path="/v1/by-rank?instanceType=m7g.large&durationHours=4&within=24&country=SE&tolerance=5%25",
    ),
    "optimize": Same(
        field="optimize", kind="OptimizeAnswer", path="/api/v1/optimize", body=PLACED, input_type="OptimizeRequest"
    ),
    "schedule": Same(
        field="schedule", kind="ScheduleAnswer", path="/api/v1/schedule", body=JOB, input_type="ScheduleRequest"
    ),
    "schedule with pauses": Same(
        field="schedule", kind="ScheduleAnswer", path="/api/v1/schedule", body=PAUSED, input_type="ScheduleRequest"
    ),
    "plan": Same(
        field="plan", kind="PlanAnswer", path="/api/v1/plan", body={"jobs": [PLANNED]}, input_type="PlanRequest"
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_field_of_an_answer_is_that_of_the_json_interface(case: Same, client: FlaskClient) -> None:
    if case.body is None:
        answer = client.get(case.path).get_json()
        query, variables = f"{{{case.field}{case.arguments} {everything(case.kind)}}}", None
    else:
        answer = client.post(case.path, json=case.body).get_json()
        query = f"query ($q: {case.input_type}!) {{{case.field}(input: $q) {everything(case.kind)}}}"
        variables = {"q": case.body}

    body = client.post("/graphql", json={"query": query, "variables": variables}).get_json()

    assert "errors" not in body, body["errors"]
    graph = body["data"][case.field]
    if case.path.startswith("/v1"):
        answer = in_snake_case(answer)
    found = [each for each in differences(graph, answer) if not each.startswith(".request_id:")]
    assert found == []


def test_every_question_of_the_root_that_the_json_interface_has_is_compared() -> None:
    assert {question.name for question in QUESTIONS} - {case.field for case in CASES.values()} == {"zones"}


@pytest.mark.parametrize(
    ("edge", "kind", "path"),
    [
        ('history(step: "1d")', "RegionHistoryAnswer", "/api/v1/regions/eu-central-1/history?step=1d"),
        ("forecast(hours: 30)", "ZoneForecastAnswer", "/api/v1/zones/DE/forecast?hours=30"),
        ("instances(limit: 2)", "InstancesAnswer", "/api/v1/instances?region=aws:eu-central-1&limit=2"),
    ],
)
def test_what_a_region_leads_to_is_what_the_json_interface_answers(
    edge: str, kind: str, path: str, client: FlaskClient
) -> None:
    answer = client.get(path).get_json()

    query = f'{{region(region: "eu-central-1") {{answer: {edge} {everything(kind)}}}}}'
    graph = client.post("/graphql", json={"query": query}).get_json()["data"]["region"]["answer"]

    assert [each for each in differences(graph, answer) if not each.startswith(".request_id:")] == []


def test_a_region_now_is_its_row_in_the_list(client: FlaskClient) -> None:
    row = client.get("/api/v1/regions?zone=DE&provider=aws").get_json()["regions"][0]

    query = f'{{region(region: "{row["region"]}") {{now {everything("RegionRow")}}}}}'
    graph = client.post("/graphql", json={"query": query}).get_json()["data"]["region"]["now"]

    assert differences(graph, row) == []


def test_zones_are_the_details_of_each(client: FlaskClient) -> None:
    answers = [client.get(f"/api/v1/zones/{name}").get_json()["zone_details"] for name in ("DE", "SE-SE3")]

    query = f'{{zones(zone: ["DE", "SE-SE3"]) {{total_zones zones {everything("ZoneFacts")}}}}}'
    graph = client.post("/graphql", json={"query": query}).get_json()["data"]["zones"]

    assert graph["total_zones"] == 2
    assert differences(graph["zones"], answers) == []
