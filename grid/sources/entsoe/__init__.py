"""The ENTSO-E Transparency Platform: the generation mix of European bidding zones. A free security token."""

from __future__ import annotations

from catalog.source_tables import exact_zones
from grid.live.keyed import background_policy_of, keyed_upstream
from grid.live.tools import Entry, Live, Tools
from grid.source import SourceFacts
from grid.sources.entsoe.client import Entsoe
from grid.sources.entsoe.documents import ATTRIBUTION, LICENCE, NAME
from settings import Settings

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
    method="mix of 15 to 60 minutes x lifecycle factors, 1 to 3 hours old",
)


def build(settings: Settings, tools: Tools) -> Live | None:
    """The source; None without a token."""
    if settings.entsoe_token is None:
        return None
    policy = background_policy_of(settings, intensity_ttl_seconds=QUARTER_HOUR_SECONDS)
    upstream = keyed_upstream(
        FACTS, settings.entsoe_base_url, settings, tools, params={"securityToken": settings.entsoe_token}
    )
    source = Entsoe(
        FACTS, upstream, max_age_minutes=policy.max_age_minutes, conversion=tools.conversion, utc_now=tools.utc_now
    )
    return Live(source=source, policy=policy)


ENTRY = Entry(facts=FACTS, build=build)
