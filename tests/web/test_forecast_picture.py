"""The hours to come: those of the JSON forecast, and the window of the JSON schedule."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from carbon.intensity import CarbonIntensity, Provenance, Quality
from carbon.results import HourStep
from tests.fakes.grid import FakeReader, hour_of, known
from tests.fakes.service import NOW, offline, service
from tests.web.pictures import HOSTILE, pixels, svg, text_of, titles
from web import shipped
from web.drawing.forecast import draw_forecast
from web.drawing.paint import Theme
from web.geometry.canvas import FILE
from web.geometry.forecast_picture import forecast_picture
from web.geometry.scale import Scale, ticks
from web.marks import Standing, figure

START = hour_of(NOW)
MINUTE = NOW.replace(second=0, microsecond=0)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


def hour(
    number: int, value: float | None, quality: Quality = Quality.FORECAST, age_seconds: int | None = 0
) -> HourStep:
    starts_at = START + timedelta(hours=number)
    origin = Provenance(quality=quality, source="toy", starts_at=starts_at, age_seconds=age_seconds)
    return HourStep(starts_at=starts_at, intensity=CarbonIntensity(gco2e_per_kwh=value, provenance=origin))


@given(st.floats(0, 5000), st.integers(3, 10))
def test_ticks_are_round_and_reach_over_the_highest_figure(highest: float, most: int) -> None:
    figures = ticks(highest, most)

    assert figures[0] == 0
    assert figures[-1] >= highest * (1 - 1e-9)
    assert 2 <= len(figures) <= most + 1
    assert f"{figures[1]:e}"[0] in "125"


def test_a_scale_goes_either_way() -> None:
    assert Scale(0, 100, 500, 100).at(25) == 400


def test_columns_stand_where_their_hour_and_figure_say() -> None:
    # Three hours between FILE.left and FILE.right; the axis goes from 0 to 200: 150 is three quarters of the height.
    chart = forecast_picture("aws:x", "X", [hour(0, 150), hour(1, 0), hour(2, 200)], None, MINUTE)

    third = (FILE.right - FILE.left) / 3
    assert [column.left for column in chart.columns] == pytest.approx(
        [FILE.left, FILE.left + third, FILE.left + 2 * third]
    )
    assert [column.top for column in chart.columns] == pytest.approx(
        [FILE.bottom - 0.75 * (FILE.bottom - FILE.top), FILE.bottom, FILE.top]
    )
    assert chart.now == pytest.approx(FILE.left + third / 2)  # half past


def test_an_unknown_hour_has_no_column_and_breaks_the_line() -> None:
    hours = [hour(0, 100), hour(1, None), hour(2, 100)]

    chart = forecast_picture("aws:x", "X", hours, None, NOW)

    assert [column.top is None for column in chart.columns] == [False, True, False]
    assert len(chart.curves) == 2
    assert chart.columns[1].title == "Wed 11:00 UTC: no data"


def test_what_was_measured_is_a_line_of_its_own() -> None:
    hours = [hour(0, 100, Quality.MEASURED), hour(1, 100), hour(2, 100, Quality.BASELINE, None)]

    chart = forecast_picture("aws:x", "X", hours, None, NOW)

    assert [standing for standing, _ in chart.curves] == [Standing.MEASURED, Standing.ESTIMATED]


def test_where_nothing_is_known_a_sentence_stands_in_place_of_empty_axes() -> None:
    chart = forecast_picture("aws:x", "X", [hour(0, None), hour(1, None)], None, NOW)

    drawing = draw_forecast(chart, Theme.LIGHT, shipped.font())

    assert "No figure is known for these hours." in drawing
    assert ">now<" not in drawing


@pytest.mark.parametrize("region", ["aws:eu-central-1", "aws:us-west-1", "aws:eu-north-1"])
def test_every_hour_has_the_figure_of_the_json_forecast(client: FlaskClient, region: str) -> None:
    zone = client.get(f"/api/v1/regions/{region}").get_json()["region_details"]["zone"]
    rows = client.get(f"/api/v1/zones/{zone}/forecast?hours=36").get_json()["forecast"]

    columns = titles(svg(client, f"/charts/forecast.svg?region={region}&hours=36"))[1:]

    assert len(columns) == len(rows) == 36
    for row, column in zip(rows, columns, strict=True):
        assert f"{row['starts_at'][11:16]} UTC: {figure(row['value'])} gCO2e/kWh, " in column


@pytest.mark.parametrize("region", ["aws:eu-central-1", "aws:us-west-1"])
def test_the_window_is_that_of_the_json_schedule(client: FlaskClient, region: str) -> None:
    question = {"region": region, "duration_hours": 3, "deadline": "2026-02-13T10:00:00Z"}
    window = client.post("/api/v1/schedule", json=question).get_json()["optimal_window"]

    text = " / ".join(text_of(svg(client, f"/charts/forecast.svg?region={region}&duration_hours=3")))

    assert f"{window['start_time'][11:16]} to " in text
    assert f"{window['end_time'][11:16]} UTC, {figure(window['avg_carbon_intensity'])} g/kWh." in text


def test_the_picture_says_what_waiting_saves() -> None:
    # 300 g now and in the hours after, 150 g from midnight on.
    live = service(FakeReader({"DE": known(NOW, [300.0] * 14 + [150.0] * 58)})).test_client()

    text = " / ".join(text_of(svg(live, "/charts/forecast.svg?region=aws:eu-central-1")))

    assert "Best 4 h: Thu 00:00 to 04:00 UTC, 150 g/kWh. 50% less than starting now (300 g/kWh)." in text


def test_a_flat_grid_says_that_waiting_saves_nothing() -> None:
    live = service(FakeReader({"DE": known(NOW, [300.0] * 72)})).test_client()

    text = " / ".join(text_of(svg(live, "/charts/forecast.svg?region=aws:eu-central-1")))

    assert "Waiting saves nothing." in text


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "region"), ("region=aws:eu-nrth-1", "region"), ("region=aws:eu-north-1&hours=169", "hours"),
        ("region=aws:eu-north-1&hours=nan", "hours"), ("region=aws:eu-north-1&duration_hours=25", "duration_hours"),
        ("region=aws:eu-north-1&width=9", "width"), ("region=aws:eu-north-1&palette=red", "palette"),
        ("region=aws:eu-north-1&widht=900", "widht"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(client: FlaskClient, query: str, parameter: str) -> None:
    response = client.get(f"/charts/forecast.svg?{query}")

    assert response.status_code == 400
    assert [error["parameter"] for error in response.get_json(force=True)["errors"]] == [parameter]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_region_is_a_problem_that_names_it(client: FlaskClient, text: str) -> None:
    response = client.get("/charts/forecast.svg", query_string={"region": text})

    assert (response.status_code, response.mimetype) == (400, "application/problem+json")


def test_text_of_the_catalog_is_escaped() -> None:
    chart = forecast_picture("<b>", "</text><script>", [hour(0, 1)], None, NOW)

    drawing = draw_forecast(chart, Theme.LIGHT, shipped.font())

    assert "<script>" not in drawing
    assert "<b>" not in drawing
    assert "&lt;script&gt;" in drawing


def test_a_job_that_does_not_fit_is_a_422(client: FlaskClient) -> None:
    response = client.get("/charts/forecast.svg?region=aws:eu-north-1&hours=6&duration_hours=8")

    assert response.status_code == 422


def test_a_png_holds_the_letters_of_the_shipped_font(client: FlaskClient) -> None:
    width, height, rows = pixels(client.get("/charts/forecast.png?region=aws:eu-central-1").data, 52)

    assert (width, height) == (1200, 578)
    assert 1500 < sum(row[4 * x] < 80 for row in rows[24:52] for x in range(24, 700)) < 8000
