"""When to start one job in one place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import nan

from carbon import units
from carbon.emissions import operational_gco2e
from carbon.intensity import CarbonIntensity
from carbon.results import Emission, Schedule, Window
from planning.outlook.zones import Outlook
from planning.scheduling.span import RunSpan
from planning.scheduling.waiting import NO_WAIT, expected_savings, is_worth_waiting
from planning.scheduling.windows import next_best_windows

ALTERNATIVES = 3
# The starts of two windows differ by at least this share of the job's length, and by at least an hour.
APART_SHARE = 0.25


def schedule(region: str, zone: str, outlook: Outlook, span: RunSpan) -> Schedule:
    """The window to take for a job in one region, and the next best. The outlook holds the whole span.

    It has the lowest mean, or starts at once where waiting for the lowest is not worth it.
    """
    row, seconds = outlook.zones[zone], span.duration_hours * units.HOUR_SECONDS
    first, apart = outlook.seconds_to(span.earliest), max(APART_SHARE * seconds, units.HOUR_SECONDS)

    def window(start: float, mean: CarbonIntensity) -> Window:
        return Window(
            starts_at=outlook.at(start),
            ends_at=outlook.at(start + seconds),
            duration_hours=span.duration_hours,
            mean=mean,
        )

    lowest, *others = [
        window(start, outlook.describe(row, mean, start, seconds))
        for start, mean in next_best_windows(
            outlook.series(row),
            starts=[(outlook.seconds_to(low), outlook.seconds_to(high)) for low, high in span.starts],
            duration=seconds,
            apart=apart,
            count=1 + ALTERNATIVES,
        )
    ]
    at_once = window(first, outlook.mean(zone, first, seconds))
    expected = expected_savings(
        outlook, row, earliest=first, start=outlook.seconds_to(lowest.starts_at), ratio=_ratio(lowest, at_once)
    )
    best = lowest
    if not is_worth_waiting(expected):
        best, expected = at_once, NO_WAIT
        far = best.starts_at + timedelta(seconds=apart)
        others = [other for other in (lowest, *others) if other.starts_at >= far][:ALTERNATIVES]
    before, after = at_once.mean.gco2e_per_kwh or 0.0, best.mean.gco2e_per_kwh or 0.0
    return Schedule(
        region=region,
        best=best,
        at_once=at_once,
        current=outlook.current(zone),
        saving_gco2e_per_kwh=before - after,
        saving_share=(before - after) / before if before > 0 else 0.0,
        expected=expected,
        alternatives=tuple(others),
        latest_start=span.latest,
    )


def _ratio(later: Window, at_once: Window) -> float:
    """Mean of one window over that of another; NaN where either is not known."""
    if later.mean.gco2e_per_kwh is None or not at_once.mean.gco2e_per_kwh:
        return nan
    return later.mean.gco2e_per_kwh / at_once.mean.gco2e_per_kwh


def in_grams(plan: Schedule, machines: Emission) -> Schedule:
    """The plan with what these machines emit in each window. machines: for the same duration at any time."""

    def grams(window: Window) -> float | None:
        mean = window.mean.gco2e_per_kwh
        return None if mean is None else operational_gco2e(machines.energy_kwh, mean)

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
