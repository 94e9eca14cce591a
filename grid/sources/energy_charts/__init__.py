"""Energy-Charts of Fraunhofer ISE: generation by fuel of European countries, hours old, and a forecast. No key."""

from __future__ import annotations

from dataclasses import replace

from grid.live.tools import Entry, Live, Tools, keyless_policy_of, keyless_upstream
from grid.source import SourceFacts
from grid.sources.energy_charts.client import EnergyCharts
from grid.sources.energy_charts.replies import ATTRIBUTION, LICENCE, METHOD, NAME
from grid.sources.energy_charts.zones import COUNTRY_OF
from settings import Settings

# No limit is published; a few quick calls are answered with 429, and clients pause 7 s between calls.
SECONDS_BETWEEN_CALLS = 7.0
SECONDS_BETWEEN_VALUES = 900.0  # the finest step
SECONDS_AFTER_FAILURE = 60.0

FACTS = SourceFacts(
    name=NAME,
    title="Energy-Charts",
    url="https://www.energy-charts.info",
    zones=tuple(COUNTRY_OF),
    forecast_hours=24,
    key_setting=None,
    licence=LICENCE,
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    attribution=ATTRIBUTION,
    commercial_use=True,
    flow_traced=False,
    method=f"{METHOD}; 1 to 3 hours old, so that answers hold a nowcast over the source's forecast; parts of a country "
    "have the country's value",
)


def build(settings: Settings, tools: Tools, *, pause_seconds: float = SECONDS_BETWEEN_CALLS) -> Live:
    """The source, which needs no setting. pause_seconds: between two calls of any workers."""
    policy = keyless_policy_of(settings)
    policy = replace(
        policy,
        intensity_ttl_seconds=max(policy.intensity_ttl_seconds, SECONDS_BETWEEN_VALUES),
        forecast_ttl_seconds=max(policy.forecast_ttl_seconds, SECONDS_BETWEEN_VALUES),
        failure_ttl_seconds=max(policy.failure_ttl_seconds, SECONDS_AFTER_FAILURE),
        is_paced=True,
    )
    upstream = keyless_upstream(
        FACTS,
        settings.energy_charts_base_url,
        settings,
        tools,
        retries=0,
        pause_seconds=pause_seconds,
    )
    source = EnergyCharts(
        FACTS, upstream, max_age_minutes=policy.max_age_minutes, conversion=tools.conversion, utc_now=tools.utc_now
    )
    return Live(source=source, policy=policy)


ENTRY = Entry(facts=FACTS, build=build)
