"""Open Electricity: generation by technology in Australia, rooftops included. A free key; not for commercial use."""

from __future__ import annotations

from grid.live.tools import Calls, Entry, Live, Tools, background_source
from grid.source import SourceFacts
from grid.sources.openelectricity.client import OpenElectricity
from grid.sources.openelectricity.replies import ATTRIBUTION, LICENCE, NAME
from grid.sources.openelectricity.zones import NETWORKS
from settings import Settings

HOUR_SECONDS = 3600.0  # a 429 may say that the 500 calls of the day are used up
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
    consent_setting="OPENELECTRICITY_NON_COMMERCIAL",
)


def build(settings: Settings, tools: Tools) -> Live | None:
    """The source; None without a key, or unless the operator says that the service is not used commercially."""
    if settings.openelectricity_api_key is None or settings.openelectricity_non_commercial != "on":
        return None
    calls = Calls(
        base_url=settings.openelectricity_base_url,
        headers={"Authorization": f"Bearer {settings.openelectricity_api_key}"},
        intensity_seconds=TEN_MINUTES_SECONDS,
        rate_limit_seconds=HOUR_SECONDS,
    )
    return background_source(OpenElectricity, FACTS, calls, settings, tools)


ENTRY = Entry(facts=FACTS, build=build)
