"""GET /sources: where figures come from, on which terms, how each source is doing, and how old the tables are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response

from api.edge.exchange import current
from api.endpoints.health import readiness_of
from api.shapes.health import ReadyAnswer
from api.shapes.sources import SourcesAnswer, listed
from catalog.model import Provider
from web.pages import page
from web.pages.page import Content, PageState

bp = page.blueprint("sources_page", __name__)
STATES: Mapping[str, str] = {
    "ok": "answers",
    "degraded": "does not answer",
    "untried": "not asked yet",
    "unconfigured": "needs a key",
    "off": "switched off",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSource:
    """A source of live data. facts: its row of /api/v1/sources. health: that of /ready. consent: a setting."""

    facts: Content
    health: Content
    consent: str | None

    @property
    def state_in_words(self) -> str:
        return STATES.get(self.facts["state"], self.facts["state"])


@bp.get("/sources")
def sources() -> Response:
    """The page of the sources."""
    state = page.state_of(PageState)
    exchange = current()
    states = exchange.service.engine.source_states()
    ready: Content = ReadyAnswer.of(readiness_of(exchange))
    answer: Content = SourcesAnswer.of(listed(states), exchange.session)
    health = {row["source"]: row for row in ready["sources"]}
    consents = {one.source: one.facts.consent_setting for one in states if one.facts is not None}
    shown = [
        ShownSource(facts=row, health=health[row["source"]], consent=consents[row["source"]])
        for row in answer["sources"]
    ]
    return page.filled(
        "sources.html",
        state,
        sources=shown,
        answering=sum(one.facts["state"] == "ok" for one in shown),
        ready=ready,
        prices=_prices(ready["catalog"], exchange.mapping.providers),
        data_version=exchange.data_version,
        catalog_version=exchange.mapping.version,
        curl=page.curl("/api/v1/sources"),
        ready_curl=page.curl("/ready"),
    )


def _prices(tables: Sequence[Content], providers: Mapping[str, Provider]) -> list[tuple[str, Content]]:
    """The name of each cloud, and its table of prices."""
    rows = {row["table"].partition("/")[0]: row for row in tables if row["table"].endswith("/prices")}
    return [(providers[key].name, rows[key]) for key in providers if key in rows]
