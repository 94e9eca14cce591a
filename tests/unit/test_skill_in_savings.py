"""What waiting saves is told from the zone's own stored forecasts once there are enough, and from backtests before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import exp, log

import numpy as np
import pytest

from carbon.jobs import ScheduleQuery
from carbon.schedules import ExpectedSavings
from engine import Engine
from planning.history.skill import days_before
from planning.outlook.stored_skill import LEAST_WAITS, ForecastSkills, outcomes_of, zone_skills
from store.history.scores import DayScores, IssuedForecast
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, hour_of
from tests.fakes.past import FakePast, readings
from tests.fakes.scores import FakeScores, day_scores
from tests.fakes.service import NOW

SOURCE = "recent-hours-336h"
DAY = [300.0 + 10 * hour for hour in range(24)]  # from 10:00 on: 10:00 is the best hour
END = days_before(NOW, 1)[1]
# Jobs that waited 20 hours for a predicted half: log 2. Of ten, one came out 20 % worse than predicted, eight as
# predicted, and one 10 % better (all as differences of logarithms).
HALF = log(2)
TEN = [(20.0, HALF, HALF - 0.2), *[(20.0, HALF, HALF)] * 8, (20.0, HALF, HALF + 0.1)]


def stored(days: int, waits: Sequence[tuple[float, float, float]] = TEN, source: str = SOURCE) -> list[DayScores]:
    return [day_scores(END - 1 - day, waits=waits, source=source) for day in range(days)]


def skills(scores: Sequence[DayScores]) -> ForecastSkills:
    return ForecastSkills.of(list(zone_skills(scores)))


def renewed(scores: FakeScores, past: FakePast | None = None) -> Engine:
    past = past or FakePast({"DE": [readings(hour_of(NOW) - timedelta(days=14), DAY * 14)]})
    one = Engine(cloud_map(), FakeReader(), past, scores)
    list(one.renew_forecasts(NOW))
    list(one.renew_skills(NOW))
    return one


def expected(one: Engine) -> ExpectedSavings:
    """Of a job of an hour within two days: the best hour is tomorrow from 10:00 on, 23.5 hours from now."""
    result = one.at(NOW).schedule(ScheduleQuery(region="aws:eu-central-1", duration_hours=1, search_hours=24)).expected
    assert result is not None
    return result


def test_before_14_days_of_scored_forecasts_the_backtest_says_what_waiting_saves() -> None:
    assert expected(renewed(FakeScores(scores=stored(13), due=False))).basis == "backtest 2022-2023"


def test_from_14_days_on_the_stored_forecasts_of_the_zone_say_it_and_the_answer_says_so() -> None:
    waits = [(20.0, HALF / 20, HALF / 20 + 0.01)] * 10  # predicted 3.4 %, and 0.01 more came
    all_bands = [(20.0, -log(1 - share), -log(1 - share) + 0.01) for share in (0.005, 0.03, 0.07, 0.15, 0.3, 0.5)] * 10

    savings = expected(renewed(FakeScores(scores=stored(14, waits + all_bands), due=False)))

    assert savings.basis == "stored forecasts of 14 days"
    # All jobs saved 0.01 more (of the logarithm) than predicted: so low, median and high are one, and all saved.
    assert savings.low == pytest.approx(savings.median) == pytest.approx(savings.high)
    assert savings.chance_of_saving == 1.0


def test_stored_forecasts_of_another_source_say_nothing() -> None:
    scores = FakeScores(scores=stored(20, source="recent-hours-24h"), due=False)

    assert expected(renewed(scores)).basis == "backtest 2022-2023"


def test_the_outcome_has_the_centiles_of_what_came_less_what_was_predicted() -> None:
    # 14 days x 10 jobs: 14 at -0.2, 112 at 0, 14 at +0.1. The 10th centile is at place 13.9 of 0 to 139, a tenth of the
    # way from 0 to -0.2; the 90th at place 125.1, a tenth of the way from 0 to +0.1.
    outcome, days = skills(stored(14)).outcome("DE", SOURCE, 20.0, 50.0) or pytest.fail("none")

    assert days == 14
    assert (outcome.low, outcome.median, outcome.high) == pytest.approx((-0.02, 0.0, 0.01))
    assert outcome.chance == 1.0  # the worst saved log 2 - 0.2 = 0.49


def test_jobs_that_waited_as_long_for_a_saving_in_the_same_band_are_compared() -> None:
    waits = np.array([*[(3.0, 0.03, -0.03)] * LEAST_WAITS, *[(30.0, 0.03, 0.06)] * LEAST_WAITS])

    outcomes = outcomes_of(waits)

    assert (outcomes[1, 2.0].chance, outcomes[1, 2.0].median) == pytest.approx((0.0, -0.06))
    assert (outcomes[25, 2.0].chance, outcomes[25, 2.0].median) == pytest.approx((1.0, 0.03))
    assert (7, 2.0) not in outcomes


def test_where_a_band_has_too_few_jobs_those_of_the_bands_beside_it_count_and_no_others() -> None:
    # 3 % predicted is in the band from 2 to 5 %. With those from 1 to 2 % and from 5 to 10 % it has enough.
    waits = np.array([(3.0, -log(1 - share), 0.0) for share in (0.015, 0.03, 0.07)] * (LEAST_WAITS // 3))

    outcomes = outcomes_of(waits)

    assert list(outcomes) == [(1, 2.0)]


def test_waiting_for_a_start_that_only_the_profile_knows_is_judged_by_the_backtest() -> None:
    one = renewed(FakeScores(scores=stored(20), due=False))
    row = one.at(NOW).grid.outlook(["DE"], hours=200).rows[0]

    assert (row.forecast_at(100 * 3600.0), row.forecast_at(180 * 3600.0)) == (SOURCE, None)


def test_the_data_version_names_the_skill_and_an_open_session_keeps_its_own() -> None:
    one = renewed(FakeScores(due=False))
    before = one.at(NOW)
    one.forecasts.skills = skills(stored(14))
    after = one.at(NOW)

    assert before.data_version != after.data_version == one.at(NOW).data_version
    assert not before.grid.outlook(["DE"], hours=2).skills.by_series
    assert after.grid.outlook(["DE"], hours=2).skills.by_series


def own_issued(days: int) -> Iterator[IssuedForecast]:
    """Every six hours up to now a forecast of a week that is 10 % above DAY, with a range of 20 % on either side."""
    now = int(NOW.timestamp()) // 3600
    for hour in range(now - 24 * days, now, 6):
        if hour % 6 == now % 6:
            values = np.array([1.1 * DAY[(hour + ahead - 10) % 24] for ahead in range(168)])
            yield IssuedForecast(
                issued_hour=hour,
                starts_minute=60 * hour,
                step_minutes=60,
                values=values,
                low=0.8 * values,
                high=1.2 * values,
            )


def test_stored_forecasts_are_scored_against_the_stored_readings_when_it_is_time() -> None:
    past = FakePast({"DE": [readings(hour_of(NOW) - timedelta(days=30), DAY * 30)]})
    scores = FakeScores({"DE": {SOURCE: list(own_issued(20))}})

    one = renewed(scores, past)

    skill = one.forecasts.skills.by_series["DE", SOURCE].skill
    assert [round(day.mape or 0, 6) for day in skill.lead_days] == [0.1] * 7
    assert [day.coverage for day in skill.lead_days] == [1.0] * 7
    assert skill.lead_days[0].captured == pytest.approx(1.0)  # the shape is right: only the level is off
    assert skill.issue_days == 20


def test_forecasts_are_not_scored_by_a_process_whose_turn_it_is_not() -> None:
    scores = FakeScores({"DE": {SOURCE: list(own_issued(20))}}, due=False)

    assert not renewed(scores).forecasts.skills.by_series


def test_a_predicted_half_with_stored_errors_becomes_a_range_around_it() -> None:
    # Half predicted, and what came differs by -0.2 in three of ten jobs, by 0 in four, and by +0.1 in three:
    # 1 - exp(-(log 2 - 0.2)) = 38.93 %, 50 %, 1 - exp(-(log 2 + 0.1)) = 54.76 %.
    ten = [*[(20.0, HALF, HALF - 0.2)] * 3, *[(20.0, HALF, HALF)] * 4, *[(20.0, HALF, HALF + 0.1)] * 3]
    outcome, _ = skills(stored(14, ten)).outcome("DE", SOURCE, 20.0, 50.0) or pytest.fail("none")

    savings = [100 * (1 - exp(-(HALF + part))) for part in (outcome.low, outcome.median, outcome.high)]

    assert savings == pytest.approx([38.93, 50.0, 54.76], abs=0.01)
