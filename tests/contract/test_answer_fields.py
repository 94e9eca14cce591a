"""Which fields an answer always has: as the OpenAPI document says, in answers of every kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.clients.calls import operation_of
from tests.contract.document import COMPONENTS, answer_schema, name_of
from tests.contract.test_openapi import LIVE, THREE_JOBS
from tests.fakes.grid import FakeReader
from tests.fakes.service import service

QUESTIONS: list[tuple[str, Any]] = [
    ("/api/v1/optimize", {"workload": "general", "priority": "balanced", "region": "hetzner:sin"}),
    ("/api/v1/optimize", {"workload": "serverless", "priority": "performance", "include_embodied": True}),
    ("/api/v1/calculate", {"region": "us-east-1", "instance_type": "t3.micro", "include_embodied": True}),
    ("/api/v1/calculate", {"region": "us-east-1", "instance_type": "lambda-arm64-1769mb", "duration_hours": 200}),
    ("/api/v1/compare", {"options": [{"region": "us-east-1", "instance_type": "m7g.large"}]}),
    ("/api/v1/schedule", {"region": "gcp:asia-east2", "duration_hours": 100}),
    ("/api/v1/plan", THREE_JOBS),
    ("/api/v1/regions?limit=3", None),
    ("/api/v1/regions/eu-central-1", None),
    ("/api/v1/zones/FR", None),
    ("/api/v1/sources", None),
    ("/api/v1/zones/FR/sources", None),
    ("/v1/by-rank?durationHours=30&limit=40", None),
    ("/v1/by-rank?limit=40", None),
    ("/api/v1/instances?limit=200", None),
    ("/api/v1/workloads", None),
    ("/health", None),
    ("/ready", None),
]
Field = tuple[str, str]


def fields(schema: Mapping[str, Any], value: Any) -> Iterator[tuple[Field, bool]]:
    """Every field that the document knows of a value and of all in it, and whether the value has it."""
    if isinstance(value, list):
        for item in value:
            yield from fields(schema["items"], item)
    elif isinstance(value, dict) and (name := name_of(schema)) is not None:
        for field, own in COMPONENTS[name].get("properties", {}).items():
            yield (name, field), field in value
            if field in value:
                yield from fields(own, value[field])


@pytest.fixture(scope="module")
def had() -> Mapping[Field, set[bool]]:
    """Of every field whether answers have it: always, never, or both."""
    presence: dict[Field, set[bool]] = {}
    for reader in (FakeReader(), FakeReader(others=LIVE)):
        client = service(reader).test_client()
        for path, body in QUESTIONS:
            answer = client.open(path, method="GET" if body is None else "POST", json=body)
            assert answer.status_code == 200
            for field, there in fields(answer_schema(operation_of(path, body)), answer.get_json()):
                presence.setdefault(field, set()).add(there)
    return presence


def test_a_field_that_every_answer_has_is_a_required_one(had: Mapping[Field, set[bool]]) -> None:
    optional = {field for field in had if field[1] not in COMPONENTS[field[0]]["required"]}

    assert len(optional) > 20
    assert {field for field in optional if False not in had[field]} == set()


def test_a_field_that_some_answer_lacks_is_not_a_required_one(had: Mapping[Field, set[bool]]) -> None:
    required = {field for field in had if field[1] in COMPONENTS[field[0]]["required"]}

    assert len(required) > 200
    assert {field for field in required if False in had[field]} == set()
