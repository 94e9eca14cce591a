"""The National Energy Dashboard of the Netherlands: emission factors of its mix, and their forecast. A free key."""

from __future__ import annotations

from dataclasses import replace

from grid.live.keyed import background_policy_of, keyed_upstream
from grid.live.tools import Entry, Live, Tools
from grid.source import SourceFacts
from grid.sources.ned.client import Ned
from grid.sources.ned.replies import ATTRIBUTION, LICENCE, NAME, ZONE
from settings import Settings

QUARTER_HOUR_SECONDS = 900.0
HOUR_SECONDS = 3600.0

FACTS = SourceFacts(
    name=NAME,
    title="Nationaal Energie Dashboard",
    url="https://ned.nl",
    zones=(ZONE,),
    forecast_hours=7 * 24,
    key_setting="NED_API_KEY",
    licence=LICENCE,
    licence_url=None,
    attribution=ATTRIBUTION,
    commercial_use=False,
    flow_traced=False,
    method="modelled direct intensity of the mix every 15 minutes and its hourly forecast, lifecycle by a fit",
)


def build(settings: Settings, tools: Tools) -> Live | None:
    """The source; None without a key."""
    if settings.ned_api_key is None:
        return None
    policy = background_policy_of(settings, intensity_ttl_seconds=QUARTER_HOUR_SECONDS)
    policy = replace(policy, forecast_ttl_seconds=max(policy.forecast_ttl_seconds, HOUR_SECONDS))
    upstream = keyed_upstream(
        FACTS,
        settings.ned_base_url,
        settings,
        tools,
        headers={"X-AUTH-TOKEN": settings.ned_api_key, "Accept": "application/json"},
    )
    source = Ned(
        FACTS, upstream, max_age_minutes=policy.max_age_minutes, conversion=tools.conversion, utc_now=tools.utc_now
    )
    return Live(source=source, policy=policy)


ENTRY = Entry(facts=FACTS, build=build)
