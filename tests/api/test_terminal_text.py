"""Answers for a terminal: aligned columns, and a line of blocks in place of a chart."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from api.shapes.aligned import BLOCKS, MOST_BLOCKS, aligned, sparkline
from tests.fakes.grid import FakeReader, known
from tests.fakes.service import NOW, offline, service

FORECAST = "/api/v1/zones/DE/forecast"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


def test_blocks_go_from_the_lowest_to_the_highest_value_and_leave_a_gap_where_none_is_known() -> None:
    # Eight steps between 0 and 80: 0 is the first, 45 the fifth (0.5625 x 8 = 4.5), 80 the last.
    assert sparkline([0, None, 45, 80]) == "0.0 ▁ ▅█ 80.0"


def test_equal_values_are_blocks_of_half_the_height() -> None:
    assert sparkline([300, 300]) == "300.0 ▅▅ 300.0"


def test_without_a_known_value_a_sentence_stands_in_place_of_the_blocks() -> None:
    assert sparkline([None, None]) == sparkline([]) == "no figure is known"


def test_more_values_than_fit_share_blocks_that_show_their_mean() -> None:
    # Pairs: the mean of 0 and 20 is 10, of an unknown value and 50 it is 50.
    assert sparkline([0, 20, None, 50], most=2) == "10.0 ▁█ 50.0"


@given(st.lists(st.none() | st.floats(0, 5000), max_size=400))
def test_a_line_of_blocks_fits_into_a_terminal(values: list[float | None]) -> None:
    blocks = [character for character in sparkline(values) if character in BLOCKS]

    assert len(blocks) <= MOST_BLOCKS
    assert bool(blocks) == any(value is not None for value in values)


def test_numbers_end_below_each_other_and_an_unknown_one_is_a_dash() -> None:
    rows: list[dict[str, object]] = [{"zone": "DE", "value": 349.8}, {"zone": "SE-SE3", "value": None}]

    text = aligned(rows, [("zone", lambda row: row["zone"]), ("g", lambda row: row["value"])])

    assert text == "zone        g\nDE      349.8\nSE-SE3      -\n"


@pytest.mark.parametrize("way", ["format", "accept"])
def test_the_forecast_as_text_has_the_figures_of_the_json(client: FlaskClient, way: str) -> None:
    rows = client.get(f"{FORECAST}?hours=30").get_json()["forecast"]

    answer = (
        client.get(f"{FORECAST}?hours=30&format=text")
        if way == "format"
        else client.get(f"{FORECAST}?hours=30", headers={"Accept": "text/plain"})
    )

    heading, blocks, _, columns, *lines = answer.text.splitlines()
    assert answer.content_type == "text/plain; charset=utf-8"
    assert heading == "DE, 30 hours from Wed 11 Feb 2026 10:00 UTC"
    assert len(blocks.split()[1]) == 30
    assert columns.split() == ["UTC", "gCO2e/kWh", "low", "high", "quality", "source"]
    assert [line.split()[3:7] for line in lines] == [
        [row["starts_at"][11:16], *(f"{row[name]:.1f}" for name in ("value", "low", "high"))] for row in rows
    ]
    assert {line.split()[7] for line in lines} == {"baseline"}


def test_regions_as_text_stand_in_the_order_of_the_json(client: FlaskClient) -> None:
    page = client.get("/api/v1/regions?limit=5").get_json()

    answer = client.get("/api/v1/regions?limit=5&format=text")

    heading, blocks, _, _, *lines = answer.text.splitlines()
    assert heading == f"5 of {page['total_regions']} regions, average carbon intensity, Wed 11 Feb 2026 10:30 UTC"
    assert len(blocks.split()[1]) == 5
    assert [line.split()[:3] for line in lines] == [
        [f"{row['provider']}:{row['region']}", row["zone"], f"{row['carbon_intensity']:.1f}"] for row in page["regions"]
    ]
    assert 'rel="next"' in answer.headers["Link"]


def test_no_matching_region_is_said_in_a_sentence(client: FlaskClient) -> None:
    answer = client.get("/api/v1/regions?country=AQ&format=text")

    assert answer.text.splitlines()[1] == "no figure is known"


def test_a_live_hour_is_told_from_an_expected_one() -> None:
    live = service(FakeReader({"DE": known(NOW, [300.0] * 4)})).test_client()

    lines = live.get(f"{FORECAST}?hours=2&format=text").text.splitlines()[4:]

    rows = live.get(f"{FORECAST}?hours=2").get_json()["forecast"]
    assert [line.split()[7] for line in lines] == [row["data_quality"] for row in rows]


def test_the_forecast_as_csv_has_a_row_for_each_hour(client: FlaskClient) -> None:
    answer = client.get(f"{FORECAST}?hours=3&format=csv")

    assert answer.mimetype == "text/csv"
    assert len(answer.text.splitlines()) == 4


def test_each_form_is_kept_apart_from_the_others(client: FlaskClient) -> None:
    kinds = [
        client.get(f"{FORECAST}?hours=7", headers={"Accept": accept}).mimetype
        for _ in range(2)
        for accept in ("text/plain", "text/csv", "application/json")
    ]

    assert kinds == ["text/plain", "text/csv", "application/json"] * 2


def test_an_unknown_form_is_named(client: FlaskClient) -> None:
    answer = client.get(f"{FORECAST}?format=xml")

    assert answer.status_code == 400
    assert "must be one of json, text, csv" in answer.get_json(force=True)["errors"][0]["detail"]
