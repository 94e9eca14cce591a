"""Answers of optimize on a grid of three levels, whose costs are worked out by hand."""

from __future__ import annotations

from datetime import datetime

from carbon.placements import Placement
from carbon.workload import OptimizeQuery, Priority, WorkloadType
from engine import Engine
from tests.fakes.clouds import one_pue_map
from tests.fakes.grid import FakeReader, flat
from tests.golden.builders import utc

NOW = utc(18, 10, 20)


# ap-south-1 lies in IN-WE, us-east-1 in US-MIDA-PJM, eu-north-1 in SE-SE3.
GRID = {"IN-WE": flat(NOW, 700), "US-MIDA-PJM": flat(NOW, 400), "SE-SE3": flat(NOW, 20)}


THREE = ("aws:ap-south-1", "aws:us-east-1", "aws:eu-north-1")


def engine() -> Engine:
    return Engine(one_pue_map(), FakeReader(GRID, others=flat(NOW, 300)))


def answer(**more: object) -> Placement:
    return answer_at(NOW, **more)


def answer_at(now: datetime, /, **more: object) -> Placement:
    fields = {"workload": WorkloadType.GENERAL, "priority": Priority.COST, "providers": ("aws",), "flexible": False}
    query = OptimizeQuery(**fields | {"duration_hours": 24.0, "limit": 500} | more)  # type: ignore[arg-type]
    return engine().at(now).optimize(query)


def graviton2(**more: object) -> Placement:
    """One type in three regions: the same work everywhere."""
    return answer(regions=THREE, instance_types=("m6g.large",), **more)


def places(found: Placement) -> list[str]:
    return [row.emission.region for row in found.rows]
