"""The machines that a region offers, on the page of the region: the question of POST /api/v1/optimize."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from api.edge.problems import problem_of
from api.endpoints.optimize import OptimizeRequest
from api.questions.fields import Parameters
from api.shapes.recommendations import recommendation_rows
from carbon.errors import CarbonError
from carbon.workload import Priority, RankBy, WorkloadType
from catalog.model import Region
from session import Session
from web.pages.page import Content, asked

PATH = "/api/v1/optimize"
MOST_ROWS = 20


class MachineOrder(StrEnum):
    """What the machines are ordered by: grams or dollars of the machine, grams of the same work, or speed."""

    GRAMS = "grams"
    WORK = "work"
    PRICE = "price"
    SPEED = "speed"


_RANKINGS: Mapping[MachineOrder, tuple[Priority, RankBy]] = {
    MachineOrder.GRAMS: (Priority.CARBON, RankBy.MACHINE),
    MachineOrder.WORK: (Priority.CARBON, RankBy.WORK),
    MachineOrder.PRICE: (Priority.COST, RankBy.MACHINE),
    MachineOrder.SPEED: (Priority.PERFORMANCE, RankBy.WORK),
}


class MachinesState(Parameters):
    """Which machines are listed, in which order."""

    vcpus: float = Field(2, gt=0, le=1_000_000)
    memory_gb: float = Field(8, gt=0, le=1_000_000)
    sort: MachineOrder = MachineOrder.GRAMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """The question as JSON, and its rows or what is wrong with it. count: machines that qualify."""

    body: Content
    rows: tuple[Content, ...] = ()
    count: int = 0
    count_without_price: int = 0
    problem: Content | None = None


def machines_of(region: Region, state: MachinesState, session: Session) -> Machines:
    """The first machines of the region, of at least the size of the state."""
    priority, rank_by = _RANKINGS[state.sort]
    body: Content = {
        "workload": WorkloadType.GENERAL.value,
        "priority": priority.value,
        "rank_by": rank_by.value,
        "providers": [region.provider],
        "regions": [region.key],
        "requirements": {"vcpus": state.vcpus, "memory_gb": state.memory_gb},
        "flexible": False,
        "limit": MOST_ROWS,
        "per_region": MOST_ROWS,
    }
    try:
        placement = session.optimize(asked(OptimizeRequest, body).query())
    except CarbonError as error:
        return Machines(body=body, problem=problem_of(error))
    return Machines(
        body=body,
        rows=tuple(recommendation_rows(placement, session)),
        count=placement.qualifying,
        count_without_price=placement.offers_without_price,
    )
