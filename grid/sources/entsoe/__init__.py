"""The ENTSO-E Transparency Platform: the generation mix of European bidding zones. A free security token."""

from __future__ import annotations

from catalog.source_tables import exact_zones
from grid.live.tools import Calls, Entry, Live, Tools, background_source
from grid.source import SourceFacts
from grid.sources.entsoe.client import Entsoe
from grid.sources.entsoe.documents import ATTRIBUTION, LICENCE, NAME
from settings import Settings

BAN_SECONDS = 600.0  # of an address or token that sent more than 400 calls in a minute
SECONDS_BETWEEN_CALLS = 0.2  # 300 calls a minute, of 400 that are allowed
PATIENCE_SECONDS = 5.0
QUARTER_HOUR_SECONDS = 900.0

FACTS = SourceFacts(
    name=NAME,
    title="ENTSO-E Transparency Platform",
    url="https://transparency.entsoe.eu",
    zones=tuple(exact_zones(NAME)),
    forecast_hours=0,
    key_setting="ENTSOE_TOKEN",
    licence=LICENCE,
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    attribution=ATTRIBUTION,
    commercial_use=True,
    flow_traced=False,
    method="mix of 15 to 60 minutes x lifecycle factors, 1 to 3 hours old; imports at the neighbours' values",
)


def build(settings: Settings, tools: Tools, *, pause_seconds: float = SECONDS_BETWEEN_CALLS) -> Live | None:
    """The source; None without a token. pause_seconds: between two calls of any workers."""
    if settings.entsoe_token is None:
        return None
    calls = Calls(
        base_url=settings.entsoe_base_url,
        params={"securityToken": settings.entsoe_token},
        intensity_seconds=QUARTER_HOUR_SECONDS,
        rate_limit_seconds=BAN_SECONDS,
        pause_seconds=pause_seconds,
        patience_seconds=PATIENCE_SECONDS,
    )
    return background_source(Entsoe, FACTS, calls, settings, tools)


ENTRY = Entry(facts=FACTS, build=build)
