"""The answer about a plan in the background."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from api.shapes.plan import PlanAnswer
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import Percentage, Timestamp
from carbon.queued_plans import PlanState, QueuedPlan

FOLDER = "/api/v1/plans"


@dataclass(frozen=True, slots=True)
class PlanReport:
    """A plan in the background, with its answer once it is done. answer: JSON."""

    queued: QueuedPlan
    answer: bytes | None = None


def url_of(plan: QueuedPlan) -> str:
    """Where the plan is read and cancelled."""
    return f"{FOLDER}/{plan.id}"


_of_queued = Reading(QueuedPlan)
_of = Reading(PlanReport)
_of.part(_of_queued, lambda report: report.queued)


class QueuedPlanAnswer(Shape):
    """What became of a plan in the background."""

    id: str = _of_queued("Id of the plan. Without API keys whoever knows it can read and cancel the plan.")
    status: PlanState = _of_queued(
        "waiting: other plans come first; running; done: plan has the answer; failed: detail says what to change; "
        "cancelled.",
        lambda plan: plan.state.value,
    )
    progress_percent: Percentage = _of_queued("Share of the work done, 0 to 100.", lambda plan: plan.progress)
    created_at: Timestamp = _of_queued("When the plan was submitted.")
    expires_at: Timestamp = _of_queued("When it is forgotten: a day later.")
    url: str = _of_queued("Read it there with GET, cancel or remove it with DELETE.", url_of)
    detail: str | None = _of_queued("Why it failed and what to change, as a sentence; null unless it failed.")
    plan: PlanAnswer | None = _of.rendered(
        "The answer as POST /api/v1/plan gives it at once, for the minute in which the work began; null until it is "
        "done.",
        lambda report: None if report.answer is None else orjson.Fragment(report.answer),
    )
