"""How many replicas of a workload may run at an intensity of the grid."""

from __future__ import annotations

from carbon.intensity import CarbonIntensity
from carbon.replicas import Replicas, ReplicasQuery


def allowed_replicas(query: ReplicasQuery, intensity: CarbonIntensity) -> Replicas:
    """The number of the first step that is not below the intensity, a step including its own intensity."""
    value = intensity.gco2e_per_kwh
    count = query.otherwise
    if value is not None:
        count = next((replicas for limit, replicas in query.steps if value <= limit), query.least)
    return Replicas(count=min(count, query.highest), intensity=intensity)
