"""One client within the default rate limit sends the most expensive requests there are, all at once."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event

import pytest

from tests.fakes.patience import PATIENCE_SECONDS
from tests.faults.client import Answer, Question, ask, burst, percentile
from tests.faults.server import Gunicorn

LIMIT = 60
P99_SECONDS = 0.5
COMPARE, OPTIMIZE = "/api/v1/compare", "/api/v1/optimize"
JOB = {"workload": "general", "priority": "cost", "flexible": True}
MACHINE = {"region": "us-east-1", "instance_type": "m5.large"}
AVERAGE = {"location": "DE", "startTime": "2026-01-01", "endTime": "2026-01-02"}
PLACES = ("eu-north-1", "eu-central-1", "us-east-1")
_NOW = datetime.now(UTC)
WEEK = {
    "windows": [{"start": _NOW.isoformat(), "end": (_NOW + timedelta(hours=167)).isoformat()}],
    "duration": "P100D",
    "num_options": 1000,
}
REGION = "topology.kubernetes.io/region"
DOCUMENTS = (
    "{__schema {types {name description fields {name description type {name}}}}}",
    '{regions(limit: 150, provider: "all") {regions {forecast {status}}}}',
    "{instances(limit: 900) {instances {provider family source arch memory_gb}}}",
    "{regions {" + "status " * 300 + "}}",
)
# Legal ones first. Each stands for a kind that was measured; none is answered from what is kept of the minute.
ATTACKS = (
    Question(path=OPTIMIZE, body={**JOB, "providers": "all", "limit": 500, "per_region": 100, "duration_hours": 8000}),
    Question(path=OPTIMIZE, body={**JOB, "providers": ["aws", "azure"], "requirements": {"vcpus": 0.1}, "limit": 50}),
    Question(path=OPTIMIZE, body={**JOB, "providers": ["azure"], "per_region": 100, "requirements": {"vcpus": 1}}),
    Question(
        path=OPTIMIZE, body={**JOB, "limit": 20, "per_region": 20, "duration_hours": 48, "include_embodied": True}
    ),
    Question(path=COMPARE, body={"options": [MACHINE] * 1000, "duration_hours": 8760}),
    Question(path=COMPARE, body={"options": [MACHINE] * 100, "duration_hours": 24}),
    Question(path="/v1/by-rank?within=168&durationHours=8000&spot=only"),
    Question(path="/v1/by-rank?vcpus=3&format=csv"),
    Question(path="/api/v1/instances?limit=1000"),
    Question(path=OPTIMIZE, body={**JOB, "instance_types": [f"Standard_E{n}as_v4x" for n in range(500)]}),
    Question(path=COMPARE, body={"options": [{f"f{n}": 1 for n in range(60)}] * 1000}),
    Question(path="/api/v1/calculate", body={f"f{n}": 1 for n in range(75_000)}),
    Question(path=COMPARE, body={"options": [{"region": "azure:westeurope", "instance_type": "Standard_M8ms"}] * 1000}),
    Question(path="/v0/schedule/", body={**WEEK, "zones": [{"provider": "aws", "region": r} for r in PLACES] * 16}),
    Question(path="/k8s/prioritize", body={"NodeNames": [f"n{n}" for n in range(20_000)]}),
    Question(
        path="/k8s/filter",
        body={
            "Nodes": {"items": [{"metadata": {"name": f"n{n}", "labels": {REGION: f"r{n}"}}} for n in range(20_000)]}
        },
    ),
    Question(
        path="/graphql", body={"query": "{__schema {types {name description fields {name description type {name}}}}}"}
    ),
    Question(
        path="/graphql", body={"query": "{instances(limit: 900) {instances {provider family source arch memory_gb}}}"}
    ),
    *(Question(path="/graphql", body={"query": query}) for query in DOCUMENTS),
    Question(path="/v1/by-rank?" + "&".join(f"exclude=aws:us-ex{n}" for n in range(200))),
    Question(path="/emissions/forecasts/current?windowSize=61&" + "&".join(["location=DE"] * 100)),
    Question(path="/emissions/bylocations/best?toTime=2026-01-01&time=2025-12-30&" + "&".join(["location=DE"] * 100)),
    Question(path="/emissions/average-carbon-intensity/batch", body=[AVERAGE] * 100),
    Question(path="/emissions/average-carbon-intensity/batch", body=[{"location": f"x{n}"} for n in range(40_000)]),
)


def probe(port: int, begun: Event, ending: Event, results: multiprocessing.Queue[list[Answer]]) -> None:
    """Ask for /health again and again, as a platform does; a process of its own, which the attack does not slow."""
    answers = []
    while not ending.wait(0.01):
        answers.append(ask(port, "/health"))
        begun.set()
    results.put(answers)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gunicorn]:
    with Gunicorn(tmp_path_factory.mktemp("one"), {"RATE_LIMIT": f"{LIMIT} per minute"}, workers=1) as server:
        yield server


@pytest.fixture
def address(callers: Iterator[int]) -> str:
    """Of a client of which no request was counted yet."""
    return f"127.0.1.{next(callers)}"


@pytest.fixture(scope="module")
def callers() -> Iterator[int]:
    return iter(range(1, 255))


@pytest.mark.parametrize("number", [None, *range(len(ATTACKS))], ids=lambda number: "mix" if number is None else None)
def test_health_is_answered_soon_while_one_client_sends_the_dearest_requests(
    number: int | None, server: Gunicorn, address: str
) -> None:
    attacks = ATTACKS if number is None else ATTACKS[number : number + 1]
    context = multiprocessing.get_context("spawn")
    begun, ending, results = context.Event(), context.Event(), context.Queue()
    probing = context.Process(target=probe, args=(server.port, begun, ending, results))
    probing.start()
    assert begun.wait(PATIENCE_SECONDS)
    began_at = time.monotonic()
    answers = burst(server.port, (attacks * LIMIT)[:LIMIT], at_once=LIMIT, address=address)
    ended_at = time.monotonic()
    ending.set()
    health = [answer for answer in results.get(timeout=PATIENCE_SECONDS) if began_at <= answer.began_at <= ended_at]
    probing.join()

    statuses = Counter(answer.status for answer in answers)
    assert set(statuses) <= {200, 204, 400, 414, 422, 503}, statuses
    assert {answer.status for answer in health} == {200}
    assert "Traceback" not in server.log()
    assert percentile(health, 0.99) < P99_SECONDS
