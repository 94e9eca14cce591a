"""The past as points in the steps of its source, and which forecast was the newest one at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from carbon.errors import HistoryIncomplete
from planning.history.issued import newest_issued
from planning.history.span_points import past_points, usual_points
from store.history.readings import minute_of
from store.history.scores import IssuedForecast
from tests.fakes.clouds import cloud_map
from tests.fakes.past import readings

TEN = datetime(2026, 2, 11, 10, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_points_are_the_readings_that_hold_at_any_time_between() -> None:
    source = readings(TEN, [1.0, 2.0, 3.0, 4.0], minutes=15)

    points = past_points([source], TEN + 20 * MINUTE, TEN + 45 * MINUTE)

    assert [(point.starts_at, point.gco2e_per_kwh) for point in points] == [
        (TEN + 15 * MINUTE, 2.0),
        (TEN + 30 * MINUTE, 3.0),
    ]


def test_all_points_are_of_the_source_that_covers_most_of_the_time() -> None:
    gaps = readings(TEN, [1.0, None, 3.0], source="gaps")
    whole = readings(TEN, [10.0, 20.0, 30.0], source="whole")

    assert {point.source for point in past_points([gaps, whole], TEN, TEN + 3 * HOUR)} == {"whole"}
    assert {point.source for point in past_points([gaps, whole], TEN, TEN + HOUR)} == {"gaps"}


def test_where_no_reading_holds_there_is_no_point() -> None:
    assert past_points([readings(TEN, [1.0])], TEN + HOUR, TEN + 2 * HOUR) == ()
    assert past_points([], TEN, TEN + HOUR) == ()


def test_usual_points_are_the_hours_of_the_profile_that_touch_the_time() -> None:
    points = usual_points("DE", cloud_map().profiles, TEN + 30 * MINUTE, TEN + 2 * HOUR)

    assert [point.starts_at for point in points] == [TEN, TEN + HOUR]
    assert {point.source for point in points} == {"profile"}


def issued(hour: datetime, value: float, hours: int = 24) -> IssuedForecast:
    empty = np.zeros(0)
    minute = minute_of(hour)
    return IssuedForecast(
        issued_hour=minute // 60,
        starts_minute=minute,
        step_minutes=60,
        values=np.full(hours, value),
        low=empty,
        high=empty,
    )


FORECASTS = {
    "own-288h": [issued(TEN - 2 * HOUR, 1.0)],
    "two-forecast": [issued(TEN - 2 * HOUR, 2.0)],
    "one-forecast": [issued(TEN - 6 * HOUR, 3.0, hours=3), issued(TEN - 2 * HOUR, 4.0), issued(TEN, 5.0)],
}


@pytest.mark.parametrize(
    ("trust", "moment", "value"),
    [
        (("one", "two"), TEN - MINUTE, 4.0),
        (("two", "one"), TEN - MINUTE, 2.0),
        (("two", "one"), TEN, 5.0),
        ((), TEN - MINUTE, 4.0),
        (("one",), TEN - 4 * HOUR, 3.0),
    ],
    ids=["the trusted one", "of equally new ones", "the newest", "no order", "an older one that had not ended"],
)
def test_the_newest_forecast_of_a_moment_counts_and_then_trust(
    trust: tuple[str, ...], moment: datetime, value: float
) -> None:
    assert newest_issued("DE", FORECASTS, trust, None, moment).gco2e_per_kwh[0] == value


def test_a_forecast_that_had_ended_is_not_the_one_of_a_moment() -> None:
    with pytest.raises(HistoryIncomplete, match="no forecast of DE is stored"):
        newest_issued("DE", FORECASTS, (), None, TEN - 3 * HOUR)


def test_forecasts_of_the_publisher_are_brought_to_the_corrected_level() -> None:
    forecasts = {"electricity-maps-forecast": [issued(TEN, 100.0)], "own-288h": [issued(TEN, 100.0)]}

    publisher = newest_issued("DE", forecasts, ("electricity-maps",), 1.5, TEN)
    own = newest_issued("DE", {"own-288h": forecasts["own-288h"]}, (), 1.5, TEN)

    assert (publisher.gco2e_per_kwh[0], publisher.source) == (150.0, "electricity-maps-forecast-corrected")
    assert (own.gco2e_per_kwh[0], own.source) == (100.0, "own-288h")
