"""When to start one job in one place."""

from __future__ import annotations

from carbon import units
from carbon.intensity import CarbonIntensity
from carbon.results import Schedule, Window
from planning.outlook.zones import Outlook
from planning.scheduling.span import RunSpan
from planning.scheduling.windows import next_best_windows

ALTERNATIVES = 3


def schedule(region: str, zone: str, outlook: Outlook, span: RunSpan) -> Schedule:
    """The best window of a job in one region, and the next best. The outlook holds the whole span."""
    row, seconds = outlook.zones[zone], span.duration_hours * units.HOUR_SECONDS
    first = outlook.seconds_to(span.earliest)

    def window(start: float, mean: CarbonIntensity) -> Window:
        return Window(
            starts_at=outlook.at(start),
            ends_at=outlook.at(start + seconds),
            duration_hours=span.duration_hours,
            mean=mean,
        )

    best, *others = [
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
    before, after = at_once.mean.gco2e_per_kwh or 0.0, best.mean.gco2e_per_kwh or 0.0
    return Schedule(
        region=region,
        best=best,
        at_once=at_once,
        current=outlook.current(zone),
        saving_gco2e_per_kwh=before - after,
        saving_share=(before - after) / before if before > 0 else 0.0,
        alternatives=tuple(others),
        latest_start=span.latest,
    )
