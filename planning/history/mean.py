"""The mean carbon intensity of a time that began before the present hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import isfinite

import numpy as np

from carbon.errors import HistoryIncomplete
from carbon.intensity import CarbonIntensity, Provenance, Quality
from carbon.spans import Span
from catalog.profiles import ZoneProfiles, hour_of
from planning.history.gaps import gaps_of
from planning.history.pieces import Figures
from planning.outlook.zones import Outlook
from store.history.readings import QUALITIES, Readings

MOST_GAPS = 100  # named in a refusal


def past_mean(
    zone: str, sources: Sequence[Readings], outlook: Outlook, start: datetime, end: datetime
) -> CarbonIntensity:
    """The mean over [start, end): readings of one source up to the present hour, the outlook from then on.

    start: before outlook.first_hour_at. sources: in the order of trust, which decides between equally complete ones.
    Raises HistoryIncomplete, which names the times without a reading.
    """
    until = min(end, outlook.first_hour_at)
    past = _observed(zone, sources, start, until, outlook.now)
    ahead = (end - until).total_seconds()
    if ahead <= 0:
        return past
    rest = outlook.mean(zone, 0.0, ahead)
    if past.gco2e_per_kwh is None or rest.gco2e_per_kwh is None:
        return replace(rest, gco2e_per_kwh=None, grid=None)
    seconds = (until - start).total_seconds()
    mean = (past.gco2e_per_kwh * seconds + rest.gco2e_per_kwh * ahead) / (seconds + ahead)
    return CarbonIntensity(gco2e_per_kwh=mean, provenance=_worse(past.provenance, rest.provenance))


def usual_mean(zone: str, profiles: ZoneProfiles, start: datetime, end: datetime) -> CarbonIntensity:
    """The mean of the zone's profile over [start, end), for a zone whose profile holds in the past as well."""
    first, last = hour_of(start), hour_of(end - timedelta(microseconds=1))
    hours = np.arange(first, last + 1, dtype=np.int64)
    values = profiles.gco2e_per_kwh(profiles.rows([zone]), hours)[0]
    starts = np.clip(hours * 3600.0, start.timestamp(), end.timestamp())
    ends = np.clip((hours + 1) * 3600.0, start.timestamp(), end.timestamp())
    mean = float((values * (ends - starts)).sum() / (end - start).total_seconds())
    return CarbonIntensity(
        gco2e_per_kwh=mean if isfinite(mean) else None,
        provenance=Provenance(
            quality=Quality.BASELINE,
            source=profiles.baseline_source(zone),
            starts_at=start,
            age_seconds=None,
            basis=profiles.zones[zone].basis,
        ),
    )


def _observed(zone: str, sources: Sequence[Readings], start: datetime, end: datetime, now: datetime) -> CarbonIntensity:
    first, last = start.timestamp(), end.timestamp()
    seconds = [_seconds_inside(readings, first, last) for readings in sources]
    covered = [float(one.sum()) for one in seconds]
    best = covered.index(max(covered)) if covered else None
    if best is None or covered[best] < last - first - 1e-3:
        gaps = gaps_of(None if best is None else sources[best], start, end)
        missing = [{"starts_at": first, "ends_at": until} for first, until in gaps[:MOST_GAPS]]
        raise HistoryIncomplete(_detail(zone, gaps), zone=zone, missing=missing)
    readings, weights = sources[best], seconds[best]
    quality = QUALITIES[int(readings.quality[weights > 0].max())]
    return CarbonIntensity(
        gco2e_per_kwh=float((readings.gco2e_per_kwh * weights).sum() / covered[best]),
        provenance=Provenance(
            quality=quality,
            source=readings.source,
            starts_at=start,
            age_seconds=max(0, round((now - end).total_seconds())),
        ),
    )


def _seconds_inside(readings: Readings, first: float, last: float) -> Figures:
    """How many seconds of [first, last), in seconds since 1970, each reading stands for."""
    seconds: Figures = np.clip(readings.ends * 60.0, first, last) - np.clip(readings.starts * 60.0, first, last)
    return seconds


def _detail(zone: str, gaps: Sequence[Span]) -> str:
    seconds = sum((end - start for start, end in gaps), timedelta()).total_seconds()
    return f"the stored readings of {zone} lack {seconds / 3600:.4g} hours of the time asked for"


def _worse(past: Provenance, rest: Provenance) -> Provenance:
    """Where a mean of both comes from: the quality is the worse one, the source that of the part with it."""
    order = tuple(Quality)
    worse = max((past, rest), key=lambda one: order.index(one.quality))
    return replace(worse, starts_at=past.starts_at, age_seconds=0)
