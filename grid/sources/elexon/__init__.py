"""Elexon: generation of Great Britain by fuel every 5 minutes, and its imports by interconnector. No key."""

from __future__ import annotations

from grid.live.tools import Calls, Entry, Live, Tools, background_source
from grid.source import SourceFacts
from grid.sources.elexon.client import Elexon
from grid.sources.elexon.replies import ATTRIBUTION, LICENCE, NAME, ZONE
from settings import Settings

FACTS = SourceFacts(
    name=NAME,
    title="Elexon Insights (BMRS)",
    url="https://bmrs.elexon.co.uk",
    zones=(ZONE,),
    forecast_hours=0,
    key_setting=None,
    licence=LICENCE,
    licence_url="https://www.elexon.co.uk/data/balancing-mechanism-reporting-agent/copyright-licence-bmrs-data/",
    attribution=ATTRIBUTION.format(year="[year]"),
    commercial_use=True,
    flow_traced=False,
    method="five-minute mix x lifecycle factors, imports by interconnector at the neighbours' values; solar "
    "plants that it does not see as in the mix of uk-carbon",
)


def build(settings: Settings, tools: Tools) -> Live:
    """The source, which needs no setting."""
    calls = Calls(base_url=settings.elexon_base_url)
    return background_source(Elexon, FACTS, calls, settings, tools)


ENTRY = Entry(facts=FACTS, build=build)
