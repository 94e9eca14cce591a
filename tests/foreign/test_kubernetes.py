"""/k8s/filter and /k8s/prioritize as a scheduler of Kubernetes asks them. The clock stands at 2026-02-11T10:30:07Z."""

from __future__ import annotations

import json
from base64 import b64encode
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from engine import Engine
from grid.live.live_source import ReadPolicy
from settings import Settings
from tests.api.callers import KEY, guarded
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, known
from tests.fakes.live_source import FakeLiveSource, reader_of
from tests.fakes.own_facts import overlaid
from tests.fakes.patience import HANG_SECONDS, promptly
from tests.fakes.service import NOW, service

SAMPLES = Path(__file__).parents[1] / "fixtures" / "kubernetes"
SWEDEN, GERMANY = "aws:eu-north-1", "aws:eu-central-1"
HOURS = {SWEDEN: [70.0] * 12, GERMANY: [352.0, 352, 352, 35, 35, 35, 35, 35, 35, 35, 35, 35]}
NODES_CSV = (
    "node,provider,region,source,as_of\nnode-a,aws,eu-north-1,test,2026-01\nnode-b,aws,eu-central-1,test,2026-01\n"
)


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"k8s_{name}.json").read_text())


@cache
def reader() -> FakeReader:
    return FakeReader({cloud_map().regions[key].zone: known(NOW, hours) for key, hours in HOURS.items()})


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return service(reader()).test_client()


@pytest.fixture(scope="module")
def mapped() -> FlaskClient:
    """A service with a nodes.csv."""
    engine = Engine(overlaid(nodes=NODES_CSV), reader())
    return create_app(Settings(), engine, rules=access(), clock=lambda: NOW).test_client()


def arguments(name: str = "extender_args", **annotations: str) -> Any:
    body = sample(name)
    body["Pod"]["metadata"]["annotations"] = {f"carbon-optimizer/{key}": text for key, text in annotations.items()}
    return body


def scores(client: FlaskClient, body: Any) -> dict[str, int]:
    response = client.post("/k8s/prioritize", json=body)
    assert response.status_code == 200, response.text
    assert all(list(row) == ["Host", "Score"] for row in response.get_json())
    return {row["Host"]: row["Score"] for row in response.get_json()}


def filtered(client: FlaskClient, body: Any) -> Any:
    response = client.post("/k8s/filter", json=body)
    assert response.status_code == 200, response.text
    return response.get_json()


def node(name: str, **labels: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": {f"topology.kubernetes.io/{key}": one for key, one in labels.items()}}}


def nodes(*items: Any) -> dict[str, Any]:
    return {**arguments(), "Nodes": {"items": list(items)}}


def test_the_sample_is_scored_as_its_priority_list_looks_like(client: FlaskClient) -> None:
    answer = client.post("/k8s/prioritize", json=sample("extender_args")).get_json()

    assert answer == sample("host_priority_list")  # 10 x 70 / 352 is 2


def test_the_sample_with_a_limit_is_filtered_as_its_result_looks_like(client: FlaskClient) -> None:
    answer = filtered(client, arguments(**{"max-intensity": "200"}))

    expected = sample("extender_filter_result")
    assert answer == {**expected, "FailedAndUnresolvableNodes": expected["FailedNodes"]}


def test_names_alone_are_answered_by_names_alone_from_the_map_of_the_operator(mapped: FlaskClient) -> None:
    body = arguments("extender_args_cached", **{"max-intensity": "200"})

    answer = filtered(mapped, body)

    assert (answer["Nodes"], answer["NodeNames"]) == (None, ["node-a"])
    assert list(answer["FailedNodes"]) == ["node-b"]
    assert scores(mapped, body) == {"node-a": 10, "node-b": 2}


def test_without_a_map_names_alone_keep_every_node_at_equal_scores(client: FlaskClient) -> None:
    body = arguments("extender_args_cached", **{"max-intensity": "1"})

    assert filtered(client, body)["NodeNames"] == ["node-a", "node-b"]
    assert len(set(scores(client, body).values())) == 1


@pytest.mark.parametrize("annotations", [{}, {"deadline": "2026-02-11T18:00:00Z"}, {"interruptible": "true"}])
def test_without_a_limit_no_node_is_dropped(client: FlaskClient, annotations: dict[str, str]) -> None:
    body = arguments(**annotations)

    answer = filtered(client, body)

    assert answer["Nodes"] == body["Nodes"]
    assert (answer["FailedNodes"], answer["FailedAndUnresolvableNodes"], answer["Error"]) == ({}, {}, "")


def test_the_deadline_of_a_pod_decides_which_hours_count(client: FlaskClient) -> None:
    # Until 20:30 Germany has 2.5 h of 352 and 7.5 h of 35, mean 114.25: 10 x 70 / 114.25 = 6.
    assert scores(client, arguments(deadline="2026-02-11T20:30:00Z")) == {"node-a": 10, "node-b": 6}
    # The greenest 4 h of it have 35: 10 x 35 / 70 = 5.
    pausing = {"deadline": "2026-02-11T20:30:00Z", "interruptible": "true", "duration-hours": "4"}
    assert scores(client, arguments(**pausing)) == {"node-a": 5, "node-b": 10}


@pytest.mark.parametrize(
    "annotations",
    [
        {"deadline": "tomorrow"},
        {"deadline": "9999-12-31T23:59:59-14:00"},
        {"deadline": "2020-01-01T00:00:00Z"},
        {"duration-hours": "nan"},
        {"duration-hours": "-1"},
        {"interruptible": "maybe"},
        {"max-intensity": "1e999"},
        {"max-intensity": "low"},
        {"max-intensity": "-5"},
    ],
)
def test_an_annotation_that_cannot_be_read_counts_as_none(client: FlaskClient, annotations: dict[str, str]) -> None:
    body = arguments(**annotations)

    assert scores(client, body) == scores(client, arguments())
    assert filtered(client, body)["FailedNodes"] == {}


@pytest.mark.parametrize(
    ("labels", "provider_id"),
    [
        ({"region": "eu-north-1"}, None),
        ({"zone": "eu-north-1a"}, "aws:///eu-north-1a/i-0abc"),
        ({}, "aws:///eu-north-1a/i-0abc"),
        ({"region": "swedencentral"}, "azure:///subscriptions/1/resourceGroups/2"),
        ({}, "gce://project/europe-north2-a/node"),
        ({"region": "nowhere"}, "aws:///eu-north-1a/i-0abc"),
    ],
)
def test_a_node_is_found_by_its_labels_or_its_provider_id(
    client: FlaskClient, labels: dict[str, str], provider_id: str | None
) -> None:
    item = {**node("n", **labels), "spec": {"providerID": provider_id}}
    found = scores(client, nodes(item, node("d", region="eu-central-1")))

    assert found == {"n": 10, "d": 2}


def test_nodes_of_regions_that_are_not_known_are_neither_preferred_nor_avoided(client: FlaskClient) -> None:
    found = scores(
        client, nodes(node("a", region="eu-north-1"), node("x", region="moon-1"), node("b", region="moon-1"))
    )

    assert found == {"a": 10, "x": 10, "b": 10}  # the mean of the scores that there are


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Pod": None, "Nodes": None, "NodeNames": None},
        {"Pod": 1, "Nodes": [], "NodeNames": {}},
        {"Pod": {"metadata": {"annotations": []}}, "Nodes": {"items": {}}},
        {"Nodes": {"items": [None, 1, "x", [], {}, {"metadata": 5}, {"metadata": {"name": 5}}]}},
        {"NodeNames": [1, None, {}, "n", "n" * 1000]},
        {"Nodes": {"items": [{"metadata": {"name": "n", "labels": "x"}, "spec": {"providerID": 1}}]}},
        {"Nodes": {"items": [{"metadata": {"name": "n"}, "spec": {"providerID": "aws:///"}}]}},
        {"Nodes": {"items": [{"metadata": {"name": "n"}, "spec": {"providerID": "gce://x"}}]}},
    ],
)
def test_parts_of_other_types_are_no_error_and_drop_no_node(client: FlaskClient, body: Any) -> None:
    answer = filtered(client, body)

    assert answer["Error"] == ""
    assert answer["FailedNodes"] == {}
    if isinstance(body.get("Nodes"), dict):
        assert answer["Nodes"] == body["Nodes"]
    if isinstance(body.get("NodeNames"), list):
        assert answer["NodeNames"] == body["NodeNames"]
    assert len(set(scores(client, body).values())) <= 1


def test_names_of_fields_may_be_in_any_case(client: FlaskClient) -> None:
    body = arguments()

    assert scores(client, {name.lower(): value for name, value in body.items()}) == scores(client, body)


@pytest.mark.parametrize("verb", ["filter", "prioritize"])
@pytest.mark.parametrize(
    ("data", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ("NaN", 400),
        ('{"Pod":' * 500 + "1" + "}" * 500, 200),
        ("[" * 100_000, 400),
        ('{"a":' * 100_000, 400),
        ('{"NodeNames":[' + "[]," * 300_000 + "[]]}", 400),
        ('{"NodeNames":[' + '"a",' * 30_000 + '"a"]}', 400),
        (" " * 4_200_000, 413),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_no_scheduler_sends_is_refused_with_an_error_in_words(
    client: FlaskClient, verb: str, data: str, status: int
) -> None:
    response = client.post(f"/k8s/{verb}", data=data, content_type="application/json")

    assert response.status_code == status
    if status >= 400:
        assert list(response.get_json()) == ["Error"]


def test_the_refusal_of_a_large_body_names_the_limit_of_this_path(client: FlaskClient) -> None:
    refusal = client.post("/k8s/filter", data=" " * 4_200_000, content_type="application/json")

    assert refusal.get_json()["Error"] == "the body must not be larger than 4194304 bytes"


def test_five_thousand_nodes_fit_into_one_request_by_name_and_as_objects(client: FlaskClient) -> None:
    body = arguments()
    items = []
    for number in range(5000):
        item = deepcopy(body["Nodes"]["items"][number % 2])
        item["metadata"]["name"] = f"ip-10-0-{number}.eu-central-1.compute.internal"
        items.append(item)
    names = [item["metadata"]["name"] for item in items]

    assert len(filtered(client, {**body, "Nodes": {"items": items}})["Nodes"]["items"]) == 5000
    assert set(scores(client, {**body, "Nodes": {"items": items}}).values()) == {10, 2}
    assert filtered(client, {**body, "Nodes": None, "NodeNames": names})["NodeNames"] == names


def test_no_source_is_waited_for() -> None:
    source = FakeLiveSource(lambda: datetime.now(UTC))
    source.gate.clear()
    chain = reader_of(source, ReadPolicy(deadline_seconds=HANG_SECONDS))
    app = create_app(Settings(), Engine(cloud_map(), chain), rules=access(), clock=lambda: NOW).test_client()
    try:
        with promptly():
            found = scores(app, arguments(deadline="2026-02-11T20:30:00Z"))
    finally:
        source.gate.set()

    assert found["node-a"] > found["node-b"]  # by what is usual there


def test_a_key_may_be_the_password_in_the_url_of_the_extender_and_nowhere_else() -> None:
    client = guarded()
    basic = {"Authorization": "Basic " + b64encode(f"scheduler:{KEY}".encode()).decode()}
    broken = {"Authorization": "Basic !!"}

    assert client.post("/k8s/prioritize", json=arguments(), headers=basic).status_code == 200
    assert client.post("/k8s/prioritize", json=arguments(), headers=broken).status_code == 401
    assert client.get("/v0/regions/", headers=basic).status_code == 401
    refusal = client.post("/k8s/filter", json=arguments())
    assert (refusal.status_code, list(refusal.get_json())) == (401, ["Error"])


def test_the_rate_limit_is_that_of_the_api_with_the_error_of_the_format() -> None:
    client = service(rules=access(rate="1 per minute")).test_client()
    client.post("/k8s/filter", json=arguments())

    refusal = client.post("/k8s/filter", json=arguments())

    assert (refusal.status_code, list(refusal.get_json())) == (429, ["Error"])
    assert refusal.headers["Retry-After"]
