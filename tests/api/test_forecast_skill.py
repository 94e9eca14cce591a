"""GET /api/v1/forecast/skill and its metrics: how good stored forecasts were, with what each figure rests on."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app import create_app
from carbon.intensity import Signal
from engine import Engine
from planning.history.skill import days_before
from settings import Settings
from store.history.scores import DayScores
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.scores import FakeScores, day_scores
from tests.fakes.service import NOW

PATH = "/api/v1/forecast/skill"
TODAY = days_before(NOW, 1)[1]  # the clock says 10:30 on 2026-02-11
UPSTREAM = "electricity-maps-forecast"
STORED = [
    *(day_scores(TODAY - 1 - day, error=0.1, coverage=0.8, captured=0.75) for day in range(10)),
    *(day_scores(TODAY - 1 - day, source=UPSTREAM, error=0.05, coverage=None, captured=0.9) for day in range(10)),
    *(day_scores(TODAY - 1 - day, zone="FR", error=0.3, coverage=0.6, captured=0.25) for day in range(10)),
]


def engine(scores: Sequence[DayScores], *, fails: bool = False) -> Engine:
    return Engine(cloud_map(), FakeReader(), None, FakeScores(scores=scores, fails=fails, due=False))


def client_of(one: Engine) -> FlaskClient:
    return create_app(Settings(), one, rules=access(), clock=lambda: NOW).test_client()


@pytest.fixture
def client() -> FlaskClient:
    return client_of(engine(STORED))


def get(client: FlaskClient, query: str = "", status: int = 200) -> Any:
    response = client.get(f"{PATH}{query}")
    assert response.status_code == status, response.text
    return response.get_json(force=True)


def test_every_zone_and_source_has_a_row_for_each_day_ahead_with_what_it_rests_on(client: FlaskClient) -> None:
    answer = get(client)

    assert (answer["signal"], answer["total"]) == ("average", 21)
    assert (answer["starts_at"], answer["ends_at"]) == ("2026-01-12T00:00:00Z", "2026-02-11T00:00:00Z")
    assert [row["lead_day"] for row in answer["skill"][:7]] == [1, 2, 3, 4, 5, 6, 7]
    # 10 days of 4 forecasts: 10 x 4 x 24 = 960 hours of each day ahead.
    assert answer["skill"][7] == {
        "zone": "DE",
        "source": "recent-hours-336h",
        "lead_day": 1,
        "mape_percentage": 10,
        "coverage_percentage": 80,
        "captured_saving_percentage": 75,
        "issue_days": 10,
        "forecasts": 40,
        "hours": 960,
        "estimated_hours": 0,
        "hours_without_reading": 0,
    }


def test_forecasts_of_sources_have_no_coverage_and_only_the_first_day_a_captured_saving(client: FlaskClient) -> None:
    first, second = get(client, f"?source={UPSTREAM}&limit=2")["skill"]

    assert (first["mape_percentage"], first["coverage_percentage"]) == (5, None)
    assert (first["captured_saving_percentage"], second["captured_saving_percentage"]) == (90, None)


def test_zone_and_source_choose_rows_and_a_retired_zone_is_answered_with_its_successor(client: FlaskClient) -> None:
    assert {(row["zone"], row["source"]) for row in get(client, "?zone=FR")["skill"]} == {("FR", "recent-hours-336h")}
    assert get(client, "?zone=DE&source=recent-hours-336h")["total"] == 7
    assert get(client, "?zone=PL")["skill"] == []


def test_days_says_which_days_of_issue_count_and_too_few_hours_are_null(client: FlaskClient) -> None:
    # One day of issue: 96 hours, below 168, and 4 jobs, below 28.
    answer = get(client, "?zone=FR&days=1&limit=1")

    (row,) = answer["skill"]
    assert answer["starts_at"] == "2026-02-10T00:00:00Z"
    assert (row["mape_percentage"], row["coverage_percentage"], row["captured_saving_percentage"]) == (None,) * 3
    assert (row["hours"], row["forecasts"], row["issue_days"]) == (96, 4, 1)


def test_the_signals_are_never_mixed() -> None:
    both = client_of(engine([*STORED, *(day_scores(TODAY - 1, signal=Signal.MARGINAL, zone="SE"),)]))

    assert {row["zone"] for row in get(both, "?signal=marginal")["skill"]} == {"SE"}
    assert get(both)["total"] == 21


def test_the_table_has_the_rows_of_the_page(client: FlaskClient) -> None:
    response = client.get(f"{PATH}?zone=FR&limit=2&offset=1", headers={"Accept": "text/csv"})

    rows = list(csv.DictReader(response.text.splitlines()))
    assert [row["lead_day"] for row in rows] == ["2", "3"]
    assert (rows[0]["mape_percentage"], rows[0]["captured_saving_percentage"]) == ("30.0", "")
    assert 'offset=3>; rel="next"' in response.headers["Link"]


@pytest.mark.parametrize("query", ["?zone=XX", "?days=0", "?days=401", "?signal=other", "?hours=3"])
def test_what_is_wrong_is_refused_with_its_name(client: FlaskClient, query: str) -> None:
    problem = get(client, query, 400)

    assert query[1:].partition("=")[0] in str(problem["errors"])


def test_a_database_that_fails_is_told_as_for_the_history() -> None:
    assert get(client_of(engine([], fails=True)), status=503)["type"] == "/problems/state-unavailable"


def test_where_nothing_is_stored_the_list_is_empty() -> None:
    assert get(client_of(Engine(cloud_map(), FakeReader())))["skill"] == []


@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
def test_who_holds_the_answer_gets_a_304_until_other_scores_arrive(accept: str) -> None:
    scores = FakeScores(scores=STORED, due=False)
    client = client_of(Engine(cloud_map(), FakeReader(), None, scores))
    first = client.get(PATH, headers={"Accept": accept})
    held = {"Accept": accept, "If-None-Match": first.headers["ETag"]}

    again = client.get(PATH, headers=held)
    scores.keep([day_scores(TODAY - 1, zone="SE")])
    newer = client.get(PATH, headers=held)

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert (again.status_code, again.get_data(), again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (newer.status_code, "SE" in newer.text) == (200, True)
    assert newer.headers["ETag"] != first.headers["ETag"]


def test_each_form_of_the_answer_has_a_tag_of_its_own(client: FlaskClient) -> None:
    tags = [client.get(PATH, headers={"Accept": form}).headers["ETag"] for form in ("application/json", "text/csv")]

    assert tags[0] != tags[1]


def samples(client: FlaskClient) -> dict[tuple[str, str, str], float]:
    return {
        (sample.name, sample.labels["source"], sample.labels["lead_day"]): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").get_data(as_text=True))
        for sample in family.samples
        if sample.name.startswith("cao_forecast_")
    }


def test_metrics_have_the_means_over_zones_by_source_and_day_ahead() -> None:
    one = engine(STORED)
    client = client_of(one)
    assert samples(client) == {}

    list(one.renew_skills(NOW))

    values = samples(client)
    # Our own: 10 % in DE and 30 % in FR; coverage 80 and 60 %; captured 75 and 25 %.
    own = "recent-hours-336h"
    assert values["cao_forecast_mape_ratio", own, "1"] == pytest.approx(0.2)
    assert values["cao_forecast_coverage_ratio", own, "7"] == pytest.approx(0.7)
    assert values["cao_forecast_captured_saving_ratio", own, "1"] == pytest.approx(0.5)
    assert values["cao_forecast_scored_zones", own, "1"] == 2
    assert values["cao_forecast_mape_ratio", UPSTREAM, "1"] == pytest.approx(0.05)
    assert ("cao_forecast_coverage_ratio", UPSTREAM, "1") not in values
    assert ("cao_forecast_captured_saving_ratio", own, "2") not in values
