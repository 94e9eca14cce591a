"""The reply bodies of the National Energy Dashboard, and what becomes of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from carbon.intensity import Derivation, Quality
from carbon.reading import Observation, UpstreamForecast
from carbon.units import GRAMS_PER_KILOGRAM
from grid.conversion import Conversion
from grid.footing import by_fit, lifecycle_value
from grid.source import MalformedReply
from grid.upstream.fields import checked_interval, forecast_of, number_of, rows_of, text_of, time_of

NAME = "ned"
ZONE = "NL"
MIX = 27
LICENCE = "terms not published as a licence: ask NED before commercial use"
ATTRIBUTION = "Nationaal Energie Dashboard (NED)"
TERMS = Derivation(attribution=ATTRIBUTION, licence=LICENCE)
QUARTER_HOUR = timedelta(minutes=15)


def observation(body: object, now: datetime, max_age: timedelta, conversion: Conversion) -> Observation:
    """The newest quarter that has begun and has a factor."""
    factors = {at: factor for at, factor in _factors(body).items() if factor is not None and at <= now}
    if not factors:
        raise MalformedReply("null-value", ZONE)
    newest = max(factors)
    starts_at, ends_at = checked_interval(newest, QUARTER_HOUR, now, max_age)
    return Observation(
        zone=ZONE,
        gco2e_per_kwh=lifecycle_value(ZONE, factors[newest], conversion),
        starts_at=starts_at,
        ends_at=ends_at,
        quality=Quality.ESTIMATED,
        source=NAME,
        estimation_method="modelled by the source",
        derivation=by_fit(ZONE, conversion, TERMS, consumption=False),
    )


def forecast(body: object, now: datetime, conversion: Conversion) -> UpstreamForecast:
    """The hours ahead; those without a factor are unknown."""
    values = {
        at: None if factor is None else lifecycle_value(ZONE, factor, conversion)
        for at, factor in _factors(body).items()
    }
    how = by_fit(ZONE, conversion, TERMS, consumption=False)
    return forecast_of(ZONE, f"{NAME}-forecast", values, now, derivation=how)


def _factors(body: object) -> dict[datetime, float | None]:
    """gCO2/kWh by start, from kg/kWh. The list is bare or under hydra:member, which the Accept header decides."""
    rows = rows_of(body.get("hydra:member") if isinstance(body, dict) else body, "utilizations")
    factors: dict[datetime, float | None] = {}
    for row in rows:
        if text_of(row.get("type"), "type").rpartition("/")[2] != str(MIX):
            raise MalformedReply("wrong-shape", "a type that is not the mix")
        factor = number_of(row.get("emissionfactor"))
        factors[time_of(row.get("validfrom"))] = None if factor is None else factor * GRAMS_PER_KILOGRAM
    return factors
