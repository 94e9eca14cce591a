"""The reply bodies of Electricity Maps: field names, and which bodies cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from carbon.intensity import Quality
from carbon.reading import Observation, Shares, UpstreamForecast
from carbon.units import HOUR
from grid.source import MalformedReply, SourceRefused
from grid.sources.electricity_maps.access import SOURCE, Access
from grid.upstream.fields import (
    checked_interval,
    forecast_of,
    intensity_of,
    number_of,
    object_of,
    rows_of,
    spacing_of,
    time_of,
)

FORECAST_SOURCE = "electricity-maps-forecast"

_INTERVALS = {"hourly": HOUR, "15_minutes": timedelta(minutes=15), "5_minutes": timedelta(minutes=5)}
LONGEST_PAST = timedelta(days=2)  # twice what is promised
LONGEST_METHOD = 100  # characters; the methods seen so far have at most 30
ROUNDING_PERCENT = 1.0  # two shares rounded to whole percent may cross by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share of consumption, 0 to 1, and when and how it was obtained."""

    share: float
    starts_at: datetime
    quality: Quality


def refuse_sandbox(body: object) -> None:
    """Raise SourceRefused for the false numbers of a sandbox key, which two markers identify."""
    if not isinstance(body, dict):
        return
    lists = [value for value in body.values() if isinstance(value, list)]
    rows = [body, *(row for value in lists for row in value if isinstance(row, dict))]
    is_sandbox = any(row.get("estimationMethod") == "SANDBOX_MODE_DATA" for row in rows)
    disclaimer = body.get("_disclaimer")
    if is_sandbox or (isinstance(disclaimer, str) and "SANDBOX MODE" in disclaimer.upper()):
        raise SourceRefused("sandbox-key", "this is a sandbox key, whose values are deliberately false")


def access(body: object) -> Access | None:
    """The requests that the key allows according to /zones; None without any `access` list or in another shape."""
    if not isinstance(body, dict):
        return None
    zones = {zone: entry for zone, entry in body.items() if isinstance(entry, dict)}
    lists = {zone: entry["access"] for zone, entry in zones.items() if isinstance(entry.get("access"), list)}
    if not lists:
        return None
    return Access(
        signals={zone: frozenset(item for item in items if isinstance(item, str)) for zone, items in lists.items()}
    )


def observation(body: object, zone: str, now: datetime, max_age: timedelta) -> Observation:
    """carbon-intensity/latest."""
    fields = _checked(body, zone)
    value = intensity_of(fields.get("carbonIntensity"))
    if value is None:
        raise MalformedReply("null-value", f"carbonIntensity of {zone}")
    return _observation(fields, zone, value, *_interval(fields, now, max_age))


def past(body: object, zone: str, now: datetime) -> list[Observation]:
    """carbon-intensity/history: the hours that have a value, in the order of time."""
    fields = _checked(body, zone)
    rows = [_checked({**fields, **row}, zone) for row in rows_of(fields.get("history"), f"history of {zone}")]
    values = ((row, intensity_of(row.get("carbonIntensity"))) for row in rows)
    hours = [
        _observation(row, zone, value, *_interval(row, now, LONGEST_PAST)) for row, value in values if value is not None
    ]
    if not hours:
        raise MalformedReply("null-value", f"history of {zone}")
    return sorted(hours, key=lambda hour: hour.starts_at)


def past_range(body: object, zone: str, start: datetime, end: datetime, now: datetime) -> list[Observation]:
    """carbon-intensity/past-range: the steps of [start, end) that have a value, in the order of time; perhaps none."""
    fields = _checked(body, zone)
    rows = fields.get("data")
    if not isinstance(rows, list):
        raise MalformedReply("wrong-shape", f"past range of {zone}: {type(rows).__name__} instead of a list")
    checked = [_checked({**fields, **object_of(row)}, zone) for row in rows]
    inside = [row for row in checked if start <= time_of(row.get("datetime")) < end]
    values = ((row, intensity_of(row.get("carbonIntensity"))) for row in inside)
    steps = [
        _observation(row, zone, value, *_interval(row, now, now - start)) for row, value in values if value is not None
    ]
    return sorted(steps, key=lambda step: step.starts_at)


def _observation(
    fields: Mapping[str, Any], zone: str, value: float, starts_at: datetime, ends_at: datetime
) -> Observation:
    method = fields.get("estimationMethod")
    return Observation(
        zone=zone,
        gco2e_per_kwh=value,
        starts_at=starts_at,
        ends_at=ends_at,
        quality=_quality(fields),
        source=SOURCE,
        estimation_method=method[:LONGEST_METHOD] if isinstance(method, str) else None,
    )


def forecast(body: object, zone: str, now: datetime) -> UpstreamForecast:
    """carbon-intensity/forecast in its own steps; a missing or null step is None, a wrong one an error."""
    fields = _checked(body, zone)
    granularity = _granularity(fields)
    rows = fields.get("forecast")
    if not isinstance(rows, list):
        raise MalformedReply("wrong-shape", f"forecast of {zone} is not a list")
    by_time = {
        time_of(object_of(row).get("datetime")): intensity_of(object_of(row).get("carbonIntensity")) for row in rows
    }
    step = min(granularity, spacing_of(sorted(by_time)))
    return forecast_of(zone, FORECAST_SOURCE, by_time, now, step=step)


def share(body: object, zone: str, now: datetime, max_age: timedelta) -> Share:
    """renewable-energy/latest or carbon-free-energy/latest."""
    fields = _checked(body, zone)
    if fields.get("unit", "%") != "%":
        raise MalformedReply("wrong-unit", f"share of {zone} is not in percent")
    value = _percent(fields.get("value"))
    if value is None:
        raise MalformedReply("null-value", f"share of {zone}")
    return Share(share=value, starts_at=_interval(fields, now, max_age)[0], quality=_quality(fields))


def shares(zone: str, renewable: Share, fossil_free: Share) -> Shares:
    """Both shares as one value with the older time and the lower quality of the two."""
    if renewable.starts_at == fossil_free.starts_at:
        _refuse_crossed(zone, renewable.share, fossil_free.share)
    estimated = Quality.ESTIMATED in (renewable.quality, fossil_free.quality)
    return Shares(
        zone=zone,
        renewable_share=renewable.share,
        fossil_free_share=fossil_free.share,
        starts_at=min(renewable.starts_at, fossil_free.starts_at),
        quality=Quality.ESTIMATED if estimated else Quality.MEASURED,
        source=SOURCE,
    )


def breakdown(body: object, zone: str, now: datetime, max_age: timedelta) -> Shares:
    """power-breakdown/latest, from which only the two percentages are read."""
    fields = _checked(body, zone)
    renewable = _percent(fields.get("renewablePercentage"))
    fossil_free = _percent(fields.get("fossilFreePercentage"))
    if renewable is None and fossil_free is None:
        raise MalformedReply("null-value", f"shares of {zone}")
    if renewable is not None and fossil_free is not None:
        _refuse_crossed(zone, renewable, fossil_free)
    return Shares(
        zone=zone,
        renewable_share=renewable,
        fossil_free_share=fossil_free,
        starts_at=_interval(fields, now, max_age)[0],
        quality=_quality(fields),
        source=SOURCE,
    )


def _checked(body: object, zone: str) -> dict[str, Any]:
    """The fields of a body about this zone, if its figures are lifecycle and flow-traced like all others."""
    fields = object_of(body)
    if fields.get("zone") != zone:
        raise MalformedReply("wrong-zone", f"requested {zone}, but the reply names another zone or none")
    if fields.get("emissionFactorType", "lifecycle") != "lifecycle":
        raise MalformedReply("not-lifecycle", zone)
    if fields.get("flowTraced", True) is not True:
        raise MalformedReply("not-flow-traced", zone)
    return fields


def _percent(value: object) -> float | None:
    """A share from 0 to 1."""
    number = number_of(value)
    if number is not None and not 0 <= number <= 100:
        raise MalformedReply("implausible-value", f"{number:g} %")
    return None if number is None else number / 100


def _refuse_crossed(zone: str, renewable_share: float, fossil_free_share: float) -> None:
    if renewable_share * 100 > fossil_free_share * 100 + ROUNDING_PERCENT:
        raise MalformedReply("implausible-value", f"{zone}: more renewable than fossil-free")


def _quality(fields: Mapping[str, Any]) -> Quality:
    """Measured only if both fields say so."""
    measured = fields.get("isEstimated") is False and not fields.get("estimationMethod")
    return Quality.MEASURED if measured else Quality.ESTIMATED


def _granularity(fields: Mapping[str, Any]) -> timedelta:
    try:
        return _INTERVALS[fields.get("temporalGranularity") or "hourly"]
    except (KeyError, TypeError):
        raise MalformedReply("wrong-granularity", "the interval is neither an hour nor 15 nor 5 minutes") from None


def _interval(fields: Mapping[str, Any], now: datetime, max_age: timedelta) -> tuple[datetime, datetime]:
    """Start and end of the interval. Raises MalformedReply if it is in the future, or ended longer ago than max_age."""
    return checked_interval(time_of(fields.get("datetime")), _granularity(fields), now, max_age)
