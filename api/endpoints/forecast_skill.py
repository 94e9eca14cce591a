"""GET /api/v1/forecast/skill: how good the forecasts were that this service has stored as they were issued."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.edge.lists import Page, PageParameters, answered
from api.questions import names
from api.questions.fields import Name, SignalField, ZoneKey
from api.shapes.forecast_skill import ForecastSkillAnswer, StoredSkillRow, skill_rows
from api.shapes.parts import Listed
from carbon.forecasts import SkillQuery
from carbon.intensity import SignalName

bp = APIBlueprint("forecast_skill", __name__, tag="Decisions")

MOST_DAYS, LIGHT_DAYS = 400, 31


class ForecastSkillParameters(PageParameters):
    """Which forecasts."""

    signal: SignalField = SignalName.AVERAGE
    zone: ZoneKey | None = Field(None, description="Grid zone. Default: all of which forecasts are stored.")
    source: Name | None = Field(
        None,
        description="The forecast: the name of a source with -forecast behind it, or recent-hours-336h, -168h or -24h "
        "for our own. Default: all.",
        examples=["recent-hours-336h"],
    )
    days: int = Field(
        30, ge=1, le=MOST_DAYS, description="Forecasts that were issued in so many full UTC days before today."
    )

    def is_costly(self, facts: names.Facts) -> bool:
        """Many rows of the history."""
        return self.zone is None or self.days > LIGHT_DAYS

    def query(self) -> SkillQuery:
        return SkillQuery(signal=self.signal, zone=self.zone, source=self.source, days=self.days)


@bp.get("/api/v1/forecast/skill")
@bp.input(ForecastSkillParameters, location="query", arg_name="query")
@bp.output(ForecastSkillAnswer)
@bp.doc(operation_id="getForecastSkill")
def forecast_skill(query: ForecastSkillParameters) -> Response:
    """Show how good stored forecasts were, against the readings that came: by zone, source and day ahead.

    They are scored once a day. A figure that rests on too little is null; its counts are there.
    """
    exchange = current()
    skills = exchange.service.engine.forecasts.skill(query.query(), exchange.now)
    rows = skill_rows(skills)
    page = Page(total=len(rows), limit=query.limit, offset=query.offset)
    listed = Listed([StoredSkillRow.of(row) for row in rows[query.offset :][: query.limit]], skills)
    return answered(ForecastSkillAnswer.of(listed) | {"total": len(rows)}, listed.rows, StoredSkillRow, page)
