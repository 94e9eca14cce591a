"""The Carbon Intensity API of Great Britain: its generation mix now, and a forecast of 48 hours. No key."""

from __future__ import annotations

from grid.live.tools import Calls, Entry, Live, Tools, background_source
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
    flow_traced=False,
    method="half-hourly mix x lifecycle factors, imports at the neighbours' values, split as in Elexon's flows; the "
    "forecast is of direct emissions and becomes lifecycle by a fit",
)


def build(settings: Settings, tools: Tools) -> Live:
    """The source, which needs no setting."""
    calls = Calls(base_url=settings.uk_carbon_base_url)
    return background_source(UkCarbon, FACTS, calls, settings, tools)


ENTRY = Entry(facts=FACTS, build=build)
