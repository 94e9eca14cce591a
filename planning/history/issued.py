"""Forecasts of a zone as they were issued, in the form in which the hours to come are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import isfinite

from carbon.errors import HistoryIncomplete
from carbon.points import StepForecast
from carbon.units import HOUR
from planning.history.skill import OF_A_SOURCE
from planning.outlook.level import CORRECTED, PUBLISHER
from store.history.entries import MINUTES_AN_HOUR
from store.history.readings import time_of
from store.history.scores import IssuedForecast

LOOK_BACK = timedelta(hours=24)  # a forecast that was issued earlier is no longer the one of that time


def newest_issued(
    zone: str,
    issued: Mapping[str, Sequence[IssuedForecast]],
    trust: Sequence[str],
    factor: float | None,
    moment: datetime,
) -> StepForecast:
    """The forecast of a zone that was the newest at a moment and had not ended. Raises HistoryIncomplete.

    issued: by source, in the order of time. Of equally new ones that of the source in which there is most trust counts,
    and our own last. An hour of issue is all that is stored, so it counts from the start of that hour on.
    factor: corrected over published level of the zone; None if its level is right.
    """
    order = {f"{name}{OF_A_SOURCE}": place for place, name in enumerate(trust)}
    sources = sorted(issued, key=lambda source: (order.get(source, len(order)), source))
    forecasts = [one for source in sources for one in _steps(source, issued[source], factor)]
    in_time = [one for one in forecasts if one.generated_at <= moment < one.ends_at]
    if not in_time:
        stamp = moment.isoformat(timespec="seconds")
        detail = f"no forecast of {zone} is stored that was issued in the {LOOK_BACK / HOUR:g} hours before {stamp}"
        raise HistoryIncomplete(detail, zone=zone, missing=[])
    return max(in_time, key=lambda one: one.generated_at)


def _steps(source: str, issued: Sequence[IssuedForecast], factor: float | None) -> Iterator[StepForecast]:
    used = factor if factor is not None and source.startswith(PUBLISHER) else None
    for one in issued:
        values = one.values if used is None else one.values * used
        yield StepForecast(
            starts_at=time_of(one.starts_minute),
            step=timedelta(minutes=one.step_minutes),
            gco2e_per_kwh=tuple(value if isfinite(value) else None for value in values.tolist()),
            generated_at=time_of(one.issued_hour * MINUTES_AN_HOUR),
            source=source if used is None else source + CORRECTED,
        )
