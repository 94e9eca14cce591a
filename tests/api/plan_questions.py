"""Questions to POST /api/v1/plan that several tests ask."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Ask

AWS = ["aws:us-west-2", "aws:eu-north-1", "aws:eu-central-1"]
JOB: dict[str, Any] = {"id": "one", "duration_hours": 4, "instance_type": "m7g.large", "home": "aws:us-east-1"}
MACHINE = {"vcpus": 16, "memory_gb": 64, "arch": "x86_64"}
OWN_JOB = {**JOB, "id": "own", "instance_type": None, "machine": MACHINE}
PRICED = {"carbon_price_usd_per_tonne": 100}
EVENINGS = [{"from": "18:00", "to": "23:00"}]
PAUSES: list[Any] = [None, True, {"max_segments": 2}, {"min_run_minutes": 60, "restart_minutes": 10}]


def plan(post: Ask, *jobs: dict[str, Any], **fields: Any) -> Any:
    return post("plan", {"jobs": list(jobs), **fields})


def place(row: dict[str, Any]) -> str:
    return f"{row['provider']}:{row['region']}"
