"""Which live sources there are."""

from __future__ import annotations

from grid.absent import NoLiveSource
from grid.cached import CachedReader, ReadPolicy
from grid.electricity_maps import ElectricityMaps, ElectricityMapsConfig
from grid.source import GridReader


def build_reader(electricity_maps: ElectricityMapsConfig | None, policy: ReadPolicy) -> GridReader:
    """The reader the engine asks; None: no key is configured. Calls nothing and starts no thread."""
    if electricity_maps is None:
        return NoLiveSource(ElectricityMaps.name)
    return CachedReader(ElectricityMaps(electricity_maps, max_age_minutes=policy.max_age_minutes), policy)
