"""From degrees to the plane of the map: Natural Earth I, centred so that its seam falls in the Bering Strait."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

CENTRE_DEGREES_EAST = 11.0
NORTH, SOUTH = 80.0, -57.0  # the map shows what lies between
WIDTH = 1000.0
_RADIANS_PER_DEGREE = 0.017453292519943295
# Šavrič, Patterson and Jenny, "The Natural Earth projection": x = longitude x P(latitude), y = Q(latitude).
_HALF_WIDTH = 3.141592653589793 * 0.8707
_SCALE = WIDTH / 2 / _HALF_WIDTH


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a picture: x to the right, y downwards."""

    x: float
    y: float


def shifted_longitude(longitude: float) -> float:
    """Degrees east of the centre of the map, from -180 on and below 180."""
    return (longitude - CENTRE_DEGREES_EAST + 180.0) % 360.0 - 180.0


def on_plane(shifted: float, latitude: float) -> Point:
    """The place on the plane of the map, which is WIDTH wide at the equator. shifted: see shifted_longitude."""
    phi = latitude * _RADIANS_PER_DEGREE
    phi2 = phi * phi
    phi4 = phi2 * phi2
    across = 0.8707 - 0.131979 * phi2 + phi4 * (-0.013791 + phi4 * (0.003971 * phi2 - 0.001529 * phi4))
    up = phi * (1.007226 + phi2 * (0.015085 + phi4 * (-0.044475 + 0.028874 * phi2 - 0.005916 * phi4)))
    return Point(WIDTH / 2 + _SCALE * shifted * _RADIANS_PER_DEGREE * across, _TOP - _SCALE * up)


@lru_cache(maxsize=2048)  # the places of regions do not move
def project(longitude: float, latitude: float) -> Point:
    """The place on the plane of the map of a longitude (degrees east) and a latitude (degrees north)."""
    return on_plane(shifted_longitude(longitude), latitude)


_TOP = 0.0
_TOP = -on_plane(0.0, NORTH).y
HEIGHT = on_plane(0.0, SOUTH).y
