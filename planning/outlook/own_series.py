"""The outlook that a caller's own forecasts give: nothing else is in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import inf, isfinite

import numpy as np

from carbon import units
from carbon.intensity import NOT_LIVE, CarbonIntensity, Provenance, Quality
from carbon.jobs import OwnSeries
from carbon.workload import Interval
from catalog.profiles import ZoneProfiles, hour_of
from planning.outlook.zone_hours import ZoneHours, start_of
from planning.outlook.zones import Outlook

SOURCE = "request"
LONG_AGO, FAR_AHEAD = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
NO_PROFILES = ZoneProfiles({}, {})  # nor a backtest: of the caller's figures nothing says how sure they are


def own_outlook(series: Mapping[str, OwnSeries], *, now: datetime, hours: int) -> Outlook:
    """The outlook whose rows are the caller's series, by the region they are of.

    It holds 0 where there is no value: nothing may run in the times of `gaps`.
    """
    first_hour_at = start_of(hour_of(now))
    offset = (now - first_hour_at).total_seconds()
    rows = tuple(_hours(one, first_hour_at, offset, hours) for one in series.values())
    return Outlook(
        zones={region: row for row, region in enumerate(series)},
        profiles=NO_PROFILES,
        now=now,
        first_hour_at=first_hour_at,
        offset_seconds=offset,
        hours=hours,
        rows=rows,
        current_by_row=tuple(row.first for row in rows),
    )


def gaps(series: OwnSeries) -> list[Interval]:
    """The times without a value, before and after the series included."""
    step = units.HOUR * series.step_seconds / units.SECONDS_PER_HOUR
    edges = [LONG_AGO - series.starts_at]
    has_value = False
    for index, value in enumerate(series.gco2e_per_kwh):
        if (value is not None) != has_value:
            edges.append(index * step)
            has_value = not has_value
    if has_value:
        edges.append(len(series.gco2e_per_kwh) * step)
    edges.append(FAR_AHEAD - series.starts_at)
    moments = [series.starts_at + edge for edge in edges]
    return [Interval(*pair) for pair in zip(moments[::2], moments[1::2], strict=True)]


def row_of(outlook: Outlook, region: str, zone: str) -> str:
    """The name by which an outlook holds a region: its own, if it is of the caller's series, else its grid zone."""
    return region if region in outlook.zones else zone


def _hours(series: OwnSeries, first_hour_at: datetime, offset_seconds: float, hours: int) -> ZoneHours:
    step = series.step_seconds
    values = np.full(hours * units.SECONDS_PER_HOUR // step, np.nan)
    first = round((series.starts_at - first_hour_at).total_seconds() / step)
    own = np.array([np.nan if value is None else value for value in series.gco2e_per_kwh])[max(-first, 0) :]
    start = max(first, 0)
    own = own[: max(len(values) - start, 0)]
    values[start : start + len(own)] = own
    step_now = int(offset_seconds // step)
    value = float(values[step_now])
    values = np.nan_to_num(values)
    integral = np.zeros(len(values) + 1)
    np.cumsum(values, out=integral[1:])
    provenance = Provenance(
        quality=Quality.FORECAST,
        source=SOURCE,
        starts_at=first_hour_at + step_now * (units.HOUR * step / units.SECONDS_PER_HOUR),
        age_seconds=0,
        derivation=NOT_LIVE,
    )
    return ZoneHours(
        live=None,
        first=CarbonIntensity(gco2e_per_kwh=value if isfinite(value) else None, provenance=provenance),
        first_until=(step_now + 1) * float(step),
        values=values,
        integral=integral * step,
        step_seconds=float(step),
        forecast_source=SOURCE,
        baseline_source="none",
        baseline_from=inf,
        has_forecast=True,
    )
