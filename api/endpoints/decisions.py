"""/api/v1/decisions: answers that were kept, asked again, and what came of them."""

from __future__ import annotations

import orjson
from apiflask import APIBlueprint
from flask import Response

from api.edge.exchange import Exchange, current
from api.edge.lists import Page, answered
from api.edge.replay import Question, question_of, replayed
from api.edge.roles import needs
from api.endpoints import optimize, plan, schedule
from api.questions.decisions import DecisionParameters, DecisionsParameters
from api.questions.schedule import ScheduleRequest
from api.shapes.decisions import (
    DecisionAnswer,
    DecisionHead,
    DecisionListAnswer,
    DecisionReplay,
    DecisionUsed,
    runs,
)
from api.shapes.parts import Listed
from api.shapes.reading import Json
from carbon.decisions import Decision, DecisionKind
from carbon.errors import UnknownDecision
from carbon.roles import Role
from decision_questions import outcomes
from store.ledger.decisions import Kept

bp = APIBlueprint("decisions", __name__, tag="Ledger")
QUESTIONS = {
    DecisionKind.OPTIMIZE: Question(model=optimize.OptimizeRequest, decide=optimize.decide),
    DecisionKind.SCHEDULE: Question(model=ScheduleRequest, decide=schedule.decide),
    DecisionKind.PLAN: Question(model=plan.PlanRequest, decide=plan.decide),
}


@bp.get("/api/v1/decisions")
@bp.input(DecisionsParameters, location="query", arg_name="query")
@bp.output(DecisionListAnswer)
@bp.doc(operation_id="listDecisions")
def list_decisions(query: DecisionsParameters) -> Response:
    """List the decisions that were made in a span of UTC days: answers to questions with record."""
    exchange = current()
    span, store = query.span(exchange.now), exchange.service.decisions
    listed = store.decisions(exchange.tenant, *span, offset=query.offset, limit=query.limit)
    total = store.count(exchange.tenant, *span)
    rows = [DecisionHead.of(one) for one in listed]
    page = Page(total=total, limit=query.limit, offset=query.offset)
    return answered(DecisionListAnswer.of(Listed(rows, total)), rows, DecisionHead, page)


@bp.get("/api/v1/decisions/<decision_id>")
@bp.input(DecisionParameters, location="query", arg_name="query")
@bp.output(DecisionAnswer)
@bp.doc(operation_id="getDecision", responses=[404])
def get_decision(decision_id: str, query: DecisionParameters) -> Response:
    """Show a decision, ask it again of what was kept, and show what came once its hours are over.

    The question is asked again at its time, of the grid and the tables that were read then. So the answer is equal to
    the byte, however prices, live values and own figures have changed, unless another release decides otherwise. What
    came is the promised energy in the hours as they were measured.
    """
    exchange = current()
    decision, kept = decision_of(exchange, decision_id)
    facts = facts_of(exchange, decision, kept, replay=query.replay)
    return exchange.success({"decision": {**facts, "answer": orjson.Fragment(kept.answer)}})


@bp.delete("/api/v1/decisions/<decision_id>")
@needs(Role.WRITE)
@bp.output({}, status_code=204)
@bp.doc(operation_id="deleteDecision", responses=[403, 404])
def delete_decision(decision_id: str) -> Response:
    """Remove a decision with all that is kept of it. Rows of usage that name it stay."""
    exchange = current()
    if not exchange.service.decisions.delete(exchange.tenant, decision_id):
        raise UnknownDecision(f"there is no decision of id {decision_id!r}")
    response = Response(status=204)
    del response.headers["Content-Type"]  # there is no body
    return response


def decision_of(exchange: Exchange, decision_id: str) -> tuple[Decision, Kept]:
    """A decision of the caller, and what is kept of it. Raises UnknownDecision, StateUnavailable."""
    store = exchange.service.decisions
    decision, kept = store.decision(exchange.tenant, decision_id), store.kept(exchange.tenant, decision_id)
    if decision is None or kept is None:
        raise UnknownDecision(f"there is no decision of id {decision_id!r}")
    return decision, kept


def facts_of(exchange: Exchange, decision: Decision, kept: Kept, *, replay: bool) -> Json:
    """All that is shown of a decision but its answer. replay: whether it is asked again. Raises StateUnavailable."""
    came = outcomes(exchange.session.about(decision.signal), decision)
    facts: Json = {
        **DecisionHead.of(decision),
        "question": question_of(kept),
        "answer": None,
        "placed": runs(decision.placed, came, 0),
        "instead": runs(decision.instead, came, len(decision.placed)),
        "replay": None,
        "used": None,
    }
    if replay:
        result = replayed(exchange, decision, kept, QUESTIONS[decision.kind])
        facts["replay"] = DecisionReplay.of(result.replay)
        facts["used"] = None if result.used is None else DecisionUsed.of(result.used, result.session)
    return facts
