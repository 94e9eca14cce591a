"""Makes web/data/world.json: the coastlines of the world as one path on the plane of web/geometry/projection.py.

python -m tools.build_world LAND_JSON    write the file; with --check compare instead

LAND_JSON is the file land-50m.json of the npm package world-atlas 2.0.2 (ISC licence), which holds the land of Natural
Earth 4.1 (public domain) as TopoJSON: `npm pack world-atlas@2.0.2` fetches it. Coastlines only: country borders are
drawn by who holds the ground, which some dispute, and a map of regions does not need them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from web.geometry.projection import HEIGHT, NORTH, SOUTH, WIDTH, Point, on_plane, shifted_longitude

TARGET = Path(__file__).resolve().parents[1] / "web" / "data" / "world.json"
SOURCE_SHA256 = "619477ff690c086885e45cb91707d783805561bd75ae8e437b7d4694b0204e0f"
TOLERANCE = 0.35  # of the simplified line, in the map's units
SMALLEST_AREA = 0.6  # of an island, in square units
MOST_CUT_AREA = 8.0  # of a ring that crosses the seam and is left out, in square degrees: islets in the Bering Strait
Degrees = tuple[float, float]  # longitude, latitude


def decoded_arcs(topology: Mapping[str, Any]) -> list[list[Degrees]]:
    """The arcs of a TopoJSON file in degrees: its numbers are differences, scaled to whole numbers."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        arcs.append(points)
    return arcs


def rings(topology: Mapping[str, Any]) -> Iterator[list[Degrees]]:
    """The closed lines of the land, seas within it included; the last point is the first one again."""
    arcs = decoded_arcs(topology)
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        for ring in (ring for polygon in polygons for ring in polygon):
            points: list[Degrees] = []
            for index in ring:
                arc = arcs[index] if index >= 0 else arcs[~index][::-1]
                points += arc[1:] if points else arc
            yield points


def unrolled(ring: Sequence[Degrees]) -> list[Degrees] | None:
    """The ring in degrees east of the map's centre, without a jump; None if it crosses the seam.

    Raises ValueError if what would be left out is larger than an islet.
    """
    points = [(shifted_longitude(longitude), latitude) for longitude, latitude in ring]
    if all(abs(a[0] - b[0]) <= 180 for a, b in pairwise(points)):
        return points
    whole = [(longitude % 360, latitude) for longitude, latitude in points]
    if max(latitude for _, latitude in ring) > SOUTH and area(whole) > MOST_CUT_AREA:
        raise ValueError(f"a ring of {area(whole):.0f} square degrees crosses the seam")
    return None


def cropped(ring: Sequence[Degrees]) -> list[Degrees]:
    """The part of the ring between SOUTH and NORTH (Sutherland and Hodgman)."""
    points = list(ring[:-1])
    for bound, sign in ((NORTH, -1), (SOUTH, 1)):
        inside: list[Degrees] = []
        for a, b in zip(points, points[1:] + points[:1], strict=True):
            a_in, b_in = sign * (a[1] - bound) >= 0, sign * (b[1] - bound) >= 0
            if a_in:
                inside.append(a)
            if a_in != b_in:
                share = (bound - a[1]) / (b[1] - a[1])
                inside.append((a[0] + share * (b[0] - a[0]), bound))
        points = inside
    return points


def area(points: Sequence[tuple[float, float]]) -> float:
    """Of a polygon whose last point leads back to the first one."""
    pairs = zip(points, [*points[1:], *points[:1]], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def simplified(points: Sequence[Point]) -> list[Point]:
    """The points without those that lie within TOLERANCE of the line between others (Douglas and Peucker)."""
    keep = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        far, distance = max(
            ((i, _distance(points[i], points[first], points[last])) for i in range(first + 1, last)),
            key=lambda pair: pair[1],
            default=(0, 0.0),
        )
        if distance > TOLERANCE:
            keep.add(far)
            spans += [(first, far), (far, last)]
    return [points[i] for i in sorted(keep)]


def _distance(point: Point, a: Point, b: Point) -> float:
    """From a point to the line between a and b, or to a where the two are one."""
    across, down = b.x - a.x, b.y - a.y
    length = (across * across + down * down) ** 0.5
    if length == 0:
        return float(((point.x - a.x) ** 2 + (point.y - a.y) ** 2) ** 0.5)
    return float(abs(across * (a.y - point.y) - (a.x - point.x) * down) / length)


def path_of(points: Sequence[Point]) -> str:
    """A closed path in relative steps with one decimal; the rounding does not add up along the line."""
    tenths = [(round(point.x * 10), round(point.y * 10)) for point in points]
    steps = ((bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(tenths))
    line = " ".join(f"{_decimal(x)} {_decimal(y)}" for x, y in steps if (x, y) != (0, 0))
    return f"M{_decimal(tenths[0][0])} {_decimal(tenths[0][1])}l{line}z".replace(" -", "-") if line else ""


def _decimal(tenths: int) -> str:
    return f"{tenths / 10:.1f}".removesuffix(".0").replace("-0.", "-.").removeprefix("0") or "0"


def world(land: bytes) -> dict[str, object]:
    """The content of the data file."""
    paths = []
    for ring in rings(json.loads(land)):
        degrees = unrolled(ring)
        visible = cropped(degrees) if degrees is not None else []
        plane = [on_plane(longitude, latitude) for longitude, latitude in visible]
        if len(plane) > 2 and area([(point.x, point.y) for point in plane]) >= SMALLEST_AREA:
            paths.append(path_of(simplified([*plane, plane[0]])))
    return {
        "source": "Natural Earth 4.1, 1:50m land (public domain), from land-50m.json of world-atlas 2.0.2 (ISC)",
        "source_sha256": hashlib.sha256(land).hexdigest(),
        "projection": "Natural Earth I centred on 11 E, 57 S to 80 N",
        "width": WIDTH,
        "height": round(HEIGHT, 1),
        "land": "".join(paths),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("land_json", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the file that exists")
    options = parser.parse_args(arguments)
    land = options.land_json.read_bytes()
    if hashlib.sha256(land).hexdigest() != SOURCE_SHA256:
        print("this is not land-50m.json of world-atlas 2.0.2", file=sys.stderr)
        return 1
    text = json.dumps(world(land), indent=1) + "\n"
    if options.check:
        same = TARGET.read_text(encoding="utf-8") == text
        print("the same" if same else "differs")
        return 0 if same else 1
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET.name}: {len(text):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
