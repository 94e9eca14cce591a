"""The shipped catalog, loaded once for all tests."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from catalog.model import Region
from mapping import CloudMap


@cache
def cloud_map() -> CloudMap:
    """The catalog as the service loads it; immutable, so every test may share it."""
    return CloudMap.load()


def open_regions() -> tuple[Region, ...]:
    """The commercial regions that anyone can open."""
    regions = cloud_map().regions.values()
    return tuple(r for r in regions if r.status == "available" and r.partition == "commercial")


@cache
def one_pue_map() -> CloudMap:
    """The catalog with one PUE a provider, so that figures worked out by hand differ by grid and machine alone.

    AWS has 1.15, the others their fleet figures. Live values are used as they are in every zone.
    """
    shipped = cloud_map()
    fleet = {name: provider.pue for name, provider in shipped.providers.items()} | {"aws": 1.15}
    regions = {key: replace(region, pue=fleet[region.provider]) for key, region in shipped.regions.items()}
    offers = replace(shipped.offers, regions=tuple(regions[region.key] for region in shipped.offers.regions))
    prices = replace(shipped.prices, offers=offers)
    return replace(shipped, regions=regions, offers=offers, prices=prices, level_factors={})
