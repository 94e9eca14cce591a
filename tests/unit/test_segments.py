"""How an interruptible job is cut into segments."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbon.workload import Interruption
from planning.outlook.series import Series
from planning.scheduling.bounds import least_total
from planning.scheduling.power import Power
from planning.scheduling.segments import SearchTooLarge, Segments, Span, best_segments

HOUR = 3600.0
ANY_CUT = Interruption()


def hourly(values: list[float]) -> Series:
    return Series.of(np.array(values), HOUR)


def run(
    values: list[float],
    *,
    hours: float,
    rule: Interruption = ANY_CUT,
    earliest: float = 0,
    closed: tuple[Span, ...] = (),
) -> Segments:
    segments = run_or_none(values, hours, rule, earliest, closed)
    assert segments is not None
    return segments


def run_or_none(
    values: list[float], hours: float, rule: Interruption = ANY_CUT, earliest: float = 0, closed: tuple[Span, ...] = ()
) -> Segments | None:
    return best_segments(
        hourly(values),
        earliest=earliest,
        end=len(values) * HOUR,
        job=Power.even(hours * HOUR),
        rule=rule,
        closed=closed,
    )


def spans_in_hours(segments: Segments) -> list[tuple[float, float]]:
    return [(start / HOUR, end / HOUR) for start, end in segments.spans]


def test_a_job_that_may_be_cut_freely_runs_in_the_lowest_hours() -> None:
    segments = run([300, 100, 300, 200, 300, 100], hours=2.5)
    assert spans_in_hours(segments) == [(1, 2), (3, 3.5), (5, 6)]
    assert segments.total == (100 + 200 / 2 + 100) * HOUR


def test_a_flat_forecast_is_no_reason_to_interrupt_or_to_wait() -> None:
    assert spans_in_hours(run([200] * 12, hours=3, earliest=0.5 * HOUR)) == [(0.5, 3.5)]
    assert spans_in_hours(run([200] * 12, hours=3, rule=Interruption(max_segments=3))) == [(0, 3)]


def test_no_segment_is_shorter_than_the_least_run() -> None:
    # Hour by hour the lowest are 1, 5 and 3. In runs of 2 h: hours 0-2 and 4-6 give 50 + 10 + 60 + 10 = 130.
    values = [50.0, 10, 90, 20, 60, 10, 90, 90]
    assert spans_in_hours(run(values, hours=4, rule=Interruption(min_run=2 * HOUR))) == [(0, 2), (4, 6)]
    # Four hours in one piece cost 50 + 10 + 90 + 20 = 170 at hour 0, 10 + 90 + 20 + 60 = 180 at 1, 90+20+60+10 at 2.
    assert spans_in_hours(run(values, hours=4, rule=Interruption(max_segments=1))) == [(0, 4)]


def test_a_restart_costs_energy_and_time_and_must_be_worth_it() -> None:
    # In one piece 10 + 10 + 30 + 30 = 80; cut, 10 + 10, a restart at 30 and 10 + 10 = 70.
    values = [50.0, 10, 10, 30, 30, 10, 10, 50]
    segments = run(values, hours=4, rule=Interruption(restart=HOUR))
    assert spans_in_hours(segments) == [(1, 3), (4, 7)]
    assert segments.total == 70 * HOUR
    assert segments.seconds == 5 * HOUR
    # A restart of two hours makes 100 of the cut.
    assert spans_in_hours(run(values, hours=4, rule=Interruption(restart=2 * HOUR))) == [(1, 5)]


def test_nothing_runs_in_a_closed_time() -> None:
    assert spans_in_hours(run([10.0, 10, 10, 10], hours=2, closed=((HOUR, 2 * HOUR),))) == [(0, 1), (2, 3)]
    rule = Interruption(max_segments=1)
    assert spans_in_hours(run([10.0, 10, 10, 10], hours=2, rule=rule, closed=((HOUR, 2 * HOUR),))) == [(2, 4)]
    assert run_or_none([10.0, 10, 10], 2, rule, closed=((HOUR, 2 * HOUR),)) is None


def test_a_job_that_is_longer_than_its_time_has_no_segments() -> None:
    assert run_or_none([10.0, 10], 2.5) is None
    assert run_or_none([10.0, 10], 2.5, Interruption(max_segments=2)) is None


def test_a_part_of_a_step_at_the_end_counts_as_that_part() -> None:
    # Grid of 5 min, as 1.5 h are no whole hours: the half hour after hour 1 costs less than the one before it.
    segments = run([90.0, 10, 40, 90], hours=1.5, rule=Interruption(max_segments=1))
    assert segments.grid_seconds == 300
    assert (spans_in_hours(segments), segments.total) == ([(1, 2.5)], (10 + 20) * HOUR)


def test_the_phase_with_most_power_runs_in_the_lowest_hours() -> None:
    # One hour at full power, then two at a tenth: 50 + 9 + 9 if started at hour 0, but 10 + 9 + 9 from hour 1 on.
    job = Power(ends=(HOUR, 3 * HOUR), levels=(1.0, 0.1))
    segments = best_segments(
        hourly([50.0, 10, 90, 90, 90]),
        earliest=0,
        end=5 * HOUR,
        job=job,
        rule=Interruption(max_segments=1),
    )
    assert segments is not None
    assert spans_in_hours(segments) == [(1, 4)]
    assert segments.total == pytest.approx(28 * HOUR)


def test_a_table_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(SearchTooLarge):
        best_segments(
            hourly([10.0] * 8760),
            earliest=100,
            end=8760 * HOUR,
            job=Power.even(1000 * HOUR),
            rule=Interruption(max_segments=2),
        )


def lowest_by_trial(
    values: list[int], levels: list[int], least: int, most: int, restart: int, closed: set[int]
) -> float:
    """Every way to cut the job: levels gives the power of each hour of work."""
    best, work = inf, len(levels)

    def follow(position: int, done: int, segments: int, cost: float) -> None:
        nonlocal best
        if done == work:
            best = min(best, cost)
        elif segments < most:
            wait = restart if segments else 0
            for start in range(position, len(values)):
                for length in range(min(least, work), work - done + 1):
                    end = start + wait + length
                    if end > len(values) or closed & set(range(start, end)):
                        continue
                    of_restart = sum(values[start : start + wait]) * levels[done]
                    of_work = sum(
                        v * level
                        for v, level in zip(values[start + wait : end], levels[done : done + length], strict=True)
                    )
                    follow(end, done + length, segments + 1, cost + of_restart + of_work)

    follow(0, 0, 0, 0.0)
    return best


@settings(max_examples=300, deadline=None)
@given(
    values=st.lists(st.integers(0, 9), min_size=1, max_size=8),
    levels=st.lists(st.integers(1, 3), min_size=1, max_size=4),
    least=st.integers(1, 3),
    most=st.sampled_from([1, 2, 3, None]),
    restart=st.integers(0, 2),
    closed=st.sets(st.integers(0, 7), max_size=2),
)
def test_no_other_way_to_cut_a_job_costs_less(
    values: list[int], levels: list[int], least: int, most: int | None, restart: int, closed: set[int]
) -> None:
    expected = lowest_by_trial(values, levels, least, most or 9, restart, closed)
    segments = best_segments(
        hourly([float(v) for v in values]),
        earliest=0,
        end=len(values) * HOUR,
        job=Power(tuple(HOUR * (n + 1) for n in range(len(levels))), tuple(float(level) for level in levels)),
        rule=Interruption(min_run=least * HOUR, max_segments=most, restart=restart * HOUR),
        closed=[(hour * HOUR, (hour + 1) * HOUR) for hour in sorted(closed)],
    )
    if segments is None:
        assert expected == inf
    else:
        assert segments.total == pytest.approx(expected * HOUR)
        assert all(end <= start for (_, end), (start, _) in pairwise(segments.spans))
        assert len(segments.spans) <= (most or 9)


@given(
    values=st.lists(st.floats(0, 900), min_size=4, max_size=12),
    earliest=st.floats(0, 1.9),
    hours=st.floats(0.1, 3),
)
def test_the_bound_of_a_zone_is_what_its_lowest_moments_cost(
    values: list[float], earliest: float, hours: float
) -> None:
    series, end = hourly(values), len(values) * HOUR
    bound = least_total(series, earliest=earliest * HOUR, end=end, duration=hours * HOUR)[0]
    free = run_or_none(values, hours, earliest=earliest * HOUR)
    if free is None:
        assert bound == inf
    else:
        assert bound == pytest.approx(free.total, abs=1e-3)
        one = run_or_none(values, hours, Interruption(max_segments=1), earliest * HOUR)
        assert one is None or one.total >= bound - 1e-3


def test_a_restart_is_worth_its_emissions_and_its_price() -> None:
    # Two dips of 100 g in 300 g, apart: two segments of an hour with a restart of 15 minutes cost 100 + 125 g per kW,
    # one piece of two hours 100 + 300 g. With a weight of 1,000 g/kWh the restart costs another 250 g.
    values = np.array([300.0 - 200.0 * (hour in (2, 6)) for hour in range(10)])
    rule = Interruption(restart=900.0)
    series = Series.of(values, 3600.0)

    cheap = best_segments(series, earliest=0.0, end=36_000.0, job=Power.even(7200.0), rule=rule)
    dear = best_segments(
        series,
        earliest=0.0,
        end=36_000.0,
        job=Power.even(7200.0, restart_weight=1000.0),
        rule=Interruption(restart=900.0),
    )

    assert cheap is not None
    assert dear is not None
    assert (len(cheap.spans), len(dear.spans)) == (2, 1)
