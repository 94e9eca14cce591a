"""The reply bodies of Fingrid's open data, and what becomes of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from carbon.intensity import Derivation, Quality
from carbon.reading import Observation
from carbon.units import HOUR
from grid.conversion import Conversion
from grid.footing import by_fit, lifecycle_value
from grid.source import MalformedReply
from grid.upstream.fields import checked_interval, number_of, object_of, time_of

NAME = "fingrid"
ZONE = "FI"
CONSUMED = 265  # the data set of the emission factor of electricity consumed in Finland, gCO2/kWh
LICENCE = "CC BY 4.0"
ATTRIBUTION = "Fingrid / data.fingrid.fi"
TERMS = Derivation(attribution=ATTRIBUTION, licence=LICENCE)


def observation(body: object, now: datetime, max_age: timedelta, conversion: Conversion) -> Observation:
    """/datasets/265/data/latest: one interval, whose value may be null."""
    row = object_of(body)
    if row.get("datasetId") != CONSUMED:
        raise MalformedReply("wrong-shape", f"data set {row.get('datasetId')!r:.20}")
    direct = number_of(row.get("value"))
    if direct is None:
        raise MalformedReply("null-value", ZONE)
    begins_at, ends_at = time_of(row.get("startTime")), time_of(row.get("endTime"))
    if not timedelta(0) < ends_at - begins_at <= HOUR:
        raise MalformedReply("bad-datetime", "the interval is not one of up to an hour")
    starts_at, ends_at = checked_interval(begins_at, ends_at - begins_at, now, max_age)
    return Observation(
        zone=ZONE,
        gco2e_per_kwh=lifecycle_value(ZONE, direct, conversion),
        starts_at=starts_at,
        ends_at=ends_at,
        quality=Quality.MEASURED,
        source=NAME,
        derivation=by_fit(ZONE, conversion, TERMS, consumption=True),
    )
