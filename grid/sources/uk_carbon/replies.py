"""The reply bodies of the Carbon Intensity API, and what becomes of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from carbon.intensity import Derivation, Quality
from carbon.reading import Observation, UpstreamForecast
from grid.conversion import Conversion
from grid.records import MAX_PLAUSIBLE_GCO2E_PER_KWH
from grid.source import MalformedReply
from grid.upstream.fields import checked_interval, forecast_of, number_of, object_of, rows_of, text_of, time_of

NAME = "uk-carbon"
ZONE = "GB"
LICENCE = "CC BY 4.0"
ATTRIBUTION = "NESO Carbon Intensity API"
HALF_HOUR = timedelta(minutes=30)
ROUNDING_PERCENT = 5.0  # nine shares rounded to a tenth, and at times one that is missing
WITH_IMPORTS = "mix x lifecycle factors; imports at the mean yearly figure of the neighbours"
PRODUCTION = "mix x lifecycle factors, without imports"
BY_FIT = "direct intensity, to lifecycle by a fit"
# The reply has one percentage for all interconnectors. Elexon lists them, by the zone at the other end.
LIST_OF_INTERCONNECTORS = "elexon"


def observation(body: object, now: datetime, max_age: timedelta, conversion: Conversion) -> Observation:
    """/generation: one half hour under `data`, which is an object, or a list of which the last is the newest."""
    data = object_of(body).get("data")
    row = rows_of(data, "data")[-1] if isinstance(data, list) else object_of(data)
    starts_at, ends_at = checked_interval(time_of(row.get("from")), HALF_HOUR, now, max_age)
    mix = _mix(row.get("generationmix"))
    neighbour = conversion.mean_of(neighbours(conversion))
    consumption = conversion.consumption(NAME, ZONE, mix, {} if neighbour is None else {None: neighbour})
    intensity = consumption or conversion.production(NAME, ZONE, mix)
    return Observation(
        zone=ZONE,
        gco2e_per_kwh=intensity.lifecycle_gco2e_per_kwh,
        starts_at=starts_at,
        ends_at=ends_at,
        quality=Quality.MEASURED,
        source=NAME,
        derivation=Derivation(
            method=WITH_IMPORTS if consumption else PRODUCTION,
            range=conversion.flow_error(ZONE),
            flow_traced=consumption is not None,
            attribution=ATTRIBUTION,
            licence=LICENCE,
        ),
    )


def forecast(body: object, now: datetime, conversion: Conversion) -> UpstreamForecast:
    """/intensity/{from}/fw48h: half hours of direct intensity; null is unknown."""
    rows = rows_of(object_of(body).get("data"), "data")
    direct = {time_of(row.get("from")): number_of(object_of(row.get("intensity")).get("forecast")) for row in rows}
    if any(value is not None and value > MAX_PLAUSIBLE_GCO2E_PER_KWH for value in direct.values()):
        raise MalformedReply("implausible-value", f"forecast of {ZONE}")
    fitted = {at: None if value is None else conversion.lifecycle(ZONE, value) for at, value in direct.items()}
    ranges = [result[1] for result in fitted.values() if result is not None]
    return forecast_of(
        ZONE,
        f"{NAME}-forecast",
        {at: None if result is None else result[0] for at, result in fitted.items()},
        now,
        derivation=Derivation(
            method=BY_FIT, range=ranges[0] if ranges else None, attribution=ATTRIBUTION, licence=LICENCE
        ),
    )


def neighbours(conversion: Conversion) -> tuple[str, ...]:
    """The zone at the other end of each interconnector."""
    fuels = conversion.tables.fuels(LIST_OF_INTERCONNECTORS, ZONE).values()
    return tuple(fuel.neighbour for fuel in fuels if fuel.neighbour is not None)


def _mix(rows: object) -> dict[str, float | None]:
    """Percent by fuel. Raises MalformedReply if a share is unknown or absurd, or they are not about 100 together."""
    mix: dict[str, float | None] = {}
    for row in rows_of(rows, "generationmix"):
        percent = number_of(row.get("perc"))
        if percent is None:
            raise MalformedReply("null-value", f"generationmix of {ZONE}")
        if not 0 <= percent <= 100 + ROUNDING_PERCENT:
            raise MalformedReply("implausible-value", f"{percent:g} % of {ZONE}")
        mix[text_of(row.get("fuel"), "fuel")] = percent
    if abs(sum(percent or 0.0 for percent in mix.values()) - 100) > ROUNDING_PERCENT:
        raise MalformedReply("implausible-value", f"the shares of {ZONE} are not 100 % together")
    return mix
