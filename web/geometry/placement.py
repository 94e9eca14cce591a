"""Marks that would cover each other are moved apart: each to the nearest free place around its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count
from math import ceil, cos, hypot, pi, sin

from web.geometry.projection import Point


def apart(places: Sequence[Point], distance: float) -> list[Point]:
    """Places at least `distance` from each other, in the order of the given ones.

    The first of those that would be too close stays where it is, each later one moves as little as it must; equal
    questions have equal answers. distance: more than 0.
    """
    cells: dict[tuple[int, int], list[Point]] = {}

    def is_free(place: Point) -> bool:
        column, row = int(place.x // distance), int(place.y // distance)
        return all(
            hypot(other.x - place.x, other.y - place.y) >= distance
            for across in (column - 1, column, column + 1)
            for down in (row - 1, row, row + 1)
            for other in cells.get((across, down), ())
        )

    moved = []
    for place in places:
        free = next(candidate for candidate in _around(place, distance) if is_free(candidate))
        cells.setdefault((int(free.x // distance), int(free.y // distance)), []).append(free)
        moved.append(free)
    return moved


def _around(place: Point, distance: float) -> Iterator[Point]:
    """The place, then others around it, the nearest first."""
    for ring in count():
        for across, down in _ring(ring):
            yield Point(place.x + across * distance, place.y + down * distance)


@lru_cache(maxsize=256)
def _ring(number: int) -> tuple[tuple[float, float], ...]:
    """Steps from a place to those in a ring around it, half the distance from ring to ring and along it."""
    radius = number / 2
    steps = max(1, ceil(2 * pi * radius * 2))
    angles = (2 * pi * step / steps - pi / 2 for step in range(steps))
    return tuple((radius * cos(angle), radius * sin(angle)) for angle in angles)
