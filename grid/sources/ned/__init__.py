"""The National Energy Dashboard of the Netherlands: emission factors of its mix, and their forecast. A free key."""

from __future__ import annotations

from grid.live.tools import Calls, Entry, Live, Tools, background_source
from grid.source import SourceFacts
from grid.sources.ned.client import Ned
from grid.sources.ned.replies import ATTRIBUTION, LICENCE, NAME, ZONE
from settings import Settings

WINDOW_SECONDS = 300.0  # in which 200 calls are allowed
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
    calls = Calls(
        base_url=settings.ned_base_url,
        headers={"X-AUTH-TOKEN": settings.ned_api_key, "Accept": "application/json"},
        intensity_seconds=QUARTER_HOUR_SECONDS,
        forecast_seconds=HOUR_SECONDS,
        rate_limit_seconds=WINDOW_SECONDS,
    )
    return background_source(Ned, FACTS, calls, settings, tools)


ENTRY = Entry(facts=FACTS, build=build)
