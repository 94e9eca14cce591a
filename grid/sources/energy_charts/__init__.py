"""Energy-Charts of Fraunhofer ISE: generation by fuel of European countries, hours old, and a forecast. No key."""

from __future__ import annotations

from grid.live.tools import Calls, Entry, Live, Tools, background_source
from grid.source import SourceFacts
from grid.sources.energy_charts.client import EnergyCharts
from grid.sources.energy_charts.replies import ATTRIBUTION, LICENCE, NAME
from grid.sources.energy_charts.zones import COUNTRY_OF
from settings import Settings

# No limit is published; a few quick calls are answered with 429. Clients measured one call in 7.7 s. Three calls for
# each of 34 countries take 14 minutes.
SECONDS_BETWEEN_CALLS = 8.0
PATIENCE_SECONDS = 12.0
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
    method="mix x lifecycle factors, imports at the neighbours' values; 1 to 3 hours old, so that answers hold a "
    "nowcast over the source's forecast; parts of a country have the country's value",
)


def build(settings: Settings, tools: Tools, *, pause_seconds: float = SECONDS_BETWEEN_CALLS) -> Live:
    """The source, which needs no setting. pause_seconds: between two calls of any workers."""
    calls = Calls(
        base_url=settings.energy_charts_base_url,
        intensity_seconds=SECONDS_BETWEEN_VALUES,
        forecast_seconds=SECONDS_BETWEEN_VALUES,
        failure_seconds=SECONDS_AFTER_FAILURE,
        pause_seconds=pause_seconds,
        patience_seconds=PATIENCE_SECONDS,
        is_paced=True,
        retries=0,
    )
    return background_source(EnergyCharts, FACTS, calls, settings, tools)


ENTRY = Entry(facts=FACTS, build=build)
