"""Regions and grid zones as places of one list of names, and the zone of a name."""

from __future__ import annotations

from carbon.errors import AmbiguousRegion, UnknownRegion, UnknownZone
from carbon.named_places import NamedPlace
from catalog.memo import table_cache
from mapping import CloudMap


def zone_of_place(mapping: CloudMap, name: str) -> str:
    """The grid zone of a region or zone, in any case: a region by its id or as provider:region, a zone by its key.

    Raises UnknownRegion, UnknownProvider or AmbiguousRegion.
    """
    try:
        return mapping.region_and_kind(name)[0].zone
    except UnknownRegion as error:
        unknown = error
    if ":" in name:
        raise unknown
    try:
        return mapping.zone(name).zone
    except UnknownZone:
        detail = f"{name!r} is neither a region nor a grid zone"
        raise UnknownRegion(name, nearest=lambda: unknown.nearest, detail=detail) from unknown


@table_cache(None)
def named_places(mapping: CloudMap) -> tuple[NamedPlace, ...]:
    """The open regions, and then the grid zones. A region is named by its id if that alone means it."""
    regions = [
        NamedPlace(
            name=region.region if _means(mapping, region.region) == region.key else region.key,
            latitude=region.latitude,
            longitude=region.longitude,
        )
        for region in mapping.regions.values()
        if region.status == "available"
    ]
    return (*regions, *(NamedPlace(name=zone, latitude=None, longitude=None) for zone in mapping.zones))


def _means(mapping: CloudMap, name: str) -> str | None:
    try:
        return mapping.region_and_kind(name)[0].key
    except AmbiguousRegion:
        return None
