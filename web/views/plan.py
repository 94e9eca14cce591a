"""GET /charts/plan.svg and /charts/plan.png: where and when the jobs of a plan run."""

from __future__ import annotations

from typing import Any

import orjson
from apiflask import APIBlueprint
from flask import Response
from pydantic import Field, ValidationInfo, field_validator

from api.edge import costly
from api.edge.exchange import current
from api.endpoints.plan import PlanRequest
from api.questions import names
from api.questions.parse import InvalidParameters, checked
from api.shapes.plan import PlanAnswer
from carbon.errors import FieldError, InvalidRequest, UnknownPlan
from carbon.queued_plans import QueuedPlan
from web import shipped
from web.drawing.plan import draw_plan
from web.geometry.plan_picture import MOST_BARS, JobBar, PlanPicture, plan_picture
from web.marks import minute
from web.pages.words import grams, usd
from web.plan_rows import PlanRow, hours_of_zones, made_at, plan_rows, shown_span
from web.views.files import Form, described, file_of
from web.views.parameters import PictureParameters

bp = APIBlueprint("plan_picture", __name__, tag="Pictures")
WHAT = "The jobs of a plan, each over the hours of its region in the colours of their carbon intensity"
Content = dict[str, Any]


class PlanPictureParameters(PictureParameters):
    """Which plan."""

    question: str | None = Field(
        None,
        max_length=4000,
        description="The body of POST /api/v1/plan as JSON; longer ones: background, and plan.",
        examples=['{"jobs":[{"id":"train","duration_hours":4,"instance_type":"m7g.large","home":"aws:us-east-1"}]}'],
    )
    plan: str | None = Field(
        None,
        max_length=100,
        validate_default=True,
        description="The id of a plan in the background that is done, in place of question.",
    )

    @field_validator("plan")
    @classmethod
    def _one_of_both(cls, value: str | None, info: ValidationInfo) -> str | None:
        if (value is None) == (info.data.get("question", "wrong") is None):
            raise names.refusal("one_plan", "send either question or plan")
        return value


@bp.get("/charts/plan.svg")
@bp.input(PlanPictureParameters, location="query", arg_name="query")
@bp.doc(operation_id="getPlanSvg", responses=described(Form.SVG, WHAT, 404, 422))
def plan_svg(query: PlanPictureParameters) -> Response:
    """Draw the answer of POST /api/v1/plan as strips of hours, as SVG."""
    return _plan(query, Form.SVG)


@bp.get("/charts/plan.png")
@bp.input(PlanPictureParameters, location="query", arg_name="query")
@bp.doc(operation_id="getPlanPng", responses=described(Form.PNG, WHAT, 404, 422))
def plan_png(query: PlanPictureParameters) -> Response:
    """Draw the answer of POST /api/v1/plan as strips of hours, as PNG."""
    return _plan(query, Form.PNG)


def picture_of(answer: Content) -> PlanPicture:
    """The picture of an answer of plan, which may have been made earlier: hours that are over have no colour."""
    every = plan_rows(answer)
    rows, made = every[:MOST_BARS], made_at(answer)
    shown = shown_span(rows, made)
    hours = hours_of_zones(rows, answer, shown, current().session)
    jobs = [
        JobBar(
            label=row.job,
            place=row.region,
            figure=f"{grams(row.json['co2_emissions_g'])} CO2e",
            change=_change(row),
            hours=hours[row.json["zone"]],
            runs=row.runs,
        )
        for row in rows
    ]
    placed, unplaced = len(every), len(answer["unplaced"])
    title = f"Plan: {placed} of {placed + unplaced} jobs have a place"
    totals, saved = answer["totals"], answer["savings"]
    parts = [f"{grams(totals['co2_emissions_g'])} CO2e", usd(totals["cost_usd"]), minute(made)]
    if placed:
        title = f"{title}, {abs(saved['percentage']):.0f} % {'less' if saved['percentage'] >= 0 else 'more'} CO2e"
        parts.append("baseline: each job at its earliest at home")
    return plan_picture(title, " · ".join(parts), jobs, shown, placed - len(jobs))


def _change(row: PlanRow) -> str:
    before = row.baseline["co2_emissions_g"]
    if not before or abs(row.saved_gco2e) < before / 200:
        return "as the baseline"
    return f"{100 * abs(row.saved_gco2e) / before:.0f} % {'less' if row.saved_gco2e > 0 else 'more'} than the baseline"


def _plan(query: PlanPictureParameters, form: Form) -> Response:
    answer = _asked(query.question) if query.question is not None else _queued(query.plan or "")
    return file_of(draw_plan(picture_of(answer), query.theme, shipped.font()), query, form)


def _queued(plan_id: str) -> Content:
    """Raises UnknownPlan where there is no such plan, or none yet."""
    exchange = current()
    desk = exchange.service.plans.desk
    queued = desk.plan(plan_id, exchange.tenant)
    answer = desk.answer(queued)
    if answer is None:
        raise UnknownPlan(_why_none(queued))
    content: Content = orjson.loads(answer)
    return content


def _why_none(queued: QueuedPlan) -> str:
    if queued.is_unfinished:
        return f"the plan is {queued.state.value}: its picture is there once it is done"
    return f"the plan is {queued.state.value}: it has no picture"


def _asked(question: str) -> Content:
    """The answer of a question. Raises InvalidParameters, Busy, and what plan raises."""
    exchange = current()
    try:
        body = checked(PlanRequest, question.encode(errors="replace"), exchange.facts)
    except InvalidRequest as error:
        raise InvalidParameters([_of_parameter(one) for one in error.errors]) from None
    costly.begin()
    session, query = exchange.about(body.signal), body.query()
    if session.needs_background(query):
        detail = "takes too long for a picture: send it to /api/v1/plan, and its id as plan"
        raise InvalidParameters([FieldError(location=("question",), code="too_long", detail=detail)])
    answer: Content = orjson.loads(
        exchange.success(PlanAnswer.of(session.plan(query, exchange.watch), session)).get_data()
    )
    return answer


def _of_parameter(error: FieldError) -> FieldError:
    path = "/".join(map(str, error.location))
    detail = f"{path} {error.detail}" if path else error.detail
    return FieldError(location=("question",), code=error.code, detail=detail, nearest=error.nearest)
