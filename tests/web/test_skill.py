"""How good forecasts were, as a page and as a file: the figures of GET /api/v1/forecast/skill and of the backtest."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from carbon.intensity import Signal, SignalName
from tests.api.test_forecast_skill import STORED, TODAY, client_of, engine
from tests.fakes.clouds import cloud_map
from tests.fakes.scores import day_scores
from tests.fakes.service import offline
from tests.web.pictures import HOSTILE, pixels, svg, text_of, titles
from tests.web.test_pages import Reader
from tests.web.test_plan_page import one_line
from web.geometry.skill_picture import PROMISE, Series, along, error_columns, skill_picture
from web.pages.words import percent
from web.skill_series import backtest_series, in_words


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A service with ten days of scored forecasts of Germany and France."""
    return client_of(engine(STORED))


@pytest.fixture(scope="module")
def empty() -> FlaskClient:
    return offline().test_client()


def series(*errors: float | None, is_measured: bool = True) -> Series:
    return Series(
        label="DE", source="s", basis="b", is_measured=is_measured, errors=errors, coverage=None, captured=None
    )


def rows_of(page: str) -> list[str]:
    """The rows of the tables as text, without their pictures."""
    return [one_line(row) for row in re.findall(r'<tr><th scope="row">.*?</tr>', page, re.DOTALL)]


def test_a_column_is_as_high_as_its_share_of_the_scale_and_absent_where_nothing_is_known() -> None:
    # A scale up to 40 on 100 units: 10 % is a quarter of it.
    first, second, third = error_columns((10.0, None, 40.0), (0, 300), 50, 100, 40.0)

    assert (first.top, first.height, first.figure) == (125, 25, "10")
    assert (second.top, second.height, second.figure) == (None, 0, "?")
    assert (third.top, third.height, third.day) == (50, 100, 3)


@given(st.floats(-500, 500))
def test_a_share_never_leaves_its_bar(value: float) -> None:
    assert 100 <= along(value, (100.0, 200.0)) <= 200


def test_the_promise_stands_at_eighty_per_cent() -> None:
    assert along(PROMISE, (0.0, 10.0)) == 8


def test_all_rows_share_one_scale() -> None:
    # The highest is 33: steps of 10 up to 40.
    assert skill_picture("t", "s", [series(5), series(33)], "x").highest == 40


def test_what_all_rows_of_the_file_rest_on_is_said_once() -> None:
    one, other = series(5), replace(series(5), basis="another")
    alike, apart, alone = (skill_picture("t", "s", rows, "x") for rows in ([one, one], [one, other], [one]))

    assert (alike.subtitle, alike.has_basis, alike.row) == ("b · s", False, 64)
    assert (apart.subtitle, apart.has_basis, apart.row) == ("s", True, 74)
    assert (alone.subtitle, alone.has_basis) == ("s", True)


@pytest.mark.parametrize("query", ["", "?zone=FR", "?source=electricity-maps-forecast", "?days=1"])
def test_the_page_shows_the_figures_of_the_json(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/v1/forecast/skill{query}").get_json()["skill"]
    first_days = [row for row in answer if row["lead_day"] == 1]

    page = unescape(client.get(f"/skill{query}").text)
    rows = rows_of(page.partition('id="tested"')[0])

    assert len(rows) == len(first_days) > 0
    for text, row in zip(rows, first_days, strict=True):
        share = [row["coverage_percentage"], row["captured_saving_percentage"]]
        shown = ["not known" if value is None else percent(value) for value in share]
        assert text.startswith(f"{row['zone']} {in_words(row['source'])} {row['hours']:,} hours")
        assert text.endswith(" ".join(shown))
        error = row["mape_percentage"]
        assert ("?" if error is None else f"{error:.0f}" if error >= 10 else f"{error:.1f}") in text.split()


def test_the_command_of_the_page_asks_the_endpoint(client: FlaskClient) -> None:
    page = unescape(client.get("/skill?zone=FR&days=7").text)

    assert "curl -s 'http://localhost/api/v1/forecast/skill?zone=FR&days=7'" in page


def test_where_nothing_is_scored_a_sentence_and_the_backtest_stand_in_its_place(empty: FlaskClient) -> None:
    page = unescape(empty.get("/skill").text)

    assert "Scores come once forecasts can be compared with what came" in page
    rows = rows_of(page)
    # catalog/data/forecast_skill.csv, all zones, 336 hours of history: coverage 79.5 on the first day, captured 79.7.
    assert rows[0].startswith(
        "all zones our forecast from 14 days of readings backtest on the hours of 2023 11 1 15 2 16 3"
    )
    assert rows[0].endswith("80 % 80 %")
    assert len(rows) == 10
    assert 'class="bar"' not in page


def test_the_backtest_of_a_zone_is_that_of_zones_like_it() -> None:
    mapping = cloud_map()

    labels = {
        zone: {one.label for one in backtest_series(mapping, SignalName.AVERAGE, zone, None)}
        for zone in ("SE-SE3", "ZA")
    }

    assert labels == {"SE-SE3": {"zones over 70 % fossil-free"}, "ZA": {"zones under 20 % fossil-free"}}


def test_what_was_measured_is_told_from_a_backtest(client: FlaskClient) -> None:
    measured, tested = client.get("/skill").text.split('id="tested"')

    assert 'class="bar"' in measured
    assert "bar-estimate" not in measured
    assert "bar-estimate" in tested


def test_the_marginal_signal_shows_its_own_forecasts_and_no_backtest() -> None:
    """Scores of both signals are stored; each is shown alone."""
    average, marginal = day_scores(TODAY - 1), day_scores(TODAY - 1, zone="FR", signal=Signal.MARGINAL)
    client = client_of(engine([average, marginal]))

    pages = {query: unescape(client.get(f"/skill{query}").text) for query in ("", "?signal=marginal")}

    measured = {query: rows_of(page.partition('id="tested"')[0]) for query, page in pages.items()}
    assert [row.split()[0] for row in measured[""]] == ["DE"]
    assert [row.split()[0] for row in measured["?signal=marginal"]] == ["FR"]
    assert "There is no backtest of the marginal carbon intensity" in pages["?signal=marginal"]
    assert '<option value="marginal" selected>' in pages["?signal=marginal"]
    assert "/api/v1/forecast/skill?signal=marginal'" in pages["?signal=marginal"]
    assert 'href="/charts/skill.svg?signal=marginal"' in pages["?signal=marginal"]
    titles = [text_of(svg(client, f"/charts/skill.svg{query}")) for query in pages]
    assert [text[0] for text in titles] == [
        "How good forecasts were",
        "How good forecasts were of marginal intensities",
    ]


def test_a_picture_of_the_marginal_signal_without_scores_says_so(empty: FlaskClient) -> None:
    text = text_of(svg(empty, "/charts/skill.svg?signal=marginal"))

    assert text[1].startswith("none is stored and scored yet")
    assert not [line for line in text if "zones" in line]


def test_forecasts_of_sources_have_no_backtest(client: FlaskClient) -> None:
    assert (
        "There is no backtest of electricity-maps-forecast"
        in client.get("/skill?source=electricity-maps-forecast").text
    )


def test_the_file_says_the_figures_of_the_json(client: FlaskClient) -> None:
    root = svg(client, "/charts/skill.svg?zone=FR")

    text = text_of(root)
    assert text[0] == "How good forecasts were in FR"
    assert "11 Feb 2026, 10:30 UTC" in text[1]
    errors = ", ".join(["30 %"] * 7)
    assert titles(root)[1] == (
        f"FR, our forecast from 14 days of readings: mean error by day ahead {errors}; range held 60 %, "
        "saving reached 25 %, 960 hours, issued on 10 days"
    )


def test_the_file_of_a_service_without_scores_says_that_it_is_a_backtest(empty: FlaskClient) -> None:
    text = text_of(svg(empty, "/charts/skill.svg?theme=dark"))

    assert text[0] == "How good forecasts were in a backtest"
    assert "no forecast is stored and scored yet" in text[1]
    assert any("Electricity Maps (ODbL 1.0)" in line for line in text)


def test_more_series_than_fit_are_counted() -> None:
    assert skill_picture("t", "s", [series(1)] * 23, "x").more == 3


def test_a_png_has_its_letters(client: FlaskClient) -> None:
    width, _, rows = pixels(client.get("/charts/skill.png").data, 56)

    assert width == 1200
    assert 1000 < sum(row[4 * x] < 80 for row in rows[24:56] for x in range(24, 700)) < 8000


def test_a_database_that_fails_is_a_page_that_says_so() -> None:
    page = client_of(engine([], fails=True)).get("/skill")

    assert page.status_code == 503
    assert page.mimetype == "text/html"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["zone", "source", "days", "other"])
def test_what_a_reader_types_is_never_markup(empty: FlaskClient, field: str, text: str) -> None:
    page = empty.get("/skill", query_string={field: text})

    elements = Reader(page.text).elements
    assert page.status_code in (200, 400)
    assert [tag for tag, _ in elements if tag in ("script", "img")] == ["script", "img"]
