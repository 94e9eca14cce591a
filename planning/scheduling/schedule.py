"""When to start one job in one place."""

from __future__ import annotations

from math import nan

from carbon import units
from carbon.intensity import CarbonIntensity
from carbon.results import Schedule, Window
from planning.outlook.zones import Outlook
from planning.scheduling.span import RunSpan
from planning.scheduling.waiting import NO_WAIT, expected_savings, is_worth_waiting
from planning.scheduling.windows import next_best_windows

ALTERNATIVES = 3


def schedule(region: str, zone: str, outlook: Outlook, span: RunSpan) -> Schedule:
    """The window to take for a job in one region, and the next best. The outlook holds the whole span.

    It has the lowest mean, or starts at once where waiting for the lowest is not worth it.
    """
    row, seconds = outlook.zones[zone], span.duration_hours * units.HOUR_SECONDS
    first = outlook.seconds_to(span.earliest)

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
            earliest=first,
            latest=outlook.seconds_to(span.latest),
            duration=seconds,
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
        others = [other for other in (lowest, *others) if other.starts_at >= best.ends_at][:ALTERNATIVES]
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
