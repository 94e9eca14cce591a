"""GET /charts/skill.svg and /charts/skill.png: how good forecasts were."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.endpoints.forecast_skill import LIGHT_DAYS, MOST_DAYS
from api.questions import names
from api.questions.fields import Name, SignalField, ZoneKey
from carbon.forecasts import SkillQuery
from carbon.intensity import SignalName
from web import shipped
from web.drawing.skill import draw_skill
from web.geometry.skill_picture import SkillPicture, skill_picture
from web.marks import minute
from web.skill_series import CREDIT, backtest_series, stored_series
from web.views.files import Form, described, file_of
from web.views.parameters import PictureParameters

bp = APIBlueprint("skill_picture", __name__, tag="Pictures")
WHAT = "How good forecasts were: error by day ahead, how often the range held, and the saving that waiting brought"


class SkillPictureParameters(PictureParameters):
    """Which forecasts, as in /api/v1/forecast/skill."""

    signal: SignalField = SignalName.AVERAGE
    zone: ZoneKey | None = Field(None, description="Grid zone. Default: all of which forecasts are stored.")
    source: Name | None = Field(None, description="The forecast. Default: all.", examples=["recent-hours-336h"])
    days: int = Field(
        30, ge=1, le=MOST_DAYS, description="Forecasts that were issued in so many full UTC days before today."
    )

    def is_costly(self, facts: names.Facts) -> bool:
        """As the list."""
        return self.zone is None or self.days > LIGHT_DAYS


@bp.get("/charts/skill.svg")
@bp.input(SkillPictureParameters, location="query", arg_name="query")
@bp.doc(operation_id="getSkillSvg", responses=described(Form.SVG, WHAT))
def skill_svg(query: SkillPictureParameters) -> Response:
    """Draw the figures of /api/v1/forecast/skill, or of the backtest where none is stored, as SVG."""
    return _skill(query, Form.SVG)


@bp.get("/charts/skill.png")
@bp.input(SkillPictureParameters, location="query", arg_name="query")
@bp.doc(operation_id="getSkillPng", responses=described(Form.PNG, WHAT))
def skill_png(query: SkillPictureParameters) -> Response:
    """Draw the figures of /api/v1/forecast/skill, or of the backtest where none is stored, as PNG."""
    return _skill(query, Form.PNG)


def picture_of(query: SkillQuery) -> SkillPicture:
    """Stored forecasts; where none of the question is stored, the backtest. There is none of marginal intensities."""
    exchange = current()
    rows = stored_series(exchange.service.engine.forecasts.skill(query, exchange.now))
    is_marginal = query.signal is SignalName.MARGINAL
    where = f"{' of marginal intensities' if is_marginal else ''}{f' in {query.zone}' if query.zone else ''}"
    if rows or is_marginal:
        subtitle = f"stored forecasts of the last {query.days} days against what came · {minute(exchange.now)}"
        title, sources = f"How good forecasts were{where}", "Source: forecasts and readings stored here"
        return skill_picture(
            title, subtitle if rows else f"none is stored and scored yet · {minute(exchange.now)}", rows, sources
        )
    rows = backtest_series(exchange.mapping, query.signal, query.zone, query.source)
    subtitle = f"no forecast is stored and scored yet · {minute(exchange.now)}"
    return skill_picture(f"How good forecasts were in a backtest{where}", subtitle, rows, f"Source: {CREDIT}")


def _skill(query: SkillPictureParameters, form: Form) -> Response:
    question = SkillQuery(signal=query.signal, zone=query.zone, source=query.source, days=query.days)
    picture = picture_of(question)
    return file_of(draw_skill(picture, query.theme, shipped.font()), query, form)
