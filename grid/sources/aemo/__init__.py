"""The Australian Energy Market Operator: generation by fuel of five states, every 5 minutes. No key."""

from __future__ import annotations

from grid.live.tools import Entry, Live, Tools, keyless_policy_of, keyless_upstream
from grid.source import SourceFacts
from grid.sources.aemo.client import Aemo
from grid.sources.aemo.replies import ATTRIBUTION, LICENCE, METHOD, NAME, STATES
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
    method=METHOD,
)


def build(settings: Settings, tools: Tools) -> Live:
    """The source, which needs no setting."""
    policy = keyless_policy_of(settings)
    upstream = keyless_upstream(FACTS, settings.aemo_base_url, settings, tools)
    source = Aemo(
        FACTS, upstream, max_age_minutes=policy.max_age_minutes, conversion=tools.conversion, utc_now=tools.utc_now
    )
    return Live(source=source, policy=policy)


ENTRY = Entry(facts=FACTS, build=build)
