"""Fields of reply bodies: each function returns a usable value or raises MalformedReply."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from carbon.intensity import AS_PUBLISHED, Derivation
from carbon.reading import UpstreamForecast
from carbon.units import HOUR
from grid.records import FIRST_YEAR, LAST_YEAR, LONGEST_FORECAST, MAX_PLAUSIBLE_GCO2E_PER_KWH
from grid.source import MalformedReply

CLOCK_SKEW = timedelta(minutes=5)
STEP_SECONDS: Mapping[timedelta, Literal[3600, 900, 300]] = {
    HOUR: 3600,
    timedelta(minutes=15): 900,
    timedelta(minutes=5): 300,
}


def object_of(body: object) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(body, dict):
        raise MalformedReply("wrong-shape", f"{type(body).__name__} instead of an object")
    return body


def rows_of(body: object, what: str) -> list[dict[str, Any]]:
    """A list of JSON objects with at least one. what: for the error."""
    if not isinstance(body, list):
        raise MalformedReply("wrong-shape", f"{what}: {type(body).__name__} instead of a list")
    if not body:
        raise MalformedReply("empty", what)
    return [object_of(row) for row in body]


def number_of(value: object) -> float | None:
    """A finite number; None for null."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MalformedReply("not-a-number", type(value).__name__)
    return float(value)


def intensity_of(value: object) -> float | None:
    """gCO2e/kWh above 0 and not absurd; None for null."""
    number = number_of(value)
    if number is not None and not 0 < number <= MAX_PLAUSIBLE_GCO2E_PER_KWH:
        raise MalformedReply("implausible-value", f"{number:g} gCO2e/kWh")
    return number


def text_of(value: object, what: str) -> str:
    """A text. what: for the error."""
    if not isinstance(value, str):
        raise MalformedReply("wrong-shape", f"{what}: {type(value).__name__} instead of a text")
    return value


def time_of(value: object, *, naive_offset: timedelta | None = None) -> datetime:
    """An ISO 8601 time in UTC. naive_offset: of local time to UTC, for a time without an offset; None: it needs one."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
        if time is None or (time.tzinfo is None and naive_offset is None):
            raise MalformedReply("bad-datetime", "the time has no offset")
        if time.tzinfo is None:
            time = time.replace(tzinfo=UTC) - (naive_offset or HOUR * 0)
        if not FIRST_YEAR <= time.year <= LAST_YEAR:
            raise MalformedReply("bad-datetime", "a year far from ours")
        return time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise MalformedReply("bad-datetime", "not ISO 8601") from None


def checked_interval(
    starts_at: datetime, length: timedelta, now: datetime, max_age: timedelta
) -> tuple[datetime, datetime]:
    """Start and end, unless the interval is in the future or ended longer ago than max_age."""
    if starts_at > now + CLOCK_SKEW:
        raise MalformedReply("future", f"begins at {starts_at:%Y-%m-%dT%H:%MZ}")
    if now - starts_at > max_age + length:  # before the length is added, which would overflow in the year 9999
        raise MalformedReply("stale", f"ended at {starts_at + length:%Y-%m-%dT%H:%MZ}")
    return starts_at, starts_at + length


def begun(times: Iterable[datetime], now: datetime) -> frozenset[datetime]:
    """Those of the times that are not in the future; all of them if there are no others, so that the reply says so."""
    times = frozenset(times)
    return frozenset(at for at in times if at <= now + CLOCK_SKEW) or times


def spacing_of(times: Sequence[datetime]) -> timedelta:
    """The granularity of rows at these times; an hour unless they are 15 minutes apart or less."""
    closest = min((later - earlier for earlier, later in pairwise(times)), default=HOUR)
    return next((step for step in (timedelta(minutes=5), timedelta(minutes=15)) if closest <= step), HOUR)


def forecast_of(
    zone: str,
    source: str,
    by_time: Mapping[datetime, float | None],
    now: datetime,
    *,
    step: timedelta = HOUR,
    derivation: Derivation = AS_PUBLISHED,
) -> UpstreamForecast:
    """A forecast in even steps, each the mean of its rows; None where there is no row or it is null.

    step: a key of STEP_SECONDS. Hours keep rankings fast: they search all zones in the finest step of any.
    """
    steps: defaultdict[datetime, list[float]] = defaultdict(list)
    for time, value in by_time.items():
        if value is not None:
            steps[_step_start(time, step)].append(value)
    if not steps:
        raise MalformedReply("empty", f"forecast of {zone}")
    first, last = min(steps).replace(minute=0), max(steps)
    if first > now + HOUR + CLOCK_SKEW:
        raise MalformedReply("future", f"forecast of {zone} begins at {first:%Y-%m-%dT%H:%MZ}")
    if last - first > LONGEST_FORECAST:  # before times are added, which would overflow in the year 9999
        raise MalformedReply("wrong-shape", f"forecast of {zone} spans more than {LONGEST_FORECAST.days} days")
    if last + step <= now:
        raise MalformedReply("stale", f"forecast of {zone} ended at {last + step:%Y-%m-%dT%H:%MZ}")
    values = (steps.get(first + index * step) for index in range((last - first) // step + 1))
    return UpstreamForecast(
        zone=zone,
        starts_at=first,
        gco2e_per_kwh=tuple(math.fsum(value) / len(value) if value else None for value in values),
        source=source,
        step_seconds=STEP_SECONDS[step],
        derivation=derivation,
    )


def _step_start(time: datetime, step: timedelta) -> datetime:
    """The start of the step that holds a time."""
    hour = time.replace(minute=0, second=0, microsecond=0)
    return hour + (time - hour) // step * step
