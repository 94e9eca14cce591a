"""The map's plane, its coastlines, and the widths of its letters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import build_text_widths, build_world
from web import shipped
from web.geometry.projection import HEIGHT, WIDTH, Point, project

longitudes, latitudes = st.floats(-180, 180), st.floats(-57, 80)


def test_the_middle_of_the_map_is_at_eleven_degrees_east() -> None:
    assert project(11, 0).x == pytest.approx(WIDTH / 2)


def test_the_edge_of_the_map_is_at_its_seam_on_the_equator() -> None:
    assert project(-168.99, 0).x == pytest.approx(0, abs=0.1)
    assert project(-169.01, 0).x == pytest.approx(WIDTH, abs=0.1)


@given(longitudes, latitudes)
def test_every_place_between_the_bounds_is_on_the_map(longitude: float, latitude: float) -> None:
    place = project(longitude, latitude)

    assert -0.001 <= place.x <= WIDTH + 0.001
    assert -0.001 <= place.y <= HEIGHT + 0.001


@given(longitudes, latitudes, latitudes)
def test_north_is_up(longitude: float, one: float, other: float) -> None:
    south, north = sorted((one, other))

    assert project(longitude, north).y <= project(longitude, south).y


def test_the_coastlines_are_closed_paths_within_the_map_and_hold_nothing_else() -> None:
    land = shipped.land()

    assert re.fullmatch(r"(M[\d.]+ [\d.]+l[\d. -]+z)+", land)
    assert 40_000 < len(land) < 60_000


def test_cities_are_on_land_and_seas_are_not() -> None:
    rings = _polygons(shipped.land())

    assert all(_is_within(project(*place), rings) for place in [(8.7, 50.1), (-77.5, 39.0), (101.7, 3.1), (149, -34)])
    assert not any(_is_within(project(*place), rings) for place in [(-40, 30), (-150, 10), (3, 56.5), (51, 42)])


def test_a_line_loses_the_points_that_hardly_differ_from_it() -> None:
    points = [Point(0, 0), Point(5, 0.2), Point(10, 0), Point(10, 9), Point(10.2, 10)]

    assert build_world.simplified(points) == [Point(0, 0), Point(10, 0), Point(10.2, 10)]


def test_a_ring_is_cut_at_the_bounds_of_the_map() -> None:
    # A square of 10 degrees whose upper half is beyond 80 N.
    ring = [(0.0, 75.0), (10.0, 75.0), (10.0, 85.0), (0.0, 85.0), (0.0, 75.0)]

    assert sorted(build_world.cropped(ring)) == [(0, 75), (0, 80), (10, 75), (10, 80)]


def test_a_large_ring_across_the_seam_is_an_error_and_an_islet_is_left_out() -> None:
    islet = [(-169.5, 63.0), (-168.5, 63.0), (-168.5, 63.5), (-169.5, 63.0)]
    continent = [(-179.0, 50.0), (-150.0, 50.0), (-150.0, 70.0), (-179.0, 50.0)]

    assert build_world.unrolled(islet) is None
    with pytest.raises(ValueError, match="crosses the seam"):
        build_world.unrolled(continent)


def test_the_widths_are_those_of_the_installed_font() -> None:
    assert build_text_widths.TARGET.read_text(encoding="utf-8") == build_text_widths.text_widths()


def test_a_text_is_as_wide_as_its_letters() -> None:
    face = shipped.font().regular

    assert face.width("AB", 10) == pytest.approx(6.8 + 6.47)  # 680 and 647 thousandths of 10


def test_a_text_that_is_too_long_ends_in_an_ellipsis_within_its_room() -> None:
    face = shipped.font().regular

    short = face.shortened("Frankfurt am Main", 10, 50)

    assert short.startswith("Frankfu")
    assert short.endswith("…")
    assert face.width(short, 10) <= 50
    assert face.shortened("Frankfurt", 10, 50) == "Frankfurt"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=400), max_size=80), st.floats(12, 300))
def test_broken_lines_fit_into_their_room(text: str, room: float) -> None:
    face = shipped.font().regular

    assert all(face.width(line, 10) <= room for line in face.lines(text, 10, room))


def _polygons(path: str) -> list[list[Point]]:
    polygons = []
    for ring in path.removesuffix("z").split("z"):
        numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", ring)]
        x = y = 0.0
        points = []
        for step_x, step_y in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + step_x, y + step_y
            points.append(Point(x, y))
        polygons.append(points)
    return polygons


def _is_within(place: Point, polygons: list[list[Point]]) -> bool:
    """By counting the lines to the right of the place."""
    crossings = 0
    for points in polygons:
        for a, b in zip(points, [*points[1:], points[0]], strict=True):
            if (a.y > place.y) != (b.y > place.y):
                crossings += place.x < a.x + (place.y - a.y) / (b.y - a.y) * (b.x - a.x)
    return crossings % 2 == 1
