"""What a key of Electricity Maps allows: the paths of requests, and the lists that /zones has for each zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grid.records import PLAN, Plan
from grid.upstream.plan import Grants
from store.shared.state import SharedState

SOURCE = "electricity-maps"
ZONES = "zones"
LATEST = "carbon-intensity/latest"
FORECAST = "carbon-intensity/forecast"
HISTORY = "carbon-intensity/history"
PAST_RANGE = "carbon-intensity/past-range"
RENEWABLE = "renewable-energy/latest"
CARBON_FREE = "carbon-free-energy/latest"
BREAKDOWN = "power-breakdown/latest"
ANY = "*"
ONE_ZONE_PLAN_CALLS_PER_HOUR = 50  # of the free plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Which signals ("carbon-intensity/latest") a key allows, by zone."""

    signals: Mapping[str, frozenset[str]]

    def grants(self, zone: str, signal: str) -> bool:
        """Whether the zone's list names the signal or everything; for ANY, whether it names anything."""
        allowed = self.signals.get(zone, frozenset())
        return bool(allowed) if signal == ANY else signal in allowed or ANY in allowed

    def count(self, signal: str) -> int:
        """Number of zones that grant the signal."""
        return sum(self.grants(zone, signal) for zone in self.signals)


def plan_calls_per_hour(shared: SharedState) -> int | None:
    """Calls an hour that the plan allows, if /zones was fetched and shows the plan of one zone; sends no call."""
    plan: Plan | None = shared.snapshot().of(PLAN).get(SOURCE)
    access = None if plan is None else access_of(plan.grants)
    return ONE_ZONE_PLAN_CALLS_PER_HOUR if access is not None and access.count(LATEST) == 1 else None


def access_of(grants: Grants | None) -> Access | None:
    return None if grants is None else Access(signals=grants)
