"""The reply body of AEMO's report of fuels, in both shapes that clients have seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from carbon.intensity import Derivation, Quality
from carbon.reading import Observation
from grid.conversion import Conversion
from grid.source import MalformedReply, SourceError
from grid.upstream.fields import checked_interval, number_of, rows_of, text_of, time_of

NAME = "aemo"
STATES: Mapping[str, str] = {
    "NSW1": "AU-NSW",
    "QLD1": "AU-QLD",
    "SA1": "AU-SA",
    "TAS1": "AU-TAS",
    "VIC1": "AU-VIC",
}
ATTRIBUTION = "Australian Energy Market Operator (AEMO)"
LICENCE = "AEMO copyright permission, with credit"
METHOD = "mix x lifecycle factors, without imports; rooftop solar is missing"
STEP = timedelta(minutes=5)
MARKET_TIME = timedelta(hours=10)  # of all states, all year


def observations(
    body: object, now: datetime, max_age: timedelta, conversion: Conversion
) -> dict[str, Observation | SourceError]:
    """The mix of each state, by zone. Without a time in the reply it is that of the last full five minutes."""
    mixes: dict[str, dict[str, float | None]] = {}
    ends: dict[str, datetime] = {}
    wrapped = body.get("FUEL_CURRENT", body.get("FUEL")) if isinstance(body, dict) else body
    for row in rows_of(wrapped, "FUEL_CURRENT"):
        zone = STATES.get(str(row.get("STATE", row.get("REGIONID"))))
        if zone is None:
            continue
        fuel = text_of(row.get("FUEL_TYPE", row.get("FUELTYPE")), "FUEL_TYPE")
        mixes.setdefault(zone, {})[fuel] = number_of(row.get("SUPPLY", row.get("GEN_MW")))
        if "SETTLEMENTDATE" in row:
            ends[zone] = time_of(row["SETTLEMENTDATE"], naive_offset=MARKET_TIME)
    if not mixes:
        raise MalformedReply("wrong-zone", f"no row of {', '.join(STATES)}")
    last_step = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
    return {
        zone: _result(zone, mix, ends.get(zone, last_step), now, max_age, conversion) for zone, mix in mixes.items()
    }


def _result(
    zone: str,
    mix: Mapping[str, float | None],
    ends_at: datetime,
    now: datetime,
    max_age: timedelta,
    conversion: Conversion,
) -> Observation | SourceError:
    try:
        starts_at, ends_at = checked_interval(ends_at - STEP, STEP, now, max_age)
        if None in mix.values():
            raise MalformedReply("null-value", f"mix of {zone}")  # unknown is not 0
        intensity = conversion.production(NAME, zone, mix)
    except SourceError as error:
        return error
    return Observation(
        zone=zone,
        gco2e_per_kwh=intensity.lifecycle_gco2e_per_kwh,
        starts_at=starts_at,
        ends_at=ends_at,
        quality=Quality.ESTIMATED,
        source=NAME,
        derivation=Derivation(
            method=METHOD,
            range=conversion.flow_error(zone),
            flow_traced=False,
            attribution=ATTRIBUTION,
            licence=LICENCE,
        ),
    )
