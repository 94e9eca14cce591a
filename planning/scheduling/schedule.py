"""When to start one job in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import nan

from carbon import units
from carbon.emissions import operational_gco2e
from carbon.jobs import Risk
from carbon.results import Emission
from carbon.schedules import Schedule, Window
from planning.outlook.zones import Outlook
from planning.scheduling.power import Power
from planning.scheduling.risk import lowest_high, one_rule_each
from planning.scheduling.span import RunSpan
from planning.scheduling.waiting import NO_WAIT, expected_savings, is_worth_waiting
from planning.scheduling.windows import lowest_mean, next_best_windows

ALTERNATIVES = 3
# The starts of two windows differ by at least this share of the job's length, and by at least an hour.
APART_SHARE = 0.25
ROUNDING_SECONDS = 1e-3


def schedule(
    region: str,
    zone: str,
    outlook: Outlook,
    span: RunSpan,
    risk: Risk = Risk.EXPECTED,
    alternatives: int = ALTERNATIVES,
    power: Power | None = None,
) -> Schedule:
    """The window to take for a job in one region, and the next best. The outlook holds the whole span.

    It has the lowest mean, or the lowest 90th centile of it by the risk. It starts at once where waiting for that is
    not worth it. power: over the job, as shares of its mean, which weigh the means; None: it does not change.
    """
    row, first = outlook.zones[zone], outlook.seconds_to(span.earliest)
    power = power or Power.even(span.duration_hours * units.HOUR_SECONDS)
    pieces = whole_windows(zone, outlook, span, risk, count=1 + alternatives, power=power)
    lowest = pieces[0]
    at_once = _window(zone, outlook, span, first, power)
    expected = expected_savings(
        outlook, row, earliest=first, start=outlook.seconds_to(lowest.starts_at), ratio=mean_ratio(lowest, at_once)
    )
    best = lowest
    if not is_worth_waiting(expected):
        best, expected = at_once, NO_WAIT
    before, after = at_once.mean.gco2e_per_kwh or 0.0, best.mean.gco2e_per_kwh or 0.0
    return Schedule(
        region=region,
        best=best,
        at_once=at_once,
        current=outlook.current(zone),
        saving_gco2e_per_kwh=before - after,
        saving_share=(before - after) / before if before > 0 else 0.0,
        expected=expected,
        alternatives=apart_from(best, pieces, span)[:alternatives],
        latest_start=span.latest,
    )


def whole_windows(zone: str, outlook: Outlook, span: RunSpan, risk: Risk, *, count: int, power: Power) -> list[Window]:
    """Up to `count` windows of one piece, best first, whose starts are apart; none where the span has no starts."""
    starts = whole_starts(zone, outlook, span, risk, count=count, power=power)
    return [_window(zone, outlook, span, start, power) for start in starts]


def whole_starts(zone: str, outlook: Outlook, span: RunSpan, risk: Risk, *, count: int, power: Power) -> list[float]:
    """The starts of the same windows, in seconds from the outlook's first hour."""
    row, seconds = outlook.zones[zone], power.seconds
    if not span.starts:
        return []
    starts = [(outlook.seconds_to(low), outlook.seconds_to(high)) for low, high in span.starts]
    if risk is Risk.EXPECTED:
        search = lowest_mean(outlook.series(row), power)
    else:
        search, starts = lowest_high(outlook, row, power), one_rule_each(outlook, row, seconds, starts)
    best = next_best_windows(search, starts=starts, apart=least_gap(span), count=count)
    return [start for start, _ in best]


def next_best(plan: Schedule, zone: str, outlook: Outlook, span: RunSpan, risk: Risk, power: Power | None) -> Schedule:
    """A schedule that was made without alternatives, with them."""
    power = power or Power.even(span.duration_hours * units.HOUR_SECONDS)
    pieces = whole_windows(zone, outlook, span, risk, count=1 + ALTERNATIVES, power=power)
    return replace(plan, alternatives=apart_from(plan.best, pieces, span)[:ALTERNATIVES])


def apart_from(best: Window, pieces: Sequence[Window], span: RunSpan) -> tuple[Window, ...]:
    """The windows of one piece whose starts are apart from that of the best window."""
    gap = least_gap(span) - ROUNDING_SECONDS
    return tuple(one for one in pieces if abs((one.starts_at - best.starts_at).total_seconds()) >= gap)


def least_gap(span: RunSpan) -> float:
    """Seconds by which the starts of two windows of an answer differ at least."""
    return max(APART_SHARE * span.duration_hours * units.HOUR_SECONDS, units.HOUR_SECONDS)


def _window(zone: str, outlook: Outlook, span: RunSpan, start: float, power: Power) -> Window:
    return Window(
        starts_at=outlook.at(start),
        ends_at=outlook.at(start + span.duration_hours * units.HOUR_SECONDS),
        duration_hours=span.duration_hours,
        mean=outlook.mean_of_phases(zone, power.parts(start)),
    )


def mean_ratio(later: Window, at_once: Window) -> float:
    """Mean of one window over that of another; NaN where either is not known."""
    if later.mean.gco2e_per_kwh is None or not at_once.mean.gco2e_per_kwh:
        return nan
    return later.mean.gco2e_per_kwh / at_once.mean.gco2e_per_kwh


def in_grams(plan: Schedule, machines: Emission) -> Schedule:
    """The plan with what these machines emit in each window. machines: for as long as the best window runs them."""
    kwh_per_hour = machines.energy_kwh / machines.duration_hours

    def grams(window: Window) -> float | None:
        mean = window.mean.gco2e_per_kwh
        return None if mean is None else operational_gco2e(kwh_per_hour * window.duration_hours, mean)

    def with_grams(window: Window) -> Window:
        return replace(window, operational_gco2e=grams(window))

    return replace(
        plan,
        best=with_grams(plan.best),
        at_once=with_grams(plan.at_once),
        alternatives=tuple(with_grams(window) for window in plan.alternatives),
        machines=replace(
            machines,
            used=plan.best.mean,
            operational_gco2e=grams(plan.best) or 0.0,
            uncertainty=replace(machines.uncertainty, grid=plan.best.mean.grid),
        ),
    )
