"""The reply bodies of Energy-Charts: parallel lists by time, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from carbon.intensity import Derivation
from carbon.mix import MixStep
from carbon.reading import Observation, UpstreamForecast
from grid.conversion import Conversion
from grid.footing import NetImports, mix_observation
from grid.source import MalformedReply
from grid.sources.energy_charts.zones import NEIGHBOURS
from grid.upstream.fields import (
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
TERMS = Derivation(attribution=ATTRIBUTION, licence=LICENCE)
PUBLISHED = "forecast of the source, whose factors are not stated"
TOTAL = "sum"
MEGAWATTS_A_GIGAWATT = 1000.0
Flows = Mapping[datetime, NetImports]
PARENT = "parent zone"
LATEST_SECOND = 32e9  # in the year 2984


def steps(body: object) -> list[MixStep]:
    """/public_power: the mix of each step."""
    fields = object_of(body)
    times = _times(fields.get("unix_seconds"))
    series = {
        text_of(row.get("name"), "name"): _series(row.get("data"), len(times))
        for row in rows_of(fields.get("production_types"), "production_types")
    }
    step = spacing_of(times)
    return [
        MixStep(starts_at=at, ends_at=at + step, megawatts={name: values[index] for name, values in series.items()})
        for index, at in enumerate(times)
    ]


def observation(
    steps: Sequence[MixStep],
    flows: Flows,
    zone: str,
    now: datetime,
    max_age: timedelta,
    conversion: Conversion,
) -> Observation:
    """The newest step that is complete. zone: the country's. flows: by start of a step; those known."""
    return mix_observation(
        NAME,
        zone,
        steps,
        now=now,
        max_age=max_age,
        conversion=conversion,
        derivation=TERMS,
        flows=lambda step: flows.get(step.starts_at),
    )


def flows(body: object) -> Flows:
    """/cbpf: net imports in MW by start of a step and neighbour.

    Values are in GW, positive into the country. Steps that are not published yet hold zeros: one in which half of the
    neighbours with a flow at other times have none is left out. A name that no table has stands for itself.
    """
    fields = object_of(body)
    times = _times(fields.get("unix_seconds"))
    by_name = {
        text_of(row.get("name"), "name"): _series(row.get("data"), len(times))
        for row in rows_of(fields.get("countries"), "countries")
    }
    series = {NEIGHBOURS.get(name.lower(), name): values for name, values in by_name.items() if name.lower() != TOTAL}
    active = [neighbour for neighbour, values in series.items() if any(values)]
    net: dict[datetime, NetImports] = {}
    for index, at in enumerate(times):
        flowing = sum(bool(series[neighbour][index]) for neighbour in active)
        if active and 2 * flowing > len(active):
            net[at] = {
                neighbour: None if (gigawatts := values[index]) is None else gigawatts * MEGAWATTS_A_GIGAWATT
                for neighbour, values in series.items()
            }
    return net


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
