"""The Australian Energy Market Operator: generation by fuel of five states, every 5 minutes. No key."""

from __future__ import annotations

from grid.live.tools import Calls, Entry, Live, Tools, background_source
from grid.source import SourceFacts
from grid.sources.aemo.client import Aemo
from grid.sources.aemo.replies import ATTRIBUTION, LICENCE, NAME
from grid.sources.aemo.zones import STATES
from settings import Settings

FACTS = SourceFacts(
    name=NAME,
    title="Australian Energy Market Operator",
    url="https://www.aemo.com.au",
    zones=tuple(STATES.values()),
    forecast_hours=0,
    key_setting=None,
    licence=LICENCE,
    licence_url="https://www.aemo.com.au/privacy-and-legal-notices/copyright-permissions",
    attribution=ATTRIBUTION,
    commercial_use=True,
    flow_traced=False,
    method="five-minute mix x lifecycle factors, imports from other states at their values; rooftop solar is missing",
)


def build(settings: Settings, tools: Tools) -> Live:
    """The source, which needs no setting."""
    calls = Calls(base_url=settings.aemo_base_url)
    return background_source(Aemo, FACTS, calls, settings, tools)


ENTRY = Entry(facts=FACTS, build=build)
