"""The skill of stored forecasts: which hours and readings count, what is stored of a day, and the figures of many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import nan

import numpy as np
import pytest

from carbon.intensity import Quality, Signal
from planning.history.skill import actual_hours, by_hour, scores_of_zone, skill_of_series, skills_of
from store.history.readings import Readings
from store.history.scores import DayScores, IssuedForecast
from tests.fakes.past import readings

FIRST = datetime(2026, 2, 2, tzinfo=UTC)
HOUR = int(FIRST.timestamp()) // 3600
AVERAGE = Signal.AVERAGE_LIFECYCLE


def issued(
    hour: int, values: Sequence[float], *, starts: int | None = None, step: int = 60, width: float | None = None
) -> IssuedForecast:
    """In this hour after FIRST. width: of the range on either side; None: it has none."""
    hours = np.array(values, np.float64)
    none = np.array([])
    return IssuedForecast(
        issued_hour=HOUR + hour,
        starts_minute=60 * (HOUR + (hour if starts is None else starts)),
        step_minutes=step,
        values=hours,
        low=none if width is None else hours - width,
        high=none if width is None else hours + width,
    )


def scored(
    source: str, forecasts: Sequence[IssuedForecast], past: Sequence[Readings], hours: int, *, level: float = 1.0
) -> list[DayScores]:
    """At `hours` after FIRST. level: by which the catalog corrects the readings."""
    corrected = [readings(FIRST, (one.gco2e_per_kwh * level).tolist(), source=one.source) for one in past]
    return list(scores_of_zone(AVERAGE, "DE", {source: forecasts}, past, corrected, HOUR + hours))


def test_an_hour_is_the_mean_of_its_readings_if_they_last_half_of_it() -> None:
    # 100 and 200 for a quarter each: 150. In the next hour there is one quarter alone: not known.
    quarters = readings(FIRST, [100.0, 200.0, None, None, 300.0], minutes=15)

    hours = actual_hours([quarters], HOUR, HOUR + 2)

    assert hours.values.tolist() == pytest.approx([150.0, nan], nan_ok=True)


def test_of_several_sources_the_one_that_covers_most_of_an_hour_counts_and_of_equals_the_trusted_one() -> None:
    trusted = readings(FIRST, [100.0, 100.0, None, None, 100.0, 100.0, 100.0, 100.0], minutes=15, source="trusted")
    other = readings(FIRST, [300.0, 300.0], source="other")

    assert actual_hours([trusted, other], HOUR, HOUR + 2).values.tolist() == [300.0, 100.0]


def test_an_hour_with_one_estimated_reading_is_an_estimate() -> None:
    measured = readings(FIRST, [100.0, None])
    estimate = readings(FIRST + timedelta(hours=1), [100.0], quality=Quality.ESTIMATED)

    assert actual_hours([measured, estimate], HOUR, HOUR + 2).is_estimated.tolist() == [False, True]


def test_of_six_hours_the_first_forecast_is_scored() -> None:
    forecasts = by_hour([issued(hour, [float(hour)]) for hour in (0, 1, 5, 7, 8, 12)])

    assert (forecasts.origins - HOUR).tolist() == [0, 7, 12]
    assert forecasts.values[:, 0].tolist() == [0.0, 7.0, 12.0]


def test_a_forecast_counts_from_the_hour_of_its_issue_on() -> None:
    early, late = by_hour([issued(2, [1.0, 2.0, 3.0], starts=0), issued(8, [5.0], starts=9)]).values

    assert early[:2].tolist() == pytest.approx([3.0, nan], nan_ok=True)
    assert late[:3].tolist() == pytest.approx([nan, 5.0, nan], nan_ok=True)


def test_steps_within_an_hour_count_as_their_mean_and_not_where_one_is_unknown() -> None:
    (hours,) = by_hour([issued(0, [10.0, 20.0, 30.0, 40.0, 10.0, nan, 10.0, 10.0], step=15)]).values

    assert hours[:2].tolist() == pytest.approx([25.0, nan], nan_ok=True)


def test_a_source_s_forecast_is_scored_against_the_readings_of_that_source_as_both_were_published() -> None:
    # The forecast says 110 g. Its source has 100 g: an error of 10 %. The more trusted source has 220 g, the corrected
    # level of both is twice as high.
    past = [readings(FIRST, [220.0], source="trusted"), readings(FIRST, [100.0], source="one")]

    (day,) = scored("one-forecast", [issued(0, [110.0])], past, 1, level=2.0)

    assert (day.sums[0], day.sums[7]) == (pytest.approx(0.1), 1)


def test_our_own_forecast_is_scored_against_what_it_is_made_of() -> None:
    # At the corrected level the trusted source has 200 g; our forecast says 150 g: an error of 25 %.
    past = [readings(FIRST, [100.0], source="trusted"), readings(FIRST, [300.0], source="one")]

    (day,) = scored("recent-hours-336h", [issued(0, [150.0])], past, 1, level=2.0)

    assert day.sums[0] == pytest.approx(0.25)


def test_forecasts_without_any_reading_of_their_source_have_missing_hours_alone() -> None:
    (day,) = scored("one-forecast", [issued(0, [110.0] * 5)], [readings(FIRST, [100.0] * 5, source="two")], 3)

    assert (day.sums[7], day.sums[14]) == (0, 3)


def test_each_utc_day_of_issue_has_its_own_sums() -> None:
    past = [readings(FIRST, [100.0] * 48)]
    forecasts = [issued(0, [110.0]), issued(6, [120.0]), issued(24, [150.0])]

    first, second = scored("one-forecast", forecasts, past, 48)

    assert (first.day, second.day) == (HOUR // 24, HOUR // 24 + 1)
    assert (first.sums[0], first.sums[7]) == (pytest.approx(0.3), 2)  # 10 % and 20 %
    assert second.sums[0] == pytest.approx(0.5)


def four_a_day(days: int, *, width: float | None = None) -> list[DayScores]:
    """Forecasts of 24 hours every six hours for so many days; each hour is 10 % too high."""
    past = [readings(FIRST, [100.0] * 24 * (days + 1), source="one")]
    forecasts = [issued(6 * number, [110.0] * 24, width=width) for number in range(4 * days)]
    return scored("one-forecast", forecasts, past, 24 * (days + 1))


def test_the_figures_of_many_days_are_those_of_all_their_hours() -> None:
    # 2 days x 4 forecasts x 24 hours = 192 hours, each 10 % off. The range of 110 +- 20 contains 100, that of +- 5 not.
    ((skill, _),) = skills_of(four_a_day(2, width=20.0))

    (day,) = skill.lead_days
    assert (skill.zone, skill.source, skill.issue_days) == ("DE", "one-forecast", 2)
    assert (day.lead_day, day.forecasts, day.hours, day.hours_without_reading) == (1, 8, 192, 0)
    assert (day.mape, day.coverage) == pytest.approx((0.1, 1.0))
    assert skills_of(four_a_day(2, width=5.0)).__next__()[0].lead_days[0].coverage == 0.0


def test_a_figure_of_less_than_a_week_of_hours_is_null_and_its_counts_are_not() -> None:
    # One day: 4 x 24 = 96 hours, fewer than 168.
    ((skill, _),) = skills_of(four_a_day(1, width=20.0))

    assert (skill.lead_days[0].mape, skill.lead_days[0].coverage, skill.lead_days[0].hours) == (None, None, 96)


def test_without_a_range_the_coverage_is_null() -> None:
    ((skill, _),) = skills_of(four_a_day(2))

    assert skill.lead_days[0].mape == pytest.approx(0.1)
    assert skill.lead_days[0].coverage is None


@pytest.mark.parametrize(("forecasts", "captured"), [(28, 0.75), (27, None)])
def test_the_captured_share_is_that_of_all_jobs_and_null_for_fewer_than_28(
    forecasts: int, captured: float | None
) -> None:
    # Each could have saved 40 g and saved 30 g by the forecast.
    sums = np.array([*[1.0] * 42, 30.0, 40.0, 1.0, *[1.0] * 7])
    one = DayScores(
        series=four_a_day(1)[0].series,
        day=0,
        sums=sums,
        waits=np.zeros((0, 3)),
    )

    skill = skill_of_series(one.series, [one] * forecasts)

    assert [day.captured for day in skill.lead_days] == [captured, *[None] * 6]


def test_where_nothing_could_be_saved_no_share_is_captured() -> None:
    ((skill, _),) = skills_of(four_a_day(10))  # what came is always 100 g

    assert skill.lead_days[0].captured is None
