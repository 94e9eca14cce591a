"""GET /badge/{region}.svg, .png and .json: one region's grid now, for a README or a status page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import orjson
from apiflask import APIBlueprint
from flask import Response

from api.edge.exchange import JSON, current
from api.questions import names
from api.questions.fields import Parameters
from api.shapes.reading import Reading
from api.shapes.shape import CamelShape
from web import shipped
from web.drawing.badge import draw_badge
from web.geometry.badge import Badge, badge_of
from web.views.files import Form, described, file_of
from web.views.parameters import PictureParameters

bp = APIBlueprint("badge", __name__, tag="Pictures")
WHAT = "A badge with the region's carbon intensity now; one that says no data where it is not known"


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """A badge in the form that services which draw badges read."""

    badge: Badge


of_badge = Reading(_Endpoint)


class BadgeAnswer(CamelShape):
    """A badge for services that draw badges from JSON."""

    schema_version: Literal[1] = of_badge("Version of this form.", lambda _: 1)
    label: str = of_badge("Left half.", lambda e: e.badge.label, examples=["aws:eu-north-1"])
    message: str = of_badge(
        "Right half: intensity and band, after ≈ if it was not measured; or no data.",
        lambda e: e.badge.message,
        examples=["≈ 23 gCO2e/kWh, very low"],
    )
    color: str = of_badge(
        "Colour of the band, without #; grey for no data.",
        lambda e: e.badge.fill.removeprefix("#"),
        examples=["dcefc5"],
    )


class BadgeParameters(Parameters):
    """A badge as JSON takes no parameter."""


@bp.get("/badge/<region>.svg")
@bp.input(PictureParameters, location="query", arg_name="query")
@bp.doc(operation_id="getBadgeSvg", responses=described(Form.SVG, WHAT, 404))
def badge_svg(region: str, query: PictureParameters) -> Response:
    """Draw a region's carbon intensity now as a badge, as SVG."""
    return file_of(draw_badge(_badge(region), query.theme), query, Form.SVG)


@bp.get("/badge/<region>.png")
@bp.input(PictureParameters, location="query", arg_name="query")
@bp.doc(operation_id="getBadgePng", responses=described(Form.PNG, WHAT, 404))
def badge_png(region: str, query: PictureParameters) -> Response:
    """Draw a region's carbon intensity now as a badge, as PNG."""
    return file_of(draw_badge(_badge(region), query.theme), query, Form.PNG, large=False)


@bp.get("/badge/<region>.json")
@bp.input(BadgeParameters, location="query", arg_name="query")
@bp.output(BadgeAnswer)
@bp.doc(operation_id="getBadge", responses=[404])
def badge_json(region: str, query: BadgeParameters) -> Response:
    """Give a region's carbon intensity now in the form of a badge endpoint."""
    return Response(orjson.dumps(BadgeAnswer.of(_Endpoint(_badge(region)))), content_type=JSON)


def _badge(name: str) -> Badge:
    """Raises UnknownRegion, UnknownProvider, AmbiguousRegion."""
    exchange = current()
    key = names.noted_region(exchange.mapping, name, None, exchange.zone_notes).key
    intensity = exchange.session.region_details(key).now.intensity
    return badge_of(key, intensity, exchange.now, shipped.font())
