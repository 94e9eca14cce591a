"""Open Electricity: generation by technology in Australia, rooftops included. A free key; not for commercial use."""

from __future__ import annotations

from grid.live.keyed import background_policy_of, keyed_upstream
from grid.live.tools import Entry, Live, Tools
from grid.source import SourceFacts
from grid.sources.openelectricity.client import OpenElectricity
from grid.sources.openelectricity.replies import ATTRIBUTION, LICENCE, NAME
from grid.sources.openelectricity.zones import NETWORKS
from settings import Settings

TEN_MINUTES_SECONDS = 600.0  # two networks every ten minutes are 288 calls a day, of 500 that the free plan has

FACTS = SourceFacts(
    name=NAME,
    title="Open Electricity",
    url="https://openelectricity.org.au",
    zones=tuple(zone for regions in NETWORKS.values() for zone in regions.values()),
    forecast_hours=0,
    key_setting="OPENELECTRICITY_API_KEY",
    licence=LICENCE,
    licence_url="https://creativecommons.org/licenses/by-nc/4.0/",
    attribution=ATTRIBUTION,
    commercial_use=False,
    flow_traced=False,
    method="five-minute mix x lifecycle factors, 10 to 20 minutes old; only if OPENELECTRICITY_NON_COMMERCIAL is on",
)


def build(settings: Settings, tools: Tools) -> Live | None:
    """The source; None without a key, or unless the operator says that the service is not used commercially."""
    if settings.openelectricity_api_key is None or settings.openelectricity_non_commercial != "on":
        return None
    policy = background_policy_of(settings, intensity_ttl_seconds=TEN_MINUTES_SECONDS)
    upstream = keyed_upstream(
        FACTS,
        settings.openelectricity_base_url,
        settings,
        tools,
        headers={"Authorization": f"Bearer {settings.openelectricity_api_key}"},
    )
    source = OpenElectricity(
        FACTS, upstream, max_age_minutes=policy.max_age_minutes, conversion=tools.conversion, utc_now=tools.utc_now
    )
    return Live(source=source, policy=policy)


ENTRY = Entry(facts=FACTS, build=build)
