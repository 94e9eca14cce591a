"""Plans in the background: GET and DELETE /api/v1/plans/{id}, and how such a plan is submitted."""

from __future__ import annotations

import orjson
from apiflask import APIBlueprint
from flask import Response

from api.edge.exchange import JSON, Exchange, current
from api.edge.roles import needs
from api.shapes.queued_plan import PlanReport, QueuedPlanAnswer, url_of
from carbon.queued_plans import QueuedPlan
from carbon.roles import Role

bp = APIBlueprint("plans", __name__, tag="Decisions")

POLL_SECONDS = 2  # after which it is worth to ask again


def submitted(exchange: Exchange, question: bytes) -> Response:
    """Put a checked question into the queue: a 202.

    Raises RoleInsufficient, TooManyPlans, QueueFull, StateUnavailable.
    """
    exchange.require(Role.WRITE)  # the question is stored
    runner = exchange.service.plans
    plan = runner.desk.submit(question, exchange.caller, exchange.tenant, exchange.request_id)
    runner.follow()
    response = _answer(plan, None)
    response.status_code = 202
    response.headers["Location"] = url_of(plan)
    return response


@bp.get("/api/v1/plans/<plan_id>")
@bp.output(QueuedPlanAnswer)
@bp.doc(operation_id="getPlan", responses=[404])
def plan_state(plan_id: str) -> Response:
    """What became of a plan in the background; once it is done, the plan.

    With API keys only those of the tenant that submitted a plan can read it.
    """
    exchange = current()
    runner = exchange.service.plans
    plan = runner.desk.plan(plan_id, exchange.tenant)
    if plan.is_unfinished:
        runner.follow()
    return _answer(plan, runner.desk.answer(plan))


@bp.delete("/api/v1/plans/<plan_id>")
@needs(Role.WRITE)
@bp.output({}, status_code=204)
@bp.doc(operation_id="cancelPlan", responses=[403, 404])
def cancel_plan(plan_id: str) -> Response:
    """Cancel a plan in the background, or remove one that is done or has failed.

    A cancelled plan stays cancelled, so that the request can be repeated.
    """
    exchange = current()
    exchange.service.plans.desk.cancel(plan_id, exchange.tenant)
    response = Response(status=204)
    del response.headers["Content-Type"]  # there is no body
    return response


def _answer(plan: QueuedPlan, answer: bytes | None) -> Response:
    response = Response(orjson.dumps(QueuedPlanAnswer.of(PlanReport(plan, answer))), content_type=JSON)
    if plan.is_unfinished:
        response.headers["Retry-After"] = str(POLL_SECONDS)
    return response
