"""/skill: how good forecasts were: those that are stored, against what came, and those of the backtest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from flask import Response
from markupsafe import Markup
from pydantic import BeforeValidator, Field

from api.edge.exchange import current
from api.endpoints.forecast_skill import LIGHT_DAYS, MOST_DAYS
from api.questions import names
from api.questions.fields import Name, SignalField, ZoneKey
from carbon.forecasts import SkillQuery
from carbon.intensity import SignalName
from web.drawing.skill import mini_errors, mini_share
from web.geometry.skill_picture import PROMISE, Series, highest_error
from web.pages import page
from web.pages.embedded import embedded
from web.pages.page import PageState, link
from web.skill_series import backtest_series, in_words, sources_of_backtest, stored_series

bp = page.blueprint("skill_page", __name__)
PATH = "/api/v1/forecast/skill"
ROWS = 60
SIGNALS = {
    SignalName.AVERAGE: "average, of all plants",
    SignalName.MARGINAL: "marginal, of plants that answer a change",
}
_EMPTY = BeforeValidator(lambda text: text or None)  # a form sends its empty fields too


class SkillState(PageState):
    """Which forecasts, of how many days."""

    signal: SignalField = SignalName.AVERAGE
    zone: Annotated[ZoneKey | None, _EMPTY] = Field(default=None)
    source: Annotated[Name | None, _EMPTY] = Field(default=None)
    days: int = Field(default=30, ge=1, le=MOST_DAYS)
    rows: int = Field(default=ROWS, ge=1, le=1000)

    def is_costly(self, facts: names.Facts) -> bool:
        """As the list."""
        return self.zone is None or self.days > LIGHT_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillRow:
    """A series with its charts."""

    series: Series
    errors: Markup
    coverage: Markup
    captured: Markup


@bp.get("/skill")
def skill() -> Response:
    """The page."""
    state, exchange = page.state_of(SkillState), current()
    query = SkillQuery(signal=state.signal, zone=state.zone, source=state.source, days=state.days)
    stored = stored_series(exchange.service.engine.forecasts.skill(query, exchange.now))
    tested = backtest_series(exchange.mapping, state.signal, state.zone, state.source)
    highest = highest_error([*stored, *tested])
    chosen = state.model_dump(exclude_defaults=True, include={"signal", "zone", "source", "days"})
    address = link(PATH, None, **chosen)
    return page.filled(
        "skill.html",
        state,
        stored=[_row(series, highest) for series in stored[: state.rows]],
        stored_count=len(stored),
        tested=[_row(series, highest) for series in tested],
        sources=[(name, in_words(name)) for name in sources_of_backtest(exchange.mapping.forecasts)],
        signals=SIGNALS,
        promise=PROMISE,
        address=address,
        curl=page.curl(address),
        chart={form: link(f"/charts/skill.{form}", None, **chosen) for form in ("svg", "png")},
    )


def _row(series: Series, highest: float) -> SkillRow:
    return SkillRow(
        series=series,
        errors=embedded(mini_errors(series, highest)),
        coverage=embedded(mini_share(series.coverage, is_measured=series.is_measured, promise=PROMISE)),
        captured=embedded(mini_share(series.captured, is_measured=series.is_measured)),
    )
