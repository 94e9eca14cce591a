"""The U.S. Energy Information Administration: the hourly generation mix of balancing authorities. A free key."""

from __future__ import annotations

from catalog.source_tables import exact_zones
from grid.live.keyed import background_policy_of, keyed_upstream
from grid.live.tools import Entry, Live, Tools
from grid.source import SourceFacts
from grid.sources.eia.client import Eia
from grid.sources.eia.replies import ATTRIBUTION, LICENCE, NAME
from settings import Settings

HALF_HOUR_SECONDS = 1800.0

FACTS = SourceFacts(
    name=NAME,
    title="U.S. Energy Information Administration, Hourly Electric Grid Monitor",
    url="https://www.eia.gov/opendata",
    zones=tuple(exact_zones(NAME)),
    forecast_hours=0,
    key_setting="EIA_API_KEY",
    licence=LICENCE,
    licence_url="https://www.eia.gov/about/copyrights_reuse.php",
    attribution=ATTRIBUTION,
    commercial_use=True,
    flow_traced=False,
    method="hourly mix x lifecycle factors, 1 to 24 hours old",
)


def build(settings: Settings, tools: Tools) -> Live | None:
    """The source; None without a key."""
    if settings.eia_api_key is None:
        return None
    policy = background_policy_of(settings, intensity_ttl_seconds=HALF_HOUR_SECONDS)
    upstream = keyed_upstream(FACTS, settings.eia_base_url, settings, tools, params={"api_key": settings.eia_api_key})
    source = Eia(
        FACTS, upstream, max_age_minutes=policy.max_age_minutes, conversion=tools.conversion, utc_now=tools.utc_now
    )
    return Live(source=source, policy=policy)


ENTRY = Entry(facts=FACTS, build=build)
