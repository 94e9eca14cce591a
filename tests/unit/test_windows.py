"""The best window against brute force: every second, and an integral added up step by step."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planning.outlook.series import Series
from planning.scheduling.power import Power
from planning.scheduling.windows import best_windows, lowest_mean, next_best_windows


def mean_by_hand(values: list[float], step_seconds: float, start: float, duration: float) -> float:
    """Each step's value times the seconds of the window that lie in it, over all seconds."""
    weighted = 0.0
    for index, value in enumerate(values):
        opens, closes = index * step_seconds, (index + 1) * step_seconds
        weighted += value * max(0.0, min(closes, start + duration) - max(opens, start))
    return weighted / duration


@dataclass(frozen=True)
class Case:
    values: list[float]
    earliest: int
    latest: int
    duration: int


STEP_SECONDS = 60
intensities = st.integers(0, 15_000).map(lambda tenths: tenths / 10)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to ten one-minute steps, so that every second can be tried as a start."""
    values = draw(st.lists(intensities, min_size=1, max_size=10))
    span = len(values) * STEP_SECONDS
    duration = draw(st.integers(1, span))
    earliest = draw(st.integers(0, span - duration))
    latest = draw(st.integers(earliest, span - duration))
    return Case(values, earliest, latest, duration)


@given(cases())
def test_no_start_at_any_second_has_a_lower_mean_than_the_best_window(case: Case) -> None:
    series = Series.of(np.array(case.values), STEP_SECONDS)

    best = best_windows(series, earliest=case.earliest, latest=case.latest, duration=case.duration)

    start, mean = float(best.starts[0]), float(best.means[0])
    assert case.earliest <= start <= case.latest
    assert mean == pytest.approx(mean_by_hand(case.values, STEP_SECONDS, start, case.duration), rel=1e-9, abs=1e-9)
    for second in range(case.earliest, case.latest + 1):
        assert mean <= mean_by_hand(case.values, STEP_SECONDS, second, case.duration) + 1e-9


@given(cases())
def test_no_earlier_second_is_as_good_as_the_best_window(case: Case) -> None:
    series = Series.of(np.array(case.values), STEP_SECONDS)

    best = best_windows(series, earliest=case.earliest, latest=case.latest, duration=case.duration)

    start, mean = float(best.starts[0]), float(best.means[0])
    for second in range(case.earliest, int(np.ceil(start))):
        assert mean_by_hand(case.values, STEP_SECONDS, second, case.duration) > mean + 1e-10


@given(
    values=st.lists(intensities, min_size=2, max_size=200),
    start_minute=st.integers(0, 59),
    minutes=st.integers(1, 12_000),
    offset=st.floats(0, 1),
)
def test_hourly_series_of_days_agree_with_the_integral_added_up_step_by_step(
    values: list[float], start_minute: int, minutes: int, offset: float
) -> None:
    span, earliest, duration = len(values) * 3600, start_minute * 60, minutes * 60
    assume(earliest + duration <= span)
    latest = earliest + offset * (span - duration - earliest)
    series = Series.of(np.array(values), 3600)

    best = best_windows(series, earliest=earliest, latest=latest, duration=duration)

    start, mean = float(best.starts[0]), float(best.means[0])
    assert mean == pytest.approx(mean_by_hand(values, 3600, start, duration), rel=1e-9, abs=1e-9)
    boundaries = [hour * 3600 for hour in range(len(values) + 1)]
    tried = [earliest, latest, *boundaries, *(b - duration for b in boundaries), *range(earliest, int(latest), 4999)]
    for moment in tried:
        if earliest <= moment <= latest:
            assert mean <= mean_by_hand(values, 3600, moment, duration) + 1e-6


@given(rows=st.lists(st.lists(intensities, min_size=6, max_size=6), min_size=1, max_size=5))
def test_many_zones_at_once_give_what_each_gives_alone(rows: list[list[float]]) -> None:
    together = best_windows(Series.of(np.array(rows), 3600), earliest=700, latest=9000, duration=5000)

    for index, row in enumerate(rows):
        alone = best_windows(Series.of(np.array(row), 3600), earliest=700, latest=9000, duration=5000)
        assert together.starts[index] == alone.starts[0]
        assert together.means[index] == pytest.approx(alone.means[0])


@given(value=intensities, earliest=st.integers(0, 3600), duration=st.integers(1, 20_000))
def test_a_constant_series_starts_at_the_earliest_moment(value: float, earliest: int, duration: int) -> None:
    series = Series.of(np.full(10, value), 3600)

    best = best_windows(series, earliest=earliest, latest=36_000 - 20_000, duration=duration)

    assert best.starts[0] == earliest
    assert best.means[0] == pytest.approx(value)


@given(period=st.lists(intensities, min_size=3, max_size=24), minutes=st.integers(10, 180))
def test_a_series_that_repeats_itself_starts_in_its_first_period(period: list[float], minutes: int) -> None:
    series = Series.of(np.array(period * 4), 3600)
    span = len(period) * 3600

    best = best_windows(series, earliest=0, latest=3 * span, duration=minutes * 60)

    assert best.starts[0] < span


def test_a_window_longer_than_the_dip_ends_with_it_where_that_is_cheaper() -> None:
    # Two hours in 100, 80, 20, 60: 01:00-03:00 is (80+20)/2 = 50, 02:00-04:00 is (20+60)/2 = 40.
    # Ninety minutes: from 02:00 (20 + 60/2)/1.5 = 33.33; ending at 03:00 (80/2 + 20)/1.5 = 40.
    series = Series.of(np.array([100.0, 80.0, 20.0, 60.0]), 3600)

    two_hours = best_windows(series, earliest=0, latest=7200, duration=7200)
    ninety_minutes = best_windows(series, earliest=0, latest=9000, duration=5400)

    assert (two_hours.starts[0], two_hours.means[0]) == (7200, 40)
    assert (ninety_minutes.starts[0], ninety_minutes.means[0]) == (7200, pytest.approx(100 / 3))


def test_an_optimum_may_touch_a_boundary_with_its_end_alone() -> None:
    # Ninety minutes in 50, 10, 90: ending at 02:00 it takes half an hour of 50 and all of 10: 35/1.5.
    series = Series.of(np.array([50.0, 10.0, 90.0]), 3600)

    best = best_windows(series, earliest=0, latest=5400, duration=5400)

    assert best.starts[0] == 1800
    assert best.means[0] == pytest.approx(35 / 1.5)


def pieces(case: Case, cuts: list[int]) -> list[tuple[float, float]]:
    """The starts of the case without those between every second pair of cuts."""
    ends = sorted({case.earliest, case.latest, *(cut for cut in cuts if case.earliest <= cut <= case.latest)})
    return [(low, high) for low, high in zip(ends[::2], ends[1::2], strict=False)] or [(case.earliest, case.latest)]


seconds = st.integers(0, 10 * STEP_SECONDS)


@given(case=cases(), count=st.integers(1, 6), apart=st.integers(1, 300))
def test_next_best_windows_start_with_the_best_and_keep_their_distance(case: Case, count: int, apart: int) -> None:
    series = Series.of(np.array(case.values), STEP_SECONDS)

    windows = next_best_windows(
        lowest_mean(series, Power.even(case.duration)), starts=[(case.earliest, case.latest)], apart=apart, count=count
    )

    best = best_windows(series, earliest=case.earliest, latest=case.latest, duration=case.duration)
    assert windows[0] == (best.starts[0], best.means[0])
    assert len(windows) <= count
    means = [mean for _, mean in windows]
    assert all(after >= before * (1 - 1e-8) - 1e-9 for before, after in pairwise(means))
    starts = sorted(start for start, _ in windows)
    assert all(case.earliest <= start <= case.latest for start in starts)
    assert all(later >= sooner + apart - 1e-6 for sooner, later in pairwise(starts))


@given(case=cases(), cuts=st.lists(seconds, max_size=6), apart=st.integers(1, 300))
def test_each_next_best_window_is_the_best_of_the_allowed_seconds_left(case: Case, cuts: list[int], apart: int) -> None:
    allowed = pieces(case, cuts)
    series = Series.of(np.array(case.values), STEP_SECONDS)

    windows = next_best_windows(lowest_mean(series, Power.even(case.duration)), starts=allowed, apart=apart, count=3)

    for position, (start, mean) in enumerate(windows):
        assert any(low <= start <= high for low, high in allowed)
        taken = [start for start, _ in windows[:position]]
        for second in range(case.earliest, case.latest + 1):
            is_allowed = any(low <= second <= high for low, high in allowed)
            if is_allowed and all(abs(second - start) >= apart for start in taken):
                assert mean <= mean_by_hand(case.values, STEP_SECONDS, second, case.duration) * (1 + 1e-8) + 1e-9


@given(
    values=st.lists(intensities, min_size=2, max_size=12),
    hours=st.integers(1, 12),
    off=st.sampled_from([-1e-6, -1e-9, -4.5e-13, 4.5e-13, 1e-9, 5e-7]),
)
def test_a_length_a_rounding_away_from_whole_hours_gives_what_whole_hours_give(
    values: list[float], hours: int, off: float
) -> None:
    assume(hours <= len(values))
    series = Series.of(np.array(values), 3600)
    latest = (len(values) - hours) * 3600

    whole = best_windows(series, earliest=0, latest=latest, duration=hours * 3600)
    near = best_windows(series, earliest=0, latest=latest, duration=hours * 3600 + off)

    assert near.means[0] == pytest.approx(whole.means[0], rel=1e-8, abs=1e-6)


def test_next_best_windows_stop_when_no_more_fit() -> None:
    # One-hour windows in 30, 10, 20 starting at 00:00 to 02:00: the three hours themselves, then nothing is left.
    series = Series.of(np.array([30.0, 10.0, 20.0]), 3600)

    windows = next_best_windows(lowest_mean(series, Power.even(3600)), starts=[(0, 7200)], apart=3600, count=9)

    assert windows == [(3600.0, 10.0), (7200.0, 20.0), (0.0, 30.0)]


def test_windows_that_leave_the_series_are_refused() -> None:
    series = Series.of(np.array([1.0, 2.0]), 3600)

    with pytest.raises(ValueError, match="does not lie within"):
        best_windows(series, earliest=0, latest=3601, duration=3600)
    with pytest.raises(ValueError, match="does not lie within"):
        best_windows(series, earliest=0, latest=0, duration=7201)
    with pytest.raises(ValueError, match="does not lie within"):
        series.means(np.array([-1.0]), 60)
    with pytest.raises(ValueError, match="before the earliest"):
        best_windows(series, earliest=1800, latest=0, duration=60)
    with pytest.raises(ValueError, match="above 0"):
        best_windows(series, earliest=0, latest=0, duration=0)


@pytest.mark.parametrize("duration", [1.0, 0.01, 1e-6, 5e-324])
def test_a_moment_s_mean_is_the_intensity_at_its_start(duration: float) -> None:
    # A year of 0.3 and then 400: the sums grow to 10^7, and differences over a moment would drown in their rounding.
    series = Series.of(np.array([0.3] * 8760 + [400.0, 300.0]), 3600)

    best = best_windows(series, earliest=8760 * 3600 + 7, latest=8760 * 3600 + 9, duration=duration)

    assert best.means[0] == pytest.approx(400, rel=1e-6)
    assert series.means(np.array([8761 * 3600.0]), duration)[0, 0] == pytest.approx(300, rel=1e-6)


NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "start", "mean"),
    [
        ([5.0, 4.0, 3.0, NAN, NAN], 60.0, 3.5),  # the window from 120 on would reach beyond what is known
        ([5.0, 4.0, NAN, 1.0, 1.0], 0.0, 4.5),  # what comes after an unknown step does not compete
    ],
)
def test_windows_with_an_unknown_step_do_not_compete(values: list[float], start: float, mean: float) -> None:
    series = Series.of(np.array(values), 60.0)

    best = best_windows(series, earliest=0.0, latest=180.0, duration=120.0)
    windows = next_best_windows(lowest_mean(series, Power.even(120.0)), starts=[(0.0, 180.0)], apart=60.0, count=4)

    assert (best.starts[0], best.means[0]) == (start, mean)
    assert windows[0] == (start, mean)
    assert not np.isnan([figure for _, figure in windows]).any()


def test_where_no_step_is_known_the_mean_of_the_best_window_is_not_a_number() -> None:
    series = Series.of(np.array([NAN] * 5), 60.0)

    windows = next_best_windows(lowest_mean(series, Power.even(120.0)), starts=[(0.0, 180.0)], apart=60.0, count=4)

    assert len(windows) == 1
    assert np.isnan(windows[0][1])


def test_zones_with_and_without_known_steps_are_searched_side_by_side() -> None:
    series = Series.of(np.array([[5.0, 4.0, 3.0, NAN], [NAN] * 4, [1.0, 2.0, 3.0, 4.0]]), 60.0)

    best = best_windows(series, earliest=0.0, latest=120.0, duration=120.0)

    assert best.starts[[0, 2]].tolist() == [60.0, 0.0]
    assert best.means[[0, 2]].tolist() == [3.5, 1.5]
    assert np.isnan(best.means[1])
