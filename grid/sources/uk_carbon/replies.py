"""The reply bodies of the Carbon Intensity API, and what becomes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from carbon.intensity import Derivation
from carbon.mix import MixStep
from carbon.reading import Observation, UpstreamForecast
from grid.conversion import Conversion
from grid.footing import NetImports, step_observation
from grid.records import MAX_PLAUSIBLE_GCO2E_PER_KWH
from grid.source import MalformedReply
from grid.upstream.fields import forecast_of, number_of, object_of, rows_of, text_of, time_of

NAME = "uk-carbon"
ZONE = "GB"
LICENCE = "CC BY 4.0"
ATTRIBUTION = "NESO Carbon Intensity API"
HALF_HOUR = timedelta(minutes=30)
ROUNDING_PERCENT = 5.0  # nine shares rounded to a tenth, and at times one that is missing
BY_FIT = "direct intensity, to lifecycle by a fit"
IMPORTS, SOLAR = "imports", "solar"
ELEXON = "elexon"
SPLIT_BY_FLOWS = "split over neighbours as in Elexon's flows"
SPLIT_EVENLY = "split evenly over interconnectors"


def observation(body: object, now: datetime, max_age: timedelta, conversion: Conversion) -> Observation:
    """/generation: one half hour under `data`, which is an object, or a list of which the last is the newest."""
    data = object_of(body).get("data")
    row = rows_of(data, "data")[-1] if isinstance(data, list) else object_of(data)
    starts_at, mix = time_of(row.get("from")), _mix(row.get("generationmix"))
    net_imports, how = _by_neighbour(mix.get(IMPORTS), starts_at, conversion)
    if (solar := mix.get(SOLAR)) is not None:
        conversion.neighbours.note(NAME, ZONE, {SOLAR: solar / 100}, starts_at)
    return step_observation(
        NAME,
        ZONE,
        MixStep(starts_at=starts_at, ends_at=starts_at + HALF_HOUR, megawatts=mix),
        now=now,
        max_age=max_age,
        conversion=conversion,
        derivation=Derivation(method=how, attribution=ATTRIBUTION, licence=LICENCE),
        net_imports=net_imports,
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


def _by_neighbour(percent: float | None, at: datetime, conversion: Conversion) -> tuple[NetImports | None, str | None]:
    """The imports, which are one percentage, by neighbour; and how they were split.

    Elexon's flows of the hour say how much comes from where. Without them each interconnector counts alike.
    """
    if percent is None:
        return None, None
    flows = conversion.neighbours.noted(ELEXON, ZONE, at) or {}
    inward: Mapping[str, float] = {zone: flow for zone, flow in flows.items() if flow > 0}
    how = SPLIT_BY_FLOWS if inward else SPLIT_EVENLY
    if not inward:
        fuels = conversion.tables.fuels(ELEXON, ZONE).values()
        inward = Counter(fuel.neighbour for fuel in fuels if fuel.neighbour is not None)
    total = sum(inward.values())
    return {zone: percent * flow / total for zone, flow in inward.items()}, how if percent else None


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
