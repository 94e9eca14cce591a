"""Writes api/openapi/examples.json: the questions of the documentation with the answers this service gives offline.

Run `python -m tools.make_examples` after a change of the catalog or of an answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from api.shapes.queued_plan import PlanReport, QueuedPlanAnswer
from carbon.intensity import Signal
from carbon.queued_plans import PlanState, QueuedPlan
from carbon.reading import UpstreamForecast
from engine import Engine
from grid.chain import ChainReader
from grid.registry import SOURCES
from mapping import CloudMap
from serve import worker
from store.history.entries import Series
from store.history.readings import Readings, minute_of
from store.history.scores import DayScores, NoScores
from tools.decision_examples import decision_examples
from tools.footprint_example import footprint_example
from tools.ledger_examples import ledger_examples
from tools.problem_examples import NOW, REQUEST_ID, app_over, ask, problem_examples, tables
from tools.webhook_examples import webhook_examples

TARGET = Path(__file__).resolve().parents[1] / "api" / "openapi" / "examples.json"

# By operation id.
POSTS: dict[str, tuple[str, dict[str, Any]]] = {
    "optimizePlacement": (
        "/api/v1/optimize",
        {"workload": "training", "priority": "carbon", "region": "us-west-2", "duration_hours": 24, "limit": 2},
    ),
    "calculateEmissions": (
        "/api/v1/calculate",
        {"region": "us-east-1", "instance_type": "p4d.24xlarge", "duration_hours": 24},
    ),
    "compareOptions": (
        "/api/v1/compare",
        {
            "options": [
                {"region": "us-east-1", "instance_type": "m7g.large"},
                {"region": "europe-north1", "provider": "gcp", "instance_type": "n2-standard-2"},
            ],
            "duration_hours": 24,
        },
    ),
    "calculateForecast": (
        "/api/v1/forecast",
        {
            "zone": "CA-QC",
            "history": {"starts_at": "2026-02-10T10:00:00Z", "values": [31.0] * 8 + [34.0] * 8 + [29.0] * 8},
            "horizon_hours": 3,
        },
    ),
    "scheduleJob": ("/api/v1/schedule", {"region": "us-west-2", "duration_hours": 4}),
    "scheduleJobs": (
        "/api/v1/schedule/batch",
        {
            "jobs": [
                {"regions": ["us-west-2", "gcp:europe-north1"], "duration_hours": 4, "max_options": 0},
                {"region": "us-west-2", "duration_hours": 4, "deadline": "2026-02-11T12:00:00Z"},
                {
                    "region": "us-west-2",
                    "phases": [{"hours": 1, "power_w": 120}, {"hours": 3, "power_w": 650}],
                    "repeat": {
                        "cron": "30 2 * * mon-fri",
                        "time_zone": "Europe/Berlin",
                        "flex_hours": 6,
                        "until": "2026-02-13T12:00:00Z",
                    },
                },
            ]
        },
    ),
    "planJobs": (
        "/api/v1/plan",
        {
            "jobs": [
                {
                    "id": "train",
                    "duration_hours": 6,
                    "deadline": "2026-02-13T10:00:00Z",
                    "instance_type": "p4d.24xlarge",
                    "home": "aws:us-east-1",
                    "regions": ["aws:us-west-2"],
                    "data_gb": 100,
                },
                {
                    "id": "report",
                    "duration_hours": 2,
                    "deadline": "2026-02-11T12:00:00Z",
                    "instance_type": "n2-standard-8",
                    "home": "gcp:europe-west3",
                },
            ],
        },
    ),
}
GETS = {
    "rankRegions": "/v1/by-rank?limit=2",
    "rankRegionsOfProvider": "/v1/by-provider/hetzner?durationHours=4&within=24&limit=1",
    "rankRegionsInCountry": "/v1/by-country/SE?tolerance=5%25&limit=1",
    "rankRegionsNearAirport": "/v1/by-iata/LON?spot=only&vcpus=4&memoryGb=16&limit=1",
    "listRegions": "/api/v1/regions?limit=2",
    "getRegion": "/api/v1/regions/ca-central-1",
    "getZone": "/api/v1/zones/CA-QC",
    "getZoneForecast": "/api/v1/zones/CA-QC/forecast?hours=2",
    "getForecastSkill": "/api/v1/forecast/skill?zone=CA-QC&limit=2",
    "getZoneHistory": "/api/v1/zones/CA-QC/history?step=1h&start=2026-02-11T06:00:00Z&end=2026-02-11T10:00:00Z",
    "getRegionHistory": "/api/v1/regions/ca-central-1/history?start=2026-02-11T06:00:00Z&end=2026-02-11T08:00:00Z",
    "getSources": "/api/v1/sources",
    "getZoneSources": "/api/v1/zones/GB/sources",
    "listInstanceTypes": "/api/v1/instances?q=m7g&region=us-east-1&limit=1",
    "listWorkloads": "/api/v1/workloads",
    "getHealth": "/health",
    "getReadiness": "/ready",
    "getBadge": "/badge/ca-central-1.json",
    "getProblemType": "/problems/unknown-region",
}
# The problem that stands for a status in the OpenAPI document.
OF_STATUS = {
    400: "invalid-request",
    401: "key-required",
    403: "role-insufficient",
    404: "unknown-region",
    405: "method-not-allowed",
    409: "webhook-conflict",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "does-not-fit",
    429: "rate-limited",
    500: "internal-error",
    501: "png-unavailable",
    503: "state-unavailable",
}
# What the server refuses before the service sees it: title and detail.
UNREAD = {
    414: ("URI Too Long", "Request Line is too large (5032 > 4094)"),
    431: ("Request Header Fields Too Large", "Error parsing headers: 'limit request headers fields size'"),
}


class ExamplePast:
    """Readings of every quarter of an hour of one morning in Quebec, with an hour missing, to show the fields."""

    def prepare(self) -> None:
        """Nothing."""

    def record(self, signal: Signal, value: UpstreamForecast) -> None:
        """Nothing."""

    def zones(self, signal: Signal) -> Sequence[str]:
        """None: the examples show answers before our own forecasts are made."""
        return ()

    def readings(self, signal: Signal, zone: str, start: datetime, end: datetime) -> Sequence[Readings]:
        """See Past."""
        if zone != "CA-QC" or signal is not Signal.AVERAGE_LIFECYCLE:
            return ()
        first = minute_of(datetime(2026, 2, 11, 6, tzinfo=UTC))
        quarters = np.array([quarter for quarter in range(16) if not 8 <= quarter < 12], dtype=np.int64)
        starts = first + 15 * quarters
        inside = (starts >= minute_of(start)) & (starts < minute_of(end))
        readings = Readings(
            source="electricity-maps",
            starts=starts[inside],
            ends=starts[inside] + 15,
            gco2e_per_kwh=np.array([30.0 + 0.5 * quarter for quarter in quarters[inside]], dtype=np.float64),
            quality=np.zeros(int(inside.sum()), dtype=np.int64),
        )
        return (readings,) if inside.any() else ()


class ExampleScores(NoScores):
    """Our own forecasts of Quebec, issued four times on each of 20 days: the sums of a day, alike on all of them."""

    def between(
        self, signal: Signal, first_day: int, end_day: int, *, zone: str | None = None, source: str | None = None
    ) -> list[DayScores]:
        """See ScoreStore."""
        if zone != "CA-QC" or signal is not Signal.AVERAGE_LIFECYCLE:
            return []
        hours, lead_days = np.full(7, 95.0), np.arange(7)
        by_day = [(0.06 + 0.01 * lead_days) * hours, hours, np.ones(7), np.full(7, 12.0), hours, 0.8 * hours]
        sums = np.concatenate([*by_day, [10.4, 13.0, 3.0], np.full(7, 4.0)])
        series = Series("recent-hours-336h", signal.value, zone)
        return [DayScores(series=series, day=end_day - 20 + n, sums=sums, waits=np.zeros((0, 3))) for n in range(20)]


def examples() -> dict[str, Any]:
    """Every example by operation or problem; a question stands beside its answer."""
    facts = {name: entry.facts for name, entry in SOURCES.items()}
    off = [name for name in SOURCES if name != "electricity-maps"]
    grid = ChainReader(unconfigured={"electricity-maps": "no key is set"}, off=off, facts=facts)
    engine = Engine(CloudMap.load(), grid, ExamplePast(), ExampleScores())
    result: dict[str, Any] = {}
    for name, (path, question) in POSTS.items():
        app = app_over(engine)  # whose rate limit no other example has used
        body = json.dumps(question).encode()
        answer = ask(app, "POST", path, body, "application/json")
        result[name] = {"question": question, "answer": answer} | tables(app, path, json=question)
    for name, path in GETS.items():
        app = app_over(engine)
        result[name] = {"answer": ask(app, "GET", path)} | tables(app, path)
    result |= ledger_examples(engine) | decision_examples(engine) | footprint_example(engine)
    result |= _queued_plan(result["planJobs"]["answer"]) | webhook_examples()
    problems = problem_examples(engine)
    result |= {f"Problem{status}": problems[name] for status, name in OF_STATUS.items()}
    result |= {f"Problem{status}": worker.problem(status, *words, REQUEST_ID) for status, words in UNREAD.items()}
    result["getProblemType"]["answer"]["example"] = problems["unknown-region"]  # not that of the last run
    return result | {"problems": problems}


def _queued_plan(answer: Any) -> dict[str, Any]:
    """The same question in the background: as it is taken, and as it is read when it is done."""
    plan = QueuedPlan(
        id="6f1c0f7f2f0e4c58a9d1d5b3c7e80a42",
        caller="key/1",
        request_id=REQUEST_ID,
        created_at=NOW + timedelta(seconds=7),
    )
    done = replace(plan, state=PlanState.DONE, progress=1.0)
    return {
        "planJobsAccepted": QueuedPlanAnswer.of(PlanReport(plan)),
        "getPlan": {"answer": {**QueuedPlanAnswer.of(PlanReport(done)), "plan": answer}},
    }


if __name__ == "__main__":
    TARGET.write_text(json.dumps(examples(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {TARGET.name}")
