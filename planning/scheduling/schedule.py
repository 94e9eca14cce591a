"""When to start one job in one place."""

from __future__ import annotations

from datetime import datetime, timedelta

from carbon import units
from carbon.errors import DoesNotFit
from carbon.intensity import CarbonIntensity
from carbon.results import Schedule, Window
from carbon.workload import ScheduleQuery
from planning.outlook.zones import Outlook
from planning.scheduling.windows import next_best_windows

ALTERNATIVES = 3
DEFAULT_SEARCH_HOURS = 24.0


def search_span(query: ScheduleQuery, now: datetime) -> tuple[datetime, datetime]:
    """Earliest and latest start. Raises DoesNotFit if the job cannot end before its deadline."""
    earliest = max(now, query.start_after or now)
    if query.deadline is None:
        return earliest, earliest + timedelta(hours=query.search_hours or DEFAULT_SEARCH_HOURS)
    finish = earliest + timedelta(hours=query.duration_hours)
    if finish > query.deadline:
        raise DoesNotFit(f"a job of {query.duration_hours:g} h cannot end before the deadline", earliest_finish=finish)
    latest = query.deadline - timedelta(hours=query.duration_hours)
    if query.search_hours is not None:
        latest = min(latest, earliest + timedelta(hours=query.search_hours))
    return earliest, latest


def schedule(query: ScheduleQuery, zone: str, outlook: Outlook, *, earliest: datetime, latest: datetime) -> Schedule:
    """The best window starting in [earliest, latest] of an outlook that holds it, and the next best."""
    row, seconds = outlook.zones[zone], query.duration_hours * units.HOUR_SECONDS
    first = outlook.seconds_to(earliest)

    def window(start: float, mean: CarbonIntensity) -> Window:
        return Window(
            starts_at=outlook.at(start),
            ends_at=outlook.at(start + seconds),
            duration_hours=query.duration_hours,
            mean=mean,
        )

    best, *others = [
        window(start, outlook.describe(row, mean, start, seconds))
        for start, mean in next_best_windows(
            outlook.series(row),
            earliest=first,
            latest=outlook.seconds_to(latest),
            duration=seconds,
            count=1 + ALTERNATIVES,
        )
    ]
    at_once = window(first, outlook.mean(zone, first, seconds))
    before, after = at_once.mean.gco2e_per_kwh or 0.0, best.mean.gco2e_per_kwh or 0.0
    return Schedule(
        region=query.region,
        best=best,
        at_once=at_once,
        current=outlook.current(zone),
        saving_gco2e_per_kwh=before - after,
        saving_share=(before - after) / before if before > 0 else 0.0,
        alternatives=tuple(others),
        latest_start=latest,
    )
