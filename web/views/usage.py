"""GET /charts/usage.svg and /charts/usage.png: what usage emitted."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from api.edge.exchange import current
from api.questions.usage_reports import ReportQuestion
from web import shipped
from web.drawing.usage import draw_usage
from web.geometry.canvas import FILE
from web.usage_columns import totals_of, usage_picture
from web.views.files import Form, described, file_of
from web.views.parameters import PictureParameters

bp = APIBlueprint("usage_picture", __name__, tag="Pictures")
WHAT = "What usage emitted by day or month, by what the figures rest on"


class UsagePictureParameters(PictureParameters, ReportQuestion):
    """Which usage, as in /api/v1/usage/report."""


@bp.get("/charts/usage.svg")
@bp.input(UsagePictureParameters, location="query", arg_name="query")
@bp.doc(operation_id="getUsageSvg", responses=described(Form.SVG, WHAT))
def usage_svg(query: UsagePictureParameters) -> Response:
    """Draw the steps of /api/v1/usage/report as SVG, over all groups; without a step by day, or month if it is long."""
    return _usage(query, Form.SVG)


@bp.get("/charts/usage.png")
@bp.input(UsagePictureParameters, location="query", arg_name="query")
@bp.doc(operation_id="getUsagePng", responses=described(Form.PNG, WHAT))
def usage_png(query: UsagePictureParameters) -> Response:
    """Draw the steps of /api/v1/usage/report as PNG, over all groups; without a step by day, or month if it is long."""
    return _usage(query, Form.PNG)


def _usage(query: UsagePictureParameters, form: Form) -> Response:
    question = query.query(current().now)
    picture = usage_picture(question, totals_of(question), FILE)
    response = file_of(draw_usage(picture, query.theme, shipped.font()), query, form)
    response.headers["Cache-Control"] = "no-store"  # rows change at any time, and are one tenant's
    return response
