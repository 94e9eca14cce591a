"""The map: the figures of /api/v1/regions, as marks that do not cover each other."""

from __future__ import annotations

import re
from itertools import combinations
from math import hypot

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from tests.fakes.grid import FakeReader, flat, observation
from tests.fakes.service import NOW, offline, service
from tests.web.pictures import HOSTILE, pixels, svg, text_of, titles
from web.geometry.map_marks import View
from web.geometry.placement import apart
from web.geometry.projection import Point
from web.marks import figure


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


places = st.lists(st.builds(Point, st.floats(0, 100), st.floats(0, 100)), max_size=40)


@given(places, st.floats(1, 30))
def test_no_two_marks_cover_each_other(origins: list[Point], distance: float) -> None:
    moved = apart(origins, distance)

    assert all(hypot(a.x - b.x, a.y - b.y) >= distance for a, b in combinations(moved, 2))


@given(places, st.floats(1, 30))
def test_the_same_places_are_moved_alike(origins: list[Point], distance: float) -> None:
    assert apart(origins, distance) == apart(list(origins), distance)


def test_a_mark_that_nothing_covers_stays_where_it_is() -> None:
    # The second is 4 to the right of the first: too near, and moved. The third is far from both.
    moved = apart([Point(10, 10), Point(14, 10), Point(90, 10)], 10)

    assert (moved[0], moved[2]) == (Point(10, 10), Point(90, 10))
    assert moved[1] != Point(14, 10)
    assert hypot(moved[1].x - 14, moved[1].y - 10) <= 10


@pytest.mark.parametrize("filters", ["", "provider=all", "provider=gcp&country=EU", "zone=DE&provider=all"])
def test_every_region_of_the_json_answer_has_a_mark_with_its_figure(client: FlaskClient, filters: str) -> None:
    rows = client.get(f"/api/v1/regions?{filters}").get_json()["regions"]

    marks = titles(svg(client, f"/charts/map.svg?{filters}"))[1:]

    of_region = {key: mark for mark in marks for key in mark.partition(" (")[0].split(", ")}
    assert len(of_region) == len(rows)
    for row in rows:
        mark = of_region[f"{row['provider']}:{row['region']}"]
        assert f": {figure(row['carbon_intensity'])} gCO2e/kWh, " in mark
        assert mark.endswith(", estimated")


def test_the_picture_says_what_it_shows_of_which_time_and_from_where(client: FlaskClient) -> None:
    root = svg(client, "/charts/map.svg")

    text = " / ".join(text_of(root))
    assert root.attrib["role"] == "img"
    assert titles(root)[0] == "Carbon intensity of cloud regions now"
    assert "grams of CO2e per kWh" in text
    assert "11 Feb 2026, 10:30 UTC" in text
    assert "34 regions of Amazon Web Services (34 estimated)" in text
    assert "Source: usual hours of past years, yearly means" in text
    assert "Electricity Maps (ODbL 1.0)" in text
    assert "Natural Earth" in text


def test_the_outline_says_how_good_a_figure_is() -> None:
    readings = {
        "SE-SE3": flat(NOW, 20),
        "FR": ZoneReading(latest=observation(NOW, 45), reason="timeout"),
        "GB": ZoneReading(latest=observation(NOW, 150, quality=Quality.ESTIMATED)),
    }
    live = service(FakeReader(readings)).test_client()

    marks = titles(svg(live, "/charts/map.svg"))
    text = live.get("/charts/map.svg").text

    assert "aws:eu-north-1 (Stockholm, SE-SE3): 20 gCO2e/kWh, very low, measured" in marks
    assert "aws:eu-west-3 (Paris, FR): 45 gCO2e/kWh, very low, stale" in marks
    assert "aws:eu-west-2 (London, GB): 150 gCO2e/kWh, fairly low, estimated" in marks
    assert "stroke-dasharray" not in _mark(text, "eu-north-1")
    assert "stroke-opacity" in _mark(text, "eu-west-3")
    assert "stroke-dasharray" in _mark(text, "eu-west-2")


def test_a_region_without_a_figure_is_an_x_and_never_a_number() -> None:
    response = offline().test_client().get("/charts/map.svg?signal=marginal")

    mark = _mark(response.text, "eu-north-1")
    assert "aws:eu-north-1 (Stockholm, SE-SE3): no data" in mark
    assert "<text" not in mark
    assert "34 no data" in response.text


@pytest.mark.parametrize("view", list(View))
def test_a_view_shows_the_regions_within_it(client: FlaskClient, view: View) -> None:
    count = len(titles(svg(client, f"/charts/map.svg?view={view}"))) - 1

    assert count == {"world": 34, "europe": 9, "north-america": 7, "asia-pacific": 14}[view.value]


def test_no_region_at_all_is_a_map_without_marks(client: FlaskClient) -> None:
    root = svg(client, "/charts/map.svg?country=AQ")

    assert len(titles(root)) == 1
    assert "0 regions of Amazon Web Services" in " ".join(text_of(root))


def test_light_and_dark_have_their_own_ground(client: FlaskClient) -> None:
    assert 'fill-rule="evenodd" fill="#ffffff"' in client.get("/charts/map.svg").text
    assert 'fill-rule="evenodd" fill="#0f171d"' in client.get("/charts/map.svg?theme=dark").text


@pytest.mark.parametrize("name", ["provider", "country", "theme", "view", "zone", "signal", "partition", "q"])
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_hostile_parameter_is_a_problem_that_names_it(client: FlaskClient, form: str, name: str, text: str) -> None:
    response = client.get(f"/charts/map.{form}", query_string={name: text})

    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert response.get_json(force=True)["errors"][0]["parameter"] == name


def test_a_png_holds_the_letters_of_the_shipped_font(client: FlaskClient) -> None:
    response = client.get("/charts/map.png")

    width, height, rows = pixels(response.data, 52)
    assert response.mimetype == "image/png"
    assert (width, height) == (1200, 681)
    # The heading stands between 24 and 52 pixels from the top; without a font, nothing but the ground is there.
    ink = sum(row[4 * x] < 80 for row in rows[24:52] for x in range(24, 500))
    assert 1500 < ink < 6000


def _mark(text: str, region: str) -> str:
    """The element of a region's mark."""
    found = re.search(rf"<g><title>aws:{region} .*?</g>", text)
    assert found
    return found[0]
