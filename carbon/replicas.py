"""How many copies of a workload may run at once, by how clean the grid is."""

from __future__ import annotations

from dataclasses import dataclass

from carbon.intensity import CarbonIntensity


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicasQuery:
    """How many replicas may run in this region now?

    region: provider:region. steps: (gCO2e/kWh, replicas), up to which intensity how many may run; at least one, the
    intensities ascending and the replicas never rising. least: above the last step. otherwise: where the intensity is
    not known. highest: never more than that.
    """

    region: str
    steps: tuple[tuple[float, int], ...]
    least: int
    highest: int
    otherwise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicas:
    """How many replicas may run, and the intensity that decided it."""

    count: int
    intensity: CarbonIntensity
