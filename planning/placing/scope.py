"""Which regions an optimize question is about, before anything is read about their grids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from carbon.workload import OptimizeQuery
from catalog.columns import BoolArray, IntArray
from catalog.model import Region

Masks = Mapping[str, BoolArray]  # name of a constraint -> what meets it


@dataclass(frozen=True, slots=True, eq=False)
class RegionScope:
    """The regions of a question; every mask has an entry per region of the offers.

    conditions: a region that fails one of these offers no candidates at all. constraints: what the caller demands of
    the place. requested: index of the caller's own region, which is rated whether it meets them or not. current: index
    of the region of what runs today.
    """

    conditions: Masks
    constraints: Masks
    requested: int | None
    current: int | None = None

    @property
    def in_scope(self) -> BoolArray:
        """Regions whose offers are candidates."""
        mask: BoolArray = np.logical_and.reduce([*self.conditions.values()])
        return mask

    @property
    def to_read(self) -> IntArray:
        """Indexes of the regions whose grid counts: those that meet everything, then requested and current."""
        eligible = np.logical_and.reduce([*self.conditions.values(), *self.constraints.values()])
        also = dict.fromkeys(i for i in (self.requested, self.current) if i is not None and not eligible[i])
        regions: IntArray = np.append(np.flatnonzero(eligible), np.array(list(also), dtype=np.intp))
        return regions


def region_scope(
    query: OptimizeQuery, regions: tuple[Region, ...], requested: int | None = None, current: int | None = None
) -> RegionScope:
    """The scope of a query over the regions of the offers."""

    def mask(meets: Callable[[Region], bool]) -> BoolArray:
        return np.array([meets(region) for region in regions], dtype=np.bool_)

    conditions = {"region_not_open": mask(lambda r: r.status == "available" and r.partition == "commercial")}
    constraints = {}
    if query.providers:
        conditions["providers"] = mask(lambda r: r.provider in query.providers)
    if query.regions:
        constraints["regions"] = mask(lambda r: r.key in query.regions)
    if query.countries:
        constraints["countries"] = mask(lambda r: r.country in query.countries)
    if query.exclude_regions:
        constraints["exclude_regions"] = mask(lambda r: r.key not in query.exclude_regions)
    return RegionScope(conditions, constraints, requested, current)
