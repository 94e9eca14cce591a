"""/plan: where and when several jobs should run, at once or in the background: the answers of POST /api/v1/plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

import orjson
from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from api.edge.exchange import current
from api.edge.problems import problem_of
from api.edge.roles import needs
from api.endpoints.plan import PlanRequest
from api.endpoints.plans import POLL_SECONDS, submitted
from api.shapes.plan import PlanAnswer
from api.shapes.queued_plan import url_of
from carbon.errors import CarbonError
from carbon.queued_plans import QueuedPlan
from carbon.roles import Role
from web.pages import page
from web.pages.page import Content, link
from web.pages.plan_form import (
    MOST_IN_ADDRESS,
    MOST_ROWS,
    PlanState,
    body_of,
    compact,
    field_in_words,
    pretty,
)
from web.pages.plan_view import PlanView, plan_view

bp = page.blueprint("plan_page", __name__)
PATH, PLANS, CHART = "/api/v1/plan", "/api/v1/plans", "/charts/plan"
EMPTY_ROWS = 3
MOST_IN_COMMAND = 4000  # characters of a body that stands in the command itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a question: a plan, a problem, or neither where it is made in the background."""

    question: bytes = b""
    plan: PlanView | None = None
    queued: QueuedPlan | None = None
    problem: Content | None = None
    needs_background: bool = False


@bp.get("/plan")
def plan() -> Response:
    """The form, with the plan of the jobs in the address, or with a plan in the background."""
    state = page.state_of(PlanState)
    if state.plan:
        return _page(state, _queued(state.plan))
    if state.question:
        return _page(state, _planned(state.question.encode()))
    if state.jobs:
        return _page(state, _planned(orjson.dumps(body_of(state, current().mapping))))
    return _page(state, Outcome())


@bp.post("/plan")
@needs(Role.READ)
def send() -> ResponseReturnValue:
    """Lead to the plan of a pasted question: by an address that holds it, or to a plan in the background."""
    exchange, text = current(), compact(request.form.get("question", ""))
    state = PlanState()
    is_short = bool(text) and len(urlencode({"question": text})) <= MOST_IN_ADDRESS
    outcome = Outcome(question=text.encode(errors="replace"))
    try:
        body = page.asked(PlanRequest, outcome.question)
        if is_short and not body.background and not exchange.about(body.signal).needs_background(body.query()):
            return redirect(link("/plan", state, question=text), 303)
        answer = submitted(exchange, outcome.question)
    except CarbonError as error:
        return _page(state, replace(outcome, problem=problem_of(error)))
    return redirect(link("/plan", state, plan=answer.headers["Location"].rpartition("/")[2]), 303)


@bp.post("/plan/cancel")
@needs(Role.WRITE)
def cancel() -> ResponseReturnValue:
    """Cancel a plan in the background, or remove one that has ended, and lead back to it."""
    exchange, plan_id = current(), request.form.get("plan", "")[:100]
    exchange.service.plans.desk.cancel(plan_id, exchange.tenant)
    return redirect(link("/plan", PlanState(), plan=plan_id), 303)


def _planned(question: bytes) -> Outcome:
    """The plan of a question, or its problem; nothing is put into the queue."""
    exchange = current()
    try:
        body = page.asked(PlanRequest, question)
        session, query = exchange.about(body.signal), body.query()
        if body.background or session.needs_background(query):
            return Outcome(question=question, needs_background=True)
        answer = orjson.loads(exchange.success(PlanAnswer.of(session.plan(query, exchange.watch), session)).get_data())
    except CarbonError as error:
        return Outcome(question=question, problem=problem_of(error))
    return Outcome(question=question, plan=plan_view(answer, session))


def _queued(plan_id: str) -> Outcome:
    """What became of a plan in the background."""
    exchange = current()
    runner = exchange.service.plans
    try:
        queued = runner.desk.plan(plan_id, exchange.tenant)
        if queued.is_unfinished:
            runner.follow()
        answer = runner.desk.answer(queued)
    except CarbonError as error:
        return Outcome(problem=problem_of(error))
    return Outcome(queued=queued, plan=None if answer is None else plan_view(orjson.loads(answer), exchange.session))


def _page(state: PlanState, outcome: Outcome) -> Response:
    question, problem = outcome.question, outcome.problem
    jobs, status = _jobs_of(question), 200
    if problem is not None:
        status = problem["status"]
        fields = [field_in_words(error.get("pointer", ""), jobs) for error in problem.get("errors", ())]
        problem = problem | {"fields": fields}
    response = page.filled(
        "plan.html",
        state,
        status=status,
        outcome=outcome,
        problem=problem,
        rows=state.jobs + [{}] * max(1, EMPTY_ROWS - len(state.jobs)) if len(state.jobs) < MOST_ROWS else state.jobs,
        text=pretty(question) if question else "",
        background_text=_in_background(question) if outcome.needs_background else "",
        prices_decide=b'"objective"' in question,
        example=_example(),
        is_wrong=[error.get("pointer", "") for error in (problem or {}).get("errors", ())],
        curl=_command(question),
        chart=_chart(state, question),
        queued_url="" if outcome.queued is None else url_of(outcome.queued),
        poll_seconds=POLL_SECONDS,
    )
    if outcome.queued is not None and outcome.queued.is_unfinished:
        response.headers["Retry-After"] = str(POLL_SECONDS)
    return response


def _jobs_of(question: bytes) -> list[Content]:
    """The jobs of a question as far as it has any."""
    try:
        body = orjson.loads(question or b"{}")
    except orjson.JSONDecodeError:
        return []
    jobs = body.get("jobs") if isinstance(body, dict) else None
    return jobs if isinstance(jobs, list) else []


def _in_background(question: bytes) -> str:
    return orjson.dumps(orjson.loads(question) | {"background": True}).decode()


def _command(question: bytes) -> str:
    if not question:
        return ""
    if len(question) > MOST_IN_COMMAND or not _jobs_of(question):
        return page.curl(PATH, file="plan.json")
    return page.curl(PATH, orjson.loads(question))


def _chart(state: PlanState, question: bytes) -> str:
    """The query of the picture of this plan; empty where the address would be too long."""
    if state.plan:
        return "?" + urlencode({"plan": state.plan})
    query = "?" + urlencode({"question": compact(question.decode(errors="replace"))})
    return query if len(query) <= MOST_IN_ADDRESS else ""


def _example() -> str:
    """The address of a plan of three jobs, whose deadlines lie ahead."""
    now = current().now
    ends = [f"{now + timedelta(hours=hours):%Y-%m-%dT%H:00}" for hours in (48, 30)]
    return link(
        "/plan",
        PlanState(),
        id=["train", "report", "backup"],
        hours=["8", "2", "3"],
        machine=["m7g.xlarge", "m7g.large", "m7g.large"],
        count=["4", "1", "1"],
        home=["aws:us-east-1", "aws:eu-central-1", "aws:ap-southeast-2"],
        where=["aws:us-west-2, aws:eu-north-1, aws:ca-central-1", "aws:eu-west-3, aws:eu-north-1", ""],
        deadline=[ends[0], ends[1], ends[0]],
    )
