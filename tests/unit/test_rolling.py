"""Means over windows of a forecast: where windows begin, which ones count, and that each is weighted by overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.errors import InvalidRequest
from carbon.intensity import Quality
from carbon.points import StepForecast, WindowsQuery, lowest, lowest_of_all, worst_quality
from planning.outlook.rolling import windows_of

START = datetime(2026, 3, 3, 10, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Values = list[float | None]


def forecast(values: Values, step: timedelta = HOUR, baseline_from: datetime | None = None) -> StepForecast:
    return StepForecast(
        starts_at=START,
        step=step,
        gco2e_per_kwh=tuple(values),
        generated_at=START,
        source="one",
        baseline_from=baseline_from,
    )


def mean_by_the_minute(values: Values, step_minutes: int, start: int, minutes: int) -> float | None:
    """The mean over [start, start + minutes), minutes from the first step; None if a step of it is not known."""
    each = [values[minute // step_minutes] for minute in range(start, start + minutes)]
    known = [value for value in each if value is not None]
    return sum(known) / len(each) if len(known) == len(each) else None


steps = st.sampled_from([5, 15, 30, 60])
some_values = st.lists(st.none() | st.floats(min_value=1, max_value=2000), min_size=1, max_size=30)


@given(values=some_values, step=steps, begin=st.integers(0, 300), end=st.integers(1, 600), window=st.integers(1, 400))
def test_windows_are_those_that_a_count_minute_by_minute_finds(
    values: Values, step: int, begin: int, end: int, window: int
) -> None:
    length = step * len(values)
    begin, end = min(begin, length - 1), min(end, length)
    if begin >= end:
        return
    query = WindowsQuery(start=START + begin * MINUTE, end=START + end * MINUTE, window=window * MINUTE)

    points = windows_of(forecast(values, step * MINUTE), query).points

    starts = range(begin, end - window + 1, step)
    means = {start: mean_by_the_minute(values, step, start, window) for start in starts}
    expected = {START + start * MINUTE: mean for start, mean in means.items() if mean is not None}
    assert [point.starts_at for point in points] == list(expected)
    assert [point.gco2e_per_kwh for point in points] == pytest.approx(list(expected.values()), abs=2e-3)
    assert {point.ends_at - point.starts_at for point in points} <= {window * MINUTE}


@given(values=some_values, step=steps)
def test_a_window_of_one_step_from_the_first_point_on_is_that_step(values: Values, step: int) -> None:
    whole = forecast(values, step * MINUTE)

    assert windows_of(whole, WindowsQuery(window=whole.step)).points == windows_of(whole, WindowsQuery()).points


@given(values=st.lists(st.integers(1, 5).map(float), min_size=1, max_size=20))
def test_the_lowest_are_all_points_that_no_point_is_below(values: Values) -> None:
    windows = windows_of(forecast(values), WindowsQuery())

    least = min(value for value in values if value is not None)
    assert [point.gco2e_per_kwh for point in windows.lowest] == [least] * values.count(least)


def test_the_lowest_of_no_points_are_none() -> None:
    assert (lowest([]), lowest_of_all([(), ()]), worst_quality([])) == ((), [(), ()], None)


def test_windows_that_look_equal_are_equally_low() -> None:
    # 0.1 + 0.2 and 0.3 + 0.0 differ in the last bit of a float.
    windows = windows_of(forecast([0.1, 0.2, 0.1, 0.2]), WindowsQuery(window=2 * HOUR))

    assert [point.gco2e_per_kwh for point in windows.lowest] == [0.15, 0.15, 0.15]


def test_what_ends_after_the_forecasts_do_is_a_baseline() -> None:
    whole = forecast([1.0, 2.0, 3.0, 4.0], baseline_from=START + 2 * HOUR)

    qualities = [point.quality for point in windows_of(whole, WindowsQuery(window=2 * HOUR)).points]

    assert qualities == [Quality.FORECAST, Quality.BASELINE, Quality.BASELINE]


@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [(-1, None, {"start"}), (None, 241, {"end"}), (240, None, {"start"}), (0, 240, set()), (120, 60, {"start"})],
)
def test_bounds_outside_the_forecast_are_refused_by_name(start: int | None, end: int | None, wrong: set[str]) -> None:
    query = WindowsQuery(
        start=None if start is None else START + start * MINUTE, end=None if end is None else START + end * MINUTE
    )
    whole = forecast([1.0, 2.0, 3.0, 4.0])

    if not wrong:
        windows_of(whole, query)
        return
    with pytest.raises(InvalidRequest) as refused:
        windows_of(whole, query)
    assert {str(error.location[0]) for error in refused.value.errors} == wrong
