"""Jobs whose power changes with time: their best window against brute force, every second tried."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.outlook.series import Series
from planning.scheduling.bounds import least_total
from planning.scheduling.power import Power
from planning.scheduling.windows import best_windows, lowest_mean

STEP_SECONDS = 60
intensities = st.integers(0, 15_000).map(lambda tenths: tenths / 10)


def mean_by_hand(values: list[float], phases: list[tuple[int, int]], start: float) -> float:
    """Each step's value times the energy that each phase uses in it, over all energy."""
    weighted, energy = 0.0, 0.0
    for seconds, watts in phases:
        end = start + seconds
        for index, value in enumerate(values):
            opens, closes = index * STEP_SECONDS, (index + 1) * STEP_SECONDS
            weighted += value * watts * max(0.0, min(closes, end) - max(opens, start))
        energy += watts * seconds
        start = end
    return weighted / energy


@dataclass(frozen=True)
class Case:
    values: list[float]
    phases: list[tuple[int, int]]
    earliest: int
    latest: int

    @property
    def power(self) -> Power:
        return Power.of_watts((seconds / 3600, float(watts)) for seconds, watts in self.phases)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Steps of a minute and phases of seconds, so that every second can be tried as a start."""
    values = draw(st.lists(intensities, min_size=1, max_size=8))
    span = len(values) * STEP_SECONDS
    lengths = draw(st.lists(st.integers(1, max(span // 4, 1)), min_size=1, max_size=4))
    watts = draw(st.lists(st.integers(0, 500), min_size=len(lengths), max_size=len(lengths)).filter(any))
    room = span - sum(lengths)
    earliest = draw(st.integers(0, room))
    return Case(values, list(zip(lengths, watts, strict=True)), earliest, draw(st.integers(earliest, room)))


@given(cases())
def test_no_start_at_any_second_has_a_lower_mean_by_energy_than_the_best_window(case: Case) -> None:
    series = Series.of(np.array(case.values), STEP_SECONDS)

    start, mean = lowest_mean(series, case.power)(case.earliest, case.latest)

    assert case.earliest <= start <= case.latest
    assert mean == pytest.approx(mean_by_hand(case.values, case.phases, start), rel=1e-7, abs=1e-7)
    for second in range(case.earliest, case.latest + 1):
        assert mean <= mean_by_hand(case.values, case.phases, second) + 1e-6


@given(cases())
def test_no_earlier_second_is_as_good(case: Case) -> None:
    series = Series.of(np.array(case.values), STEP_SECONDS)

    start, mean = lowest_mean(series, case.power)(case.earliest, case.latest)

    for second in range(case.earliest, int(np.ceil(start - 1e-6))):
        assert mean_by_hand(case.values, case.phases, second) > mean * (1 + 1e-12)


@given(case=cases(), other=st.lists(intensities, min_size=8, max_size=8))
def test_many_zones_at_once_give_what_each_gives_alone(case: Case, other: list[float]) -> None:
    rows = [case.values, other[: len(case.values)]]
    times = {"earliest": case.earliest, "latest": case.latest, "duration": case.power.seconds}

    together = best_windows(Series.of(np.array(rows), STEP_SECONDS), **times, power=case.power)

    for index, row in enumerate(rows):
        alone = best_windows(Series.of(np.array(row), STEP_SECONDS), **times, power=case.power)
        assert together.starts[index] == pytest.approx(alone.starts[0])
        assert together.means[index] == pytest.approx(alone.means[0])


@given(cases())
def test_no_window_undercuts_the_lowest_moments_of_the_layers_of_power(case: Case) -> None:
    series = Series.of(np.array(case.values), STEP_SECONDS)
    end = case.latest + case.power.seconds

    bound = sum(
        share * least_total(series, earliest=case.earliest, end=end, duration=seconds)[0]
        for share, seconds in case.power.layers
    )

    _, mean = lowest_mean(series, case.power)(case.earliest, case.latest)
    assert bound <= mean * case.power.seconds * (1 + 1e-9) + 1e-6


def test_the_hungry_phase_decides() -> None:
    # An hour of 100 W, then one of 300 W, over 100, 40, 10, 100. From 00:00 (100 + 3 x 40)/4 = 55; from 01:00
    # (40 + 3 x 10)/4 = 17.5; from 02:00 (10 + 3 x 100)/4 = 77.5. The other way round: 85, 32.5 and 32.5.
    series = Series.of(np.array([100.0, 40.0, 10.0, 100.0]), 3600)

    rising = lowest_mean(series, Power.of_watts([(1, 100), (1, 300)]))(0, 7200)
    falling = lowest_mean(series, Power.of_watts([(1, 300), (1, 100)]))(0, 7200)

    assert rising == pytest.approx((3600, 17.5))
    assert falling == pytest.approx((3600, 32.5))  # of equals the earliest


def test_an_optimum_may_touch_a_boundary_with_a_change_of_power_alone() -> None:
    # 90 minutes of 900 W, then 30 of 100 W, over 50, 10, 90. From 00:30 the power falls at 02:00, just when 90 begins:
    # 900 x (0.5 x 50 + 10) + 100 x 0.5 x 90 = 36,000 over 1,400 Wh are 25.71. Start and end are on no boundary.
    series = Series.of(np.array([50.0, 10.0, 90.0]), 3600)

    best = lowest_mean(series, Power.of_watts([(1.5, 900), (0.5, 100)]))(0, 3600)

    assert best == pytest.approx((1800, 36_000 / 1400))


def test_layers_stack_up_to_the_levels() -> None:
    # Shares of 0.5 for 2 h and 2 for 1 h: 0.5 for all 3 h, and 1.5 above it for 1 h.
    assert Power((7200.0, 10_800.0), (0.5, 2.0)).layers == [(0.5, 10_800.0), (1.5, 3600.0)]
    assert Power.even(3600).layers == [(1.0, 3600.0)]


def test_neighbours_of_equal_power_are_one_phase() -> None:
    assert Power.of_watts([(1, 200), (0.5, 200)]) == Power.even(5400)
    assert Power.of_watts([(1, 0), (1, 0)]) == Power.even(7200)
    # 100 W for 2 h and 400 W for 1 h are 200 W on average: shares of 0.5 and 2.
    assert Power.of_watts([(1, 100), (1, 100), (1, 400)]) == Power((7200.0, 10_800.0), (0.5, 2.0))
