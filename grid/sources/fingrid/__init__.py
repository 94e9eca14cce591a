"""Fingrid, the transmission system operator of Finland: the emission factor of consumption. A free key."""

from __future__ import annotations

from grid.live.keyed import background_policy_of, keyed_upstream
from grid.live.tools import Entry, Live, Tools
from grid.source import SourceFacts
from grid.sources.fingrid.client import Fingrid
from grid.sources.fingrid.replies import ATTRIBUTION, LICENCE, NAME, ZONE
from settings import Settings

STEP_SECONDS = 180.0

FACTS = SourceFacts(
    name=NAME,
    title="Fingrid Open Data",
    url="https://data.fingrid.fi",
    zones=(ZONE,),
    forecast_hours=0,
    key_setting="FINGRID_API_KEY",
    licence=LICENCE,
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    attribution=ATTRIBUTION,
    commercial_use=True,
    flow_traced=True,
    method="direct intensity of consumption every 3 minutes, which becomes lifecycle by a fit",
)


def build(settings: Settings, tools: Tools) -> Live | None:
    """The source; None without a key."""
    if settings.fingrid_api_key is None:
        return None
    policy = background_policy_of(settings, intensity_ttl_seconds=STEP_SECONDS)
    upstream = keyed_upstream(
        FACTS, settings.fingrid_base_url, settings, tools, headers={"x-api-key": settings.fingrid_api_key}
    )
    source = Fingrid(
        FACTS, upstream, max_age_minutes=policy.max_age_minutes, conversion=tools.conversion, utc_now=tools.utc_now
    )
    return Live(source=source, policy=policy)


ENTRY = Entry(facts=FACTS, build=build)
