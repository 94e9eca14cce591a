"""The past: the hours of the JSON history, and the year by month and hour."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from carbon.intensity import Quality, SignalName
from catalog.tables import DATA
from engine import Engine
from session import Session
from store.history.readings import Readings
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, hour_of
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW, offline, service
from tests.web.pictures import HOSTILE, NAMESPACE, parsed, parts, pixels, svg, text_of, titles
from web.drawing.history_plot import history_chart
from web.drawing.year_plot import year_chart
from web.geometry import canvas, year_picture
from web.geometry.canvas import FILE
from web.marks import figure
from web.views import history

HOUR = timedelta(hours=1)
TEN = hour_of(NOW)  # the clock says 10:30 on Wednesday, 2026-02-11
FIRST = TEN - 167 * HOUR  # of a week with the present hour
# 150 hours from 30 to 179 g, ten hours without a reading, then seven hours from 400 g on; none yet of the present hour.
WEEK = [30.0 + number for number in range(150)] + [None] * 10 + [400.0 + number for number in range(7)]


def client_of(sources: Mapping[str, Sequence[Readings]]) -> FlaskClient:
    return service(FakeReader(), past=FakePast(sources)).test_client()


def session_of(sources: Mapping[str, Sequence[Readings]]) -> Session:
    return Engine(cloud_map(), FakeReader(), FakePast(sources)).at(NOW)


def columns(client: FlaskClient, path: str) -> dict[datetime, float]:
    """What the columns say by their place: the start of each hour and its figure."""
    root = svg(client, path)
    axis = [line.text for line in root.iter(f"{NAMESPACE}text") if line.attrib["x"] == f"{FILE.left - 8:g}"]
    highest, hours = max(float(text or "") for text in axis), {}
    for part in root.iter(f"{NAMESPACE}path"):
        for left, top in re.findall(rf"M([\d.]+) {FILE.bottom:g}V([\d.]+)H", part.attrib["d"]):
            number = (float(left) - FILE.left) / (FILE.right - FILE.left) * 167.5
            hours[FIRST + round(number) * HOUR] = (FILE.bottom - float(top)) / (FILE.bottom - FILE.top) * highest
    return hours


def test_every_hour_has_the_figure_of_the_json_history_and_no_other_hour_has_one() -> None:
    client = client_of({"DE": [readings(FIRST, WEEK)]})
    answer = client.get(f"/api/v1/zones/DE/history?start={FIRST:%Y-%m-%dT%H:%M:%SZ}").get_json()

    drawn = columns(client, "/charts/history.svg?region=aws:eu-central-1")

    assert len(drawn) == len(answer["points"]) == 157
    for point in answer["points"]:
        # A tenth of a unit of the picture is 0.16 g here.
        assert drawn[datetime.fromisoformat(point["starts_at"])] == pytest.approx(point["value"], abs=0.2)


def test_a_time_without_readings_is_a_gap_that_says_so_and_breaks_the_line() -> None:
    session = session_of({"DE": [readings(FIRST, WEEK)]})

    picture = history.days_of("aws:eu-central-1", 7, SignalName.AVERAGE, session, {})

    # 150 hours after the start and ten hours wide, of 167.5; the second one is the present half hour.
    hour = (FILE.right - FILE.left) / 167.5
    assert picture.gaps[0] == pytest.approx((FILE.left + 150 * hour, FILE.left + 160 * hour))
    assert picture.gaps[1] == pytest.approx((FILE.left + 167 * hour, FILE.right))
    assert [len(run) for run in picture.runs] == [150, 7]


def test_zero_is_a_figure_and_not_the_lack_of_one() -> None:
    picture = history.days_of(
        "DE", 7, SignalName.AVERAGE, session_of({"DE": [readings(TEN - 3 * HOUR, [0.0, None, 100.0])]}), {}
    )

    assert [[hour.top for hour in run] for run in picture.runs] == [[FILE.bottom], [FILE.top]]


def test_estimates_are_dashed_and_readings_are_not() -> None:
    measured = readings(TEN - 4 * HOUR, [100.0, 110.0])
    estimated = readings(TEN - 2 * HOUR, [120.0], source="two", quality=Quality.ESTIMATED)
    root = svg(client_of({"DE": [measured, estimated]}), "/charts/history.svg?zone=DE")

    lines = [line for line in root.iter(f"{NAMESPACE}polyline") if line.attrib["fill"] == "none"]
    assert [("stroke-dasharray" in line.attrib) for line in lines] == [False, True]
    assert "readings of 3 of 168 hours (1 estimated)" in " ".join(text_of(root))


def test_the_picture_says_place_unit_time_and_source() -> None:
    text = " / ".join(text_of(svg(client_of({"DE": [readings(FIRST, WEEK)]}), "/charts/history.svg?zone=DE&view=week")))

    assert "Carbon intensity of DE in the last 7 days" in text
    assert "grams of CO2e per kWh of electricity · grid zone DE · 11 Feb 2026, 10:30 UTC" in text
    assert "Source: one" in text


def test_the_words_of_a_licence_stand_in_the_picture() -> None:
    picture = history.days_of(
        "DE", 7, SignalName.AVERAGE, session_of({"DE": [readings(FIRST, [1.0])]}), {"one": "Data: One"}
    )

    assert picture.sources == "Source: one · Data: One"


@pytest.mark.parametrize("view", ["week", "month"])
def test_where_nothing_is_stored_a_sentence_stands_in_place_of_empty_axes(view: str) -> None:
    root = svg(offline().test_client(), f"/charts/history.svg?zone=SE-SE3&view={view}")

    assert "No readings of this time are stored." in text_of(root)
    assert "Source: none" in text_of(root)


def cells(root_titles: Sequence[str]) -> dict[str, str]:
    return dict(title.split(" UTC: ") for title in root_titles if " UTC: " in title)


def test_a_year_without_readings_is_of_usual_values_of_past_years() -> None:
    with (DATA / "zones.csv").open(encoding="utf-8") as file:
        zone = next(row for row in csv.DictReader(file) if row["zone"] == "US-CAL-CISO")
    with (DATA / "zone_profiles.csv").open(encoding="utf-8") as file:
        months = [row for row in csv.DictReader(file) if row["zone"] == "US-CAL-CISO"]

    root = svg(offline().test_client(), "/charts/history.svg?region=aws:us-west-1&view=year")

    drawn = cells(titles(root))
    assert len(drawn) == 288
    for number, row in enumerate(months, start=1):
        month = datetime(2026, number, 1, tzinfo=UTC).strftime("%b")
        for hour, per_mille in enumerate(row["per_mille_of_annual_mean_by_utc_hour"].split()):
            expected = float(zone["gco2e_per_kwh"]) * float(per_mille) / 1000
            assert drawn[f"{month} {hour:02}:00"].startswith(f"{figure(expected)} gCO2e/kWh")
            assert drawn[f"{month} {hour:02}:00"].endswith(", estimated")
    assert "Usual hours, 2021, 2022, 2023, in the middle of each month, at the level of 2025." in text_of(root)


def test_a_month_with_enough_readings_is_their_mean_and_is_marked() -> None:
    # 20 days from 1 January on: at hour h, 100 + h in the first half of the days and 102 + h in the second.
    values = [100.0 + hour + 2 * (day >= 10) for day in range(20) for hour in range(24)]
    stored = readings(datetime(2026, 1, 1, tzinfo=UTC), values)
    client = client_of({"US-CAL-CISO": [stored]})

    root = svg(client, "/charts/history.svg?zone=US-CAL-CISO&view=year")

    drawn = cells(titles(root))
    assert drawn["Jan 00:00"] == "101 gCO2e/kWh, fairly low, measured"
    assert drawn["Jan 23:00"] == "124 gCO2e/kWh, fairly low, measured"
    assert drawn["Feb 00:00"].endswith(", estimated")
    assert "Jan*" in text_of(root)
    assert "Feb" in text_of(root)
    assert "Months with * are means of the stored readings since 11 Feb 2025." in " ".join(text_of(root))


def test_a_month_with_too_few_readings_is_of_usual_values() -> None:
    stored = readings(datetime(2026, 1, 1, tzinfo=UTC), [900.0] * (19 * 24))

    root = svg(client_of({"US-CAL-CISO": [stored]}), "/charts/history.svg?zone=US-CAL-CISO&view=year")

    assert cells(titles(root))["Jan 00:00"].endswith(", estimated")
    assert "Jan" in text_of(root)


def test_a_month_of_estimates_is_not_shown_as_measured() -> None:
    stored = readings(datetime(2026, 1, 1, tzinfo=UTC), [90.0] * (31 * 24), quality=Quality.ESTIMATED)

    root = svg(client_of({"US-CAL-CISO": [stored]}), "/charts/history.svg?zone=US-CAL-CISO&view=year")

    assert cells(titles(root))["Jan 00:00"] == "90 gCO2e/kWh, low, estimated"


def test_a_zone_of_which_no_hours_are_known_is_said_to_have_one_figure() -> None:
    with (DATA / "zones.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["profile_basis"] == "flat" and row["gco2e_per_kwh"]]

    root = svg(offline().test_client(), f"/charts/history.svg?zone={rows[0]['zone']}&view=year")

    assert f"The mean of {rows[0]['year']}, because no hours of this grid zone are known." in text_of(root)


def test_a_year_of_which_nothing_is_known_says_so() -> None:
    root = svg(offline().test_client(), "/charts/history.svg?zone=DE&view=year&signal=marginal")

    assert "No figure is known for this grid zone." in text_of(root)
    assert set(cells(titles(root)).values()) <= {"no data"}


def test_a_page_has_the_same_hours_and_months_in_its_own_size() -> None:
    session = session_of({"DE": [readings(FIRST, WEEK)]})
    days = history.days_of("DE", 30, SignalName.AVERAGE, session, {}, canvas.PAGE)
    year = history.year_of("DE", SignalName.AVERAGE, session, {}, year_picture.PAGE)

    month, heat = parsed(history_chart(days, "month")), parsed(year_chart(year, "year"))

    assert parts(month, "gap")
    assert month.attrib["viewBox"] == heat.attrib["viewBox"] == "0 0 720 300"
    assert len(parts(heat, "cell")) == 288


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "region"), ("region=aws:eu-north-1&zone=DE", "region"), ("zone=XX-YY", "zone"), ("region=x", "region"),
        ("zone=DE&view=decade", "view"), ("zone=DE&days=3", "days"), ("zone=DE&theme=red", "theme"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(query: str, parameter: str) -> None:
    response = offline().test_client().get(f"/charts/history.svg?{query}")

    assert response.status_code == 400
    assert [error["parameter"] for error in response.get_json(force=True)["errors"]] == [parameter]


@pytest.mark.parametrize("name", ["region", "zone", "view", "signal"])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_parameter_is_a_problem(name: str, text: str) -> None:
    response = offline().test_client().get("/charts/history.svg", query_string={"region": "aws:eu-north-1", name: text})

    assert (response.status_code, response.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize("view", ["week", "year"])
def test_a_png_holds_the_letters_of_the_shipped_font(view: str) -> None:
    client = client_of({"DE": [readings(FIRST, WEEK)]})

    width, height, rows = pixels(client.get(f"/charts/history.png?region=aws:eu-central-1&view={view}").data, 52)

    assert (width, height) == (1200, 578)
    assert 1500 < sum(row[4 * x] < 80 for row in rows[24:52] for x in range(24, 700)) < 8000
