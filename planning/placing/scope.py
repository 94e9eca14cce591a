"""Which regions an optimize question is about, before anything is read about their grids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from carbon.workload import COMMERCIAL, OptimizeQuery
from catalog.columns import BoolArray, IntArray
from catalog.model import Region
from catalog.policy import allowed_regions
from mapping import CloudMap
from planning.placing.regions import countries_without_regions

Masks = Mapping[str, BoolArray]  # name of a constraint -> what meets it


@dataclass(frozen=True, slots=True, eq=False)
class RegionScope:
    """The regions of a question; every mask has an entry per region of the offers.

    partition: the part of each cloud that competes. conditions: a region that fails one of these offers no candidates
    at all. constraints: what the caller demands of the place, the partition included.
    countries_without_regions: countries of the query in which its clouds and its partition have no open region.
    requested: index of the caller's own region, which is rated whether it meets them or not.
    current: index of the region of what runs today.
    """

    partition: str
    conditions: Masks
    constraints: Masks
    requested: int | None
    countries_without_regions: tuple[str, ...]
    current: int | None = None

    @property
    def in_scope(self) -> BoolArray:
        """Regions whose offers are candidates."""
        mask: BoolArray = np.logical_and.reduce([*self.conditions.values()])
        return mask

    @property
    def eligible(self) -> BoolArray:
        """Regions that meet everything."""
        mask: BoolArray = np.logical_and.reduce([*self.conditions.values(), *self.constraints.values()])
        return mask

    @property
    def to_read(self) -> IntArray:
        """Indexes of the regions whose grid counts: those that meet everything, then requested and current."""
        eligible = self.eligible
        also = dict.fromkeys(i for i in (self.requested, self.current) if i is not None and not eligible[i])
        regions: IntArray = np.append(np.flatnonzero(eligible), np.array(list(also), dtype=np.intp))
        return regions

    def zones(self, mapping: CloudMap) -> list[str]:
        """The distinct zones of the regions to read, in their order."""
        regions = mapping.offers.regions
        return list(dict.fromkeys(regions[index].zone for index in self.to_read.tolist()))


def region_scope(query: OptimizeQuery, mapping: CloudMap) -> RegionScope:
    """The scope of a query over the regions of the offers."""
    regions, index = mapping.offers.regions, mapping.region_index
    requested = None if query.region is None else index[query.region]
    current = None if query.current is None else index[query.current.region]

    def mask(meets: Callable[[Region], bool]) -> BoolArray:
        return np.fromiter(map(meets, regions), np.bool_, len(regions))

    partition = competing_partition(query, regions, current if requested is None else requested)
    conditions = {"region_not_open": mask(lambda r: r.status == "available")}
    constraints = {"partition": mask(lambda r: r.is_in(partition))}
    if query.providers:
        conditions["providers"] = mask(lambda r: r.provider in query.providers)
    if query.regions:
        constraints["regions"] = mask(lambda r: r.key in query.regions)
    if query.countries:
        constraints["countries"] = mask(lambda r: r.country in query.countries)
    if query.exclude_regions:
        constraints["exclude_regions"] = mask(lambda r: r.key not in query.exclude_regions)
    if mapping.policy.rules:
        constraints["policy.regions"] = allowed_regions(mapping.offers, mapping.policy)
    usable = np.logical_and.reduce([*conditions.values(), constraints["partition"]])
    unserved = countries_without_regions(query.countries, (regions[index] for index in np.flatnonzero(usable)))
    return RegionScope(partition, conditions, constraints, requested, unserved, current)


def competing_partition(query: OptimizeQuery, regions: tuple[Region, ...], asked_from: int | None) -> str:
    """The partition of the query: what the caller says, else that of the region asked from or of the named ones.

    asked_from: index of the requested region, else of that of what runs today.

    The customers of one partition cannot use another, so that nothing of it is proposed unless the caller allows it.
    """
    if query.partition is not None:
        return query.partition
    if asked_from is not None:
        return regions[asked_from].partition
    partitions = {r.partition for r in regions if r.key in query.regions}
    return partitions.pop() if len(partitions) == 1 else COMMERCIAL
