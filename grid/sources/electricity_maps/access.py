"""What a key of Electricity Maps may ask: the paths of its requests, and the lists that /zones gives for each zone."""

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
RENEWABLE = "renewable-energy/latest"
CARBON_FREE = "carbon-free-energy/latest"
BREAKDOWN = "power-breakdown/latest"
ANY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Which signals ("carbon-intensity/latest") a key may ask, by zone."""

    signals: Mapping[str, frozenset[str]]

    def grants(self, zone: str, signal: str) -> bool:
        """Whether the zone's list names the signal or everything; for ANY, whether it names anything."""
        allowed = self.signals.get(zone, frozenset())
        return bool(allowed) if signal == ANY else signal in allowed or ANY in allowed

    def count(self, signal: str) -> int:
        """Number of zones that grant the signal."""
        return sum(self.grants(zone, signal) for zone in self.signals)


def zones_covered(shared: SharedState) -> int | None:
    """How many zones' intensity the plan covers, as far as any worker knows; asks nothing."""
    plan: Plan | None = shared.snapshot().of(PLAN).get(SOURCE)
    access = None if plan is None else access_of(plan.grants)
    return None if access is None else access.count(LATEST)


def access_of(grants: Grants | None) -> Access | None:
    return None if grants is None else Access(signals=grants)
