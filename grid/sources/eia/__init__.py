"""The U.S. Energy Information Administration: the hourly generation mix of balancing authorities. A free key."""

from __future__ import annotations

from grid.live.tools import Calls, Entry, Live, Tools, background_source
from grid.source import SourceFacts
from grid.sources.eia.client import ZONES, Eia
from grid.sources.eia.replies import ATTRIBUTION, LICENCE, NAME
from settings import Settings

HALF_HOUR_SECONDS = 1800.0

FACTS = SourceFacts(
    name=NAME,
    title="U.S. Energy Information Administration, Hourly Electric Grid Monitor",
    url="https://www.eia.gov/opendata",
    zones=ZONES,
    forecast_hours=0,
    key_setting="EIA_API_KEY",
    licence=LICENCE,
    licence_url="https://www.eia.gov/about/copyrights_reuse.php",
    attribution=ATTRIBUTION,
    commercial_use=True,
    flow_traced=False,
    method="hourly mix x lifecycle factors, 1 to 24 hours old; imports at the neighbours' values",
)


def build(settings: Settings, tools: Tools) -> Live | None:
    """The source; None without a key."""
    if settings.eia_api_key is None:
        return None
    calls = Calls(
        base_url=settings.eia_base_url,
        params={"api_key": settings.eia_api_key},
        intensity_seconds=HALF_HOUR_SECONDS,
        rate_limit_seconds=HALF_HOUR_SECONDS,  # the limit is one of calls in an hour
    )
    return background_source(Eia, FACTS, calls, settings, tools)


ENTRY = Entry(facts=FACTS, build=build)
