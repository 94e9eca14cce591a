"""Fingrid, the transmission system operator of Finland: the emission factor of consumption. A free key."""

from __future__ import annotations

from grid.live.tools import Calls, Entry, Live, Tools, background_source
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
    calls = Calls(
        base_url=settings.fingrid_base_url,
        headers={"x-api-key": settings.fingrid_api_key},
        intensity_seconds=STEP_SECONDS,
    )
    return background_source(Fingrid, FACTS, calls, settings, tools)


ENTRY = Entry(facts=FACTS, build=build)
