"""Which marks a map has, and where: regions of one place share a mark where there are many, and none covers another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import hypot

from carbon.intensity import CarbonIntensity
from web.geometry.placement import apart
from web.geometry.projection import HEIGHT, WIDTH, Point, project
from web.marks import Shape, figure, in_words, shape_of

MOST_APART = 60  # of more regions, those of one grid zone at one place share a mark
ONE_PLACE = 2.0  # units of the plane, about 80 km at the equator
# Radius of the marks by their highest number, and whether a figure has room in them.
SIZES = ((45, 11.5, True), (90, 9.0, False), (400, 6.6, False))
GAP = 1.5


class View(StrEnum):
    """The part of the world that a map shows."""

    WORLD = "world"
    EUROPE = "europe"
    NORTH_AMERICA = "north-america"
    ASIA_PACIFIC = "asia-pacific"


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of the plane of the map."""

    x: float
    y: float
    width: float
    height: float


FRAMES = {
    View.WORLD: Frame(0, 0, WIDTH, HEIGHT),
    View.EUROPE: Frame(385, 43, 240, 102),
    View.NORTH_AMERICA: Frame(112, 72, 265, 113),
    View.ASIA_PACIFIC: Frame(632, 100, 368, 278),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRegion:
    """A region of the map. key: provider:region. longitude, latitude: degrees east and north."""

    key: str
    provider: str
    city: str
    zone: str
    longitude: float
    latitude: float
    intensity: CarbonIntensity


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark of the map. origin: the place itself, from which it may be moved. figure: written in it; may be empty.

    keys: its regions, at least one.
    """

    keys: tuple[str, ...]
    at: Point
    origin: Point
    radius: float
    shape: Shape
    intensity: CarbonIntensity
    figure: str
    title: str


def visible_regions(regions: Sequence[MapRegion], view: View) -> list[MapRegion]:
    """Those that the view shows, in their order."""
    frame = FRAMES[view]
    return [region for region in regions if _is_in(frame, _place(region))]


def map_marks(regions: Sequence[MapRegion], view: View, width: float) -> list[Mark]:
    """The marks of the regions of a view, on a map so wide. Equal regions have equal marks, in any order."""
    frame = FRAMES[view]
    scale = width / frame.width
    groups = _groups(sorted(regions, key=lambda region: region.key))
    _, radius, has_room = next((size for size in SIZES if len(groups) <= size[0]), SIZES[-1])
    origins = tuple(_on_map(_place(group[0]), frame, scale) for group in groups)
    places = _apart(origins, 2 * radius + GAP)
    return [_mark(*one, radius, has_room=has_room) for one in zip(groups, origins, places, strict=True)]


def _groups(regions: Sequence[MapRegion]) -> list[list[MapRegion]]:
    if len(regions) <= MOST_APART:
        return [[region] for region in regions]
    groups: dict[str, list[list[MapRegion]]] = {}
    for region in regions:
        place, of_zone = _place(region), groups.setdefault(region.zone, [])
        near = (group for group in of_zone if _distance(_place(group[0]), place) < ONE_PLACE)
        group = next(near, None)
        if group is None:
            of_zone.append([region])
        else:
            group.append(region)
    return [group for of_zone in groups.values() for group in of_zone]


def _mark(group: list[MapRegion], origin: Point, place: Point, radius: float, *, has_room: bool) -> Mark:
    intensity, first = group[0].intensity, group[0]
    value = intensity.gco2e_per_kwh
    names = ", ".join(region.key for region in group)
    return Mark(
        keys=tuple(region.key for region in group),
        at=place,
        origin=origin,
        radius=radius,
        shape=shape_of(dict.fromkeys(region.provider for region in group)),
        intensity=intensity,
        figure=figure(value) if has_room and value is not None else "",
        title=f"{names} ({first.city}, {first.zone}): {in_words(intensity)}",
    )


def _place(region: MapRegion) -> Point:
    return project(region.longitude, region.latitude)


def _is_in(frame: Frame, place: Point) -> bool:
    return frame.x <= place.x <= frame.x + frame.width and frame.y <= place.y <= frame.y + frame.height


def _on_map(place: Point, frame: Frame, scale: float) -> Point:
    return Point((place.x - frame.x) * scale, (place.y - frame.y) * scale)


def _distance(one: Point, other: Point) -> float:
    return hypot(one.x - other.x, one.y - other.y)


@lru_cache(maxsize=64)
def _apart(origins: tuple[Point, ...], distance: float) -> list[Point]:
    """See apart; kept, because places depend on the catalog and the filter alone. Read only."""
    return apart(origins, distance)
