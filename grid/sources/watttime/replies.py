"""The reply bodies of WattTime: marginal intensities in pounds per MWh, and percentiles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from carbon.intensity import Derivation, Quality
from carbon.reading import Observation, Percentile, UpstreamForecast
from carbon.units import GRAMS_PER_POUND, KWH_PER_MWH
from catalog.source_tables import SourceZone
from grid.records import MAX_PLAUSIBLE_GCO2E_PER_KWH
from grid.source import MalformedReply
from grid.sources.watttime.zones import NAME
from grid.upstream.fields import checked_interval, forecast_of, number_of, object_of, rows_of, text_of, time_of
from grid.upstream.plan import Grants

SIGNAL = "co2_moer"  # the marginal operating emissions rate
POUNDS = "lbs_co2_per_mwh"
PERCENT = "percentile"
STEP = timedelta(minutes=5)
LONGEST_TOKEN = 8192
LICENCE = "terms of WattTime; no redistribution without a licence"
ATTRIBUTION = "WattTime"
TERMS = Derivation(
    method="marginal operating emissions rate, direct CO2",
    flow_traced=None,
    attribution=ATTRIBUTION,
    licence=LICENCE,
)
OF_A_PART = {"part": "a part of the zone", "parent": "an area that holds the zone"}


def token(body: object) -> str:
    """What login gives."""
    text = text_of(object_of(body).get("token"), "token")
    if not re.fullmatch(rf"[!-~]{{1,{LONGEST_TOKEN}}}", text):
        raise MalformedReply("wrong-shape", "the token is not printable text")
    return text


def access(body: object) -> Grants:
    """The endpoints that the account may use for marginal intensities, by region."""
    for kind in rows_of(object_of(body).get("signal_types"), "signal_types"):
        if kind.get("signal_type") == SIGNAL:
            regions = kind.get("regions")
            return {text_of(row.get("region"), "region"): _endpoints(row) for row in rows_of(regions, "regions")}
    return {}


def _endpoints(region: Mapping[str, Any]) -> frozenset[str]:
    rows = region.get("endpoints")
    names = (row.get("endpoint") for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    return frozenset(name for name in names if isinstance(name, str))


def derivation(region: SourceZone) -> Derivation:
    """How figures of this region stand for the zone."""
    if region.kind == "exact":
        return TERMS
    return replace(TERMS, method=f"{TERMS.method}, of {region.key}, {OF_A_PART[region.kind]}", exact=False)


def observations(body: object, region: SourceZone, now: datetime, max_age: timedelta) -> list[Observation]:
    """historical: the steps that have a value and have begun, in the order of time."""
    rows = _rows(body, region, POUNDS)
    values = ((time_of(row.get("point_time")), _intensity(row.get("value")), row) for row in rows)
    steps = [
        _observation(region, value, *checked_interval(at, STEP, now, max_age), imputed=row.get("imputed_data_used"))
        for at, value, row in values
        if value is not None and at <= now
    ]
    if not steps:
        raise MalformedReply("null-value", region.zone)
    return sorted(steps, key=lambda step: step.starts_at)


def _observation(
    region: SourceZone, value: float, starts_at: datetime, ends_at: datetime, *, imputed: object
) -> Observation:
    return Observation(
        zone=region.zone,
        gco2e_per_kwh=value,
        starts_at=starts_at,
        ends_at=ends_at,
        quality=Quality.ESTIMATED,  # which plants answer a change of load is modelled, not metered
        source=NAME,
        estimation_method="modelled from imputed data" if imputed is True else "modelled by the source",
        derivation=derivation(region),
    )


def newest(steps: Iterable[Observation]) -> Observation:
    """The last of the steps."""
    return max(steps, key=lambda step: step.starts_at)


def forecast(body: object, region: SourceZone, now: datetime) -> UpstreamForecast:
    """forecast: hourly means of its steps."""
    values = {time_of(row.get("point_time")): _intensity(row.get("value")) for row in _rows(body, region, POUNDS)}
    return forecast_of(region.zone, f"{NAME}-forecast", values, now, derivation=derivation(region))


def percentile(body: object, region: SourceZone, now: datetime, max_age: timedelta) -> Percentile:
    """signal-index: the newest step."""
    figures = {time_of(row.get("point_time")): number_of(row.get("value")) for row in _rows(body, region, PERCENT)}
    at = max(figures)
    figure = figures[at]
    if figure is None:
        raise MalformedReply("null-value", region.zone)
    if not 0 <= figure <= 100:
        raise MalformedReply("implausible-value", f"percentile {figure:g}")
    starts_at, ends_at = checked_interval(at, STEP, now, max_age)
    return Percentile(zone=region.zone, percentile=figure, starts_at=starts_at, ends_at=ends_at, source=NAME)


def _rows(body: object, region: SourceZone, units: str) -> list[dict[str, Any]]:
    """The rows of a body that is about this region, signal and unit."""
    fields = object_of(body)
    meta = object_of(fields.get("meta"))
    if meta.get("region") != region.key:
        raise MalformedReply("wrong-zone", f"requested {region.key}, but the reply names another region or none")
    if meta.get("signal_type") != SIGNAL:
        raise MalformedReply("wrong-signal", region.key)
    if meta.get("units") != units:
        raise MalformedReply("wrong-unit", region.key)
    if meta.get("data_point_period_seconds") != STEP.total_seconds():
        raise MalformedReply("wrong-granularity", f"{region.key}: the steps are not 5 minutes")
    return rows_of(fields.get("data"), f"data of {region.key}")


def _intensity(value: object) -> float | None:
    """gCO2/kWh of pounds per MWh. 0 is a value: where renewable plants are held back, more load emits nothing."""
    pounds = number_of(value)
    if pounds is None:
        return None
    figure = pounds * GRAMS_PER_POUND / KWH_PER_MWH
    if not 0 <= figure <= MAX_PLAUSIBLE_GCO2E_PER_KWH:
        raise MalformedReply("implausible-value", f"{pounds:g} lb/MWh")
    return figure
