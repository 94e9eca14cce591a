"""WattTime: what more or less load emits now, for the signal "marginal". An account."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

from carbon.intensity import Signal
from grid.live.tools import Calls, Entry, Live, Tools
from grid.source import SourceFacts
from grid.sources.watttime.client import WattTime
from grid.sources.watttime.replies import ATTRIBUTION, LICENCE
from grid.sources.watttime.zones import NAME, REGIONS
from settings import Settings

FIVE_MINUTES_SECONDS = 300.0
CALLS_AT_ONCE = 4  # of 3000 in 5 minutes

FACTS = SourceFacts(
    name=NAME,
    title="WattTime",
    url="https://watttime.org",
    zones=tuple(sorted(REGIONS)),
    forecast_hours=72,
    key_setting="WATTTIME_USER",
    licence=LICENCE,
    licence_url="https://watttime.org/api-documentation",
    attribution=ATTRIBUTION,
    commercial_use=False,
    flow_traced=None,
    method="marginal operating emissions rate (direct CO2) every 5 minutes; a free account has values of northern "
    "California and percentiles elsewhere",
    signal=Signal.MARGINAL,
)


def build(settings: Settings, tools: Tools) -> Live | None:
    """The source; None without a name and a password. An old value is not used: no profile carries marginal ones."""
    user, password = settings.watttime_user, settings.watttime_password
    if user is None or password is None:
        return None
    basic = b64encode(f"{user}:{password}".encode()).decode()
    calls = Calls(
        base_url=settings.watttime_base_url,
        headers={"Authorization": f"Basic {basic}"},
        hidden=(password, user),
        intensity_seconds=FIVE_MINUTES_SECONDS,
    )
    source = WattTime(
        FACTS,
        calls.upstream(FACTS, settings, tools),
        tools.shared,
        max_age_minutes=settings.max_age_minutes,
        conversion=tools.conversion,
        utc_now=tools.utc_now,
    )
    policy = calls.policy(settings)
    policy = replace(policy, max_age_minutes=settings.max_age_minutes, calls_at_once=CALLS_AT_ONCE)
    return Live(source=source, policy=policy)


ENTRY = Entry(facts=FACTS, build=build)
