"""Forecasts beside what came: errors and coverage by day ahead, the captured saving, and what waiting brought."""

from __future__ import annotations

from math import log, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.hours import HOURS_AHEAD, FloatArray
from forecasting.skill import (
    CAPTURED,
    ERROR,
    ESTIMATED,
    INSIDE,
    JOBS,
    MISSING,
    POSSIBLE,
    RANGED,
    SCORED,
    ActualHours,
    Forecasts,
    Scores,
    captured_savings,
    score,
)

ORIGIN = 500_000  # any hour


def week(*values: float, rest: float = nan) -> FloatArray:
    """These hours, and then `rest`."""
    return np.array([*values, *[rest] * (HOURS_AHEAD - len(values))])


def forecasts(values: FloatArray, low: FloatArray | None = None, high: FloatArray | None = None) -> Forecasts:
    none = np.full((1, HOURS_AHEAD), nan)
    sides = (none if side is None else side[None] for side in (low, high))
    return Forecasts(np.array([ORIGIN]), values[None], *sides)


def actual(*values: float, first: int = ORIGIN, estimated: tuple[int, ...] = ()) -> ActualHours:
    return ActualHours(first, np.array(values), np.isin(np.arange(len(values)), estimated))


def day(scores: Scores, number: int = 1) -> list[float]:
    """Of the first forecast, by ERROR, SCORED, ..."""
    return [float(value) for value in scores.by_day[0, :, number - 1]]


def test_the_error_of_an_hour_is_relative_to_what_came() -> None:
    # |110 - 100| / 100 = 0.1, |80 - 100| / 100 = 0.2 and |200 - 160| / 160 = 0.25: 0.55 over three hours.
    scores = score(forecasts(week(110.0, 80.0, 200.0)), actual(100.0, 100.0, 160.0))

    assert day(scores)[ERROR] == pytest.approx(0.55)
    assert day(scores)[SCORED] == 3


def test_the_25th_hour_is_in_the_second_day() -> None:
    # Day 1: 24 hours without error. Day 2: one hour, |150 - 100| / 100.
    scores = score(forecasts(week(*[100.0] * 24, 150.0)), actual(*[100.0] * 25))

    assert (day(scores)[ERROR], day(scores)[SCORED]) == (0.0, 24)
    assert (day(scores, 2)[ERROR], day(scores, 2)[SCORED]) == (0.5, 1)


def test_an_intensity_below_one_gram_counts_as_one() -> None:
    assert day(score(forecasts(week(3.0)), actual(0.5)))[ERROR] == pytest.approx(2.5)  # |3 - 0.5| / 1


def test_hours_without_a_reading_are_left_out_and_counted_and_those_to_come_are_neither() -> None:
    scores = score(forecasts(week(*[100.0] * 24)), actual(100.0, nan, 100.0, nan, nan))

    assert (day(scores)[SCORED], day(scores)[MISSING]) == (2, 3)


def test_hours_without_a_forecast_are_neither_scored_nor_missing() -> None:
    scores = score(forecasts(week(100.0, nan, nan, 100.0)), actual(100.0, 100.0, nan, 100.0))

    assert (day(scores)[SCORED], day(scores)[MISSING]) == (2, 0)


def test_hours_whose_reading_is_an_estimate_are_scored_and_counted() -> None:
    scores = score(forecasts(week(*[100.0] * 3)), actual(100.0, 100.0, 100.0, 100.0, estimated=(1, 2, 3)))

    assert (day(scores)[SCORED], day(scores)[ESTIMATED]) == (3, 2)


def test_an_hour_is_inside_the_range_from_its_low_to_its_high() -> None:
    # 90 to 110: 90, 100 and 110 are inside, 89 and 111 are not.
    low, high = week(*[90.0] * 5), week(*[110.0] * 5)
    scores = score(forecasts(week(*[100.0] * 5), low, high), actual(90.0, 100.0, 110.0, 89.0, 111.0))

    assert (day(scores)[RANGED], day(scores)[INSIDE]) == (5, 3)


def test_a_forecast_without_a_range_has_no_hours_with_one() -> None:
    assert day(score(forecasts(week(100.0)), actual(100.0)))[RANGED] == 0


def test_each_forecast_meets_the_hours_from_its_own_issue_on() -> None:
    two = Forecasts(
        np.array([ORIGIN, ORIGIN + 2]),
        np.array([week(100.0, 200.0, 300.0), week(300.0, 400.0)]),
        *(np.full((2, HOURS_AHEAD), nan) for _ in range(2)),
    )

    scores = score(two, actual(100.0, 200.0, 300.0, 500.0))

    assert scores.by_day[:, SCORED, 0].tolist() == [3, 2]
    assert scores.by_day[:, ERROR, 0].tolist() == pytest.approx([0.0, 0.2])  # |400 - 500| / 500


def test_a_forecast_issued_before_the_first_reading_is_scored_from_there() -> None:
    scores = score(forecasts(week(*[100.0] * 4)), actual(100.0, 200.0, first=ORIGIN + 2))

    assert (day(scores)[SCORED], day(scores)[ERROR]) == (2, 0.5)


def test_the_saving_is_that_of_four_hours_at_the_lowest_forecast_against_the_mean_of_all_starts() -> None:
    # What came: 100 g but for 0 g in the hours 10 to 13. Of the 21 starts, those at 7 to 13 have 75, 50, 25, 0, 25, 50
    # and 75: 300 g instead of 700. The mean is (14 x 100 + 300) / 21 = 80.952, so 80.952 could be saved.
    # The forecast has its lowest hours one later, 11 to 14: that start has 25 g and saves 55.952.
    truth = [0.0 if 10 <= hour <= 13 else 100.0 for hour in range(24)]
    outlook = [1.0 if 11 <= hour <= 14 else 100.0 for hour in range(24)]

    savings = score(forecasts(week(*outlook)), actual(*truth)).savings[0]

    assert savings[POSSIBLE] == pytest.approx(1700 / 21)
    assert savings[CAPTURED] == pytest.approx(1700 / 21 - 25)
    assert savings[JOBS] == 1


def test_a_day_with_an_unknown_hour_says_nothing_of_the_saving() -> None:
    scores = score(forecasts(week(*[100.0] * 24)), actual(*[100.0] * 10, nan, *[50.0] * 13))

    assert scores.savings.tolist() == [[0.0, 0.0, 0.0]]


def test_jobs_that_would_have_waited_are_listed_with_the_saving_that_was_predicted_and_that_came() -> None:
    # 200 g now and 100 g in 30 hours. A job of 1 h does not wait within 24 h, and waits 30 h within the week; it saves
    # log(200 / 100) as predicted, and log(210 / 140) as it came. Jobs of 4 and 12 h end at hours 34 and 42: unknown.
    outlook = week(*[200.0] * 30, 100.0)
    truth = [210.0] * 30 + [140.0]

    waits = score(forecasts(outlook), actual(*truth)).waits

    of_an_hour = [row for row in waits.tolist() if row[1] == 30]
    assert of_an_hour == [[0, 30, pytest.approx(log(2)), pytest.approx(log(1.5))]]


def test_a_job_that_starts_at_once_is_not_in_the_list_of_those_that_wait() -> None:
    rising = [100.0 + hour for hour in range(HOURS_AHEAD)]

    assert len(score(forecasts(week(*rising)), actual(*rising)).waits) == 0


hours = st.lists(st.floats(1.0, 1000.0), min_size=24, max_size=24)


@given(hours)
def test_a_perfect_forecast_captures_all_that_is_possible(values: list[float]) -> None:
    captured, possible = captured_savings(np.array([values]), np.array([values]))

    assert captured == pytest.approx(possible, abs=1e-5)


@given(hours, hours)
def test_no_forecast_captures_more_than_is_possible(truth: list[float], outlook: list[float]) -> None:
    captured, possible = captured_savings(np.array([truth]), np.array([outlook]))

    assert captured[0] <= possible[0] + 1e-9


@given(hours, hours, st.floats(0.1, 10.0))
def test_another_level_of_both_changes_no_relative_error(
    truth: list[float], outlook: list[float], level: float
) -> None:
    # So a source may be scored at its own level where the catalog corrects it. All stay above 1 g.
    plain = score(forecasts(week(*outlook) * 10), actual(*(10 * hour for hour in truth)))
    other = score(forecasts(week(*outlook) * 10 * level), actual(*(10 * level * hour for hour in truth)))

    assert other.by_day == pytest.approx(plain.by_day)
