"""Answers of optimize, and rankings of the shipped tables that are made without the planner."""

from __future__ import annotations

from datetime import datetime

import pytest

from carbon.placements import Placement
from carbon.reading import ZoneReading
from carbon.workload import OptimizeQuery, Priority, RankBy, WorkloadType
from engine import Engine
from mapping import CloudMap
from tests.fakes.clouds import one_pue_map
from tests.fakes.grid import FakeReader, flat
from tests.golden import builders
from tests.golden.builders import Machine, utc

NOW = utc(18, 10, 20)


# eu-west-3 lies in FR, eu-north-1 in SE-SE3, eu-south-2 in ES, ap-east-1 in HK, us-east-1 and us-east-2 in US-MIDA-PJM.
GREEN = {"FR": flat(NOW, 40), "SE-SE3": flat(NOW, 60)}


def green(zone: str) -> float:
    """The mean of GREEN's grid, where everyone else is at 300."""
    return {"FR": 40.0, "SE-SE3": 60.0}.get(zone, 300.0)


def answer(
    query: OptimizeQuery,
    zones: dict[str, ZoneReading] | None = None,
    *,
    others: float | None = 300,
    now: datetime = NOW,
    mapping: CloudMap | None = None,
) -> Placement:
    """The engine's answer on a grid of these zones; `others` None leaves the rest to the baseline."""
    rest = None if others is None else flat(now, others)
    return Engine(mapping or one_pue_map(), FakeReader(zones, others=rest)).at(now).optimize(query)


def ask(
    workload: WorkloadType = WorkloadType.GENERAL, priority: Priority = Priority.CARBON, **more: object
) -> OptimizeQuery:
    fields = {"providers": ("aws",), "duration_hours": 24.0} | more
    return OptimizeQuery(workload=workload, priority=priority, **fields)  # type: ignore[arg-type]


def listed(found: Placement) -> list[tuple[str, str]]:
    return [(row.emission.region.removeprefix("aws:"), row.emission.instance_type) for row in found.rows]


def is_general(_: str, one: Machine) -> bool:
    return one.row["category"] == "general" and 2 <= one.vcpus <= 8 and 8 <= one.memory_gb <= 32


def assert_ranked_by_machine_as(found: Placement, by_hand: list[builders.Placed]) -> None:
    assert found.ranked_by.by is RankBy.MACHINE
    assert listed(found) == [(one.region, one.type) for one in by_hand[: len(found.rows)]]
    grams = [row.emission.total_gco2e / row.emission.duration_hours for row in found.rows]
    assert grams == pytest.approx([one.grams for one in by_hand[: len(found.rows)]], rel=1e-6)


def assert_ranked_as(found: Placement, by_hand: list[builders.Placed]) -> None:
    assert listed(found) == [(one.region, one.type) for one in by_hand[: len(found.rows)]]
    grams = [row.gco2e_per_unit_work for row in found.rows]
    assert grams == pytest.approx([one.grams for one in by_hand[: len(found.rows)]], rel=1e-6)
