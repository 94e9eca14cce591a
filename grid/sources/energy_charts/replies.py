"""The reply bodies of Energy-Charts: parallel lists by time, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from carbon.intensity import Derivation, Quality
from carbon.mix import MixStep, newest_complete
from carbon.reading import Observation, UpstreamForecast
from grid.conversion import Conversion
from grid.source import MalformedReply
from grid.upstream.fields import (
    checked_interval,
    forecast_of,
    intensity_of,
    number_of,
    object_of,
    rows_of,
    spacing_of,
    text_of,
)

NAME = "energy-charts"
LICENCE = "CC BY 4.0"
ATTRIBUTION = "Energy-Charts.info, Fraunhofer ISE"
METHOD = "mix x lifecycle factors, without imports"
PUBLISHED = "forecast of the source, whose factors are not stated"
PARENT = "parent zone"
LATEST_SECOND = 32e9  # in the year 2984


def observation(body: object, zone: str, now: datetime, max_age: timedelta, conversion: Conversion) -> Observation:
    """/public_power: the newest step that is complete. zone: the country's."""
    fields = object_of(body)
    times = _times(fields.get("unix_seconds"))
    series = {
        text_of(row.get("name"), "name"): _series(row.get("data"), len(times))
        for row in rows_of(fields.get("production_types"), "production_types")
    }
    step = spacing_of(times)
    steps = [
        MixStep(starts_at=at, ends_at=at + step, megawatts={name: values[index] for name, values in series.items()})
        for index, at in enumerate(times)
    ]
    newest = newest_complete(steps, conversion.tables.fuels(NAME, zone))
    if newest is None:
        raise MalformedReply("null-value", f"no complete step of {zone}")
    starts_at, ends_at = checked_interval(newest.starts_at, step, now, max_age)
    return Observation(
        zone=zone,
        gco2e_per_kwh=conversion.production(NAME, zone, newest.megawatts).lifecycle_gco2e_per_kwh,
        starts_at=starts_at,
        ends_at=ends_at,
        quality=Quality.MEASURED,
        source=NAME,
        derivation=Derivation(
            method=METHOD,
            range=conversion.flow_error(zone),
            flow_traced=False,
            attribution=ATTRIBUTION,
            licence=LICENCE,
        ),
    )


def forecast(body: object, zone: str, now: datetime, conversion: Conversion) -> UpstreamForecast:
    """/co2eq: what was, then what is forecast, by the hour; so that a nowcast finds the shape since its value."""
    fields = object_of(body)
    times = _times(fields.get("unix_seconds"))
    past = _intensities(fields.get("co2eq"), len(times))
    upcoming = _intensities(fields.get("co2eq_forecast"), len(times))
    values = {at: upcoming[index] if past[index] is None else past[index] for index, at in enumerate(times)}
    how = Derivation(
        method=PUBLISHED,
        range=conversion.flow_error(zone),
        flow_traced=False,
        attribution=ATTRIBUTION,
        licence=LICENCE,
    )
    return forecast_of(zone, f"{NAME}-forecast", values, now, derivation=how)


def of_part(value: Observation | UpstreamForecast, zone: str, conversion: Conversion) -> Observation | UpstreamForecast:
    """The country's value for one of its parts."""
    how = value.derivation
    how = replace(how, method=f"{PARENT}; {how.method}", range=conversion.flow_error(zone), exact=False)
    return replace(value, zone=zone, derivation=how)


def _times(values: object) -> list[datetime]:
    if not isinstance(values, list):
        raise MalformedReply("wrong-shape", "unix_seconds is not a list")
    if not values:
        raise MalformedReply("empty", "unix_seconds")
    seconds = [number_of(value) for value in values]
    times = [at for at in seconds if at is not None and 0 <= at <= LATEST_SECOND]
    if len(times) < len(seconds) or any(later <= earlier for earlier, later in pairwise(times)):
        raise MalformedReply("bad-datetime", "unix_seconds do not rise")
    return [datetime.fromtimestamp(at, UTC) for at in times]


def _series(values: object, length: int) -> Sequence[float | None]:
    if not isinstance(values, list) or len(values) != length:
        raise MalformedReply("wrong-shape", f"a list does not have the {length} values of unix_seconds")
    return [number_of(value) for value in values]


def _intensities(values: object, length: int) -> Sequence[float | None]:
    return [intensity_of(value) for value in _series(values, length)]
