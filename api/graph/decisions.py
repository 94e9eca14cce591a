"""Where, on what and when to run: the questions that take a body in the JSON interface."""

from __future__ import annotations

from api.endpoints.optimize import OptimizeRequest
from api.endpoints.plan import PlanRequest
from api.graph.question import Arguments
from api.graph.turn import INPUT, Asking
from api.questions.schedule import ScheduleRequest
from api.shapes.placement import Decision, OptimizeAnswer
from api.shapes.plan import PlanAnswer
from api.shapes.reading import Json
from api.shapes.recommendations import recommendation_rows
from api.shapes.schedule import ScheduleAnswer
from carbon.errors import FieldError, InvalidRequest


def optimize(asking: Asking, arguments: Arguments) -> Json:
    """The regions, machines and window that fit a workload best."""
    question, turn = asking.begin(OptimizeRequest, arguments)
    query = question.query()
    placement = turn.session.optimize(query)
    decision = Decision(query=query, placement=placement, rows=recommendation_rows(placement, turn.session))
    return turn.answer(OptimizeAnswer.of(decision, turn.session))


def schedule(asking: Asking, arguments: Arguments) -> Json:
    """The window of least intensity for a job."""
    question, turn = asking.begin(ScheduleRequest, arguments)
    return turn.answer(ScheduleAnswer.of(turn.session.schedule(question.query(turn.session.mapping)), turn.session))


def plan(asking: Asking, arguments: Arguments) -> Json:
    """Where and when each of several jobs runs. Raises InvalidRequest for a plan that is made in the background."""
    question, turn = asking.begin(PlanRequest, arguments)
    query = question.query()
    if turn.session.needs_background(query):
        detail = "take so long with shared limits that the plan is made in the background: use POST /api/v1/plan"
        raise InvalidRequest([FieldError(location=(INPUT, "jobs"), code="needs_background", detail=detail)])
    return turn.answer(PlanAnswer.of(turn.session.plan(query, turn.exchange.watch), turn.session))
