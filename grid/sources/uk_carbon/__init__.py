"""The Carbon Intensity API of Great Britain: its generation mix now, and a forecast of 48 hours. No key."""

from __future__ import annotations

from grid.live.tools import Entry, Live, Tools, keyless_policy_of, keyless_upstream
from grid.source import SourceFacts
from grid.sources.uk_carbon.client import UkCarbon
from grid.sources.uk_carbon.replies import ATTRIBUTION, LICENCE, NAME, ZONE
from settings import Settings

FACTS = SourceFacts(
    name=NAME,
    title="Carbon Intensity API for Great Britain",
    url="https://carbonintensity.org.uk",
    zones=(ZONE,),
    forecast_hours=48,
    key_setting=None,
    licence=LICENCE,
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    attribution=ATTRIBUTION,
    commercial_use=True,
    flow_traced=True,
    method="half-hourly mix x lifecycle factors, imports at the mean yearly figure of the neighbours; the forecast is "
    "of direct emissions and becomes lifecycle by a fit",
)


def build(settings: Settings, tools: Tools) -> Live:
    """The source, which needs no setting."""
    policy = keyless_policy_of(settings)
    upstream = keyless_upstream(FACTS, settings.uk_carbon_base_url, settings, tools)
    source = UkCarbon(
        FACTS, upstream, max_age_minutes=policy.max_age_minutes, conversion=tools.conversion, utc_now=tools.utc_now
    )
    return Live(source=source, policy=policy)


ENTRY = Entry(facts=FACTS, build=build)
