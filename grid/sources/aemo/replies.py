"""The reply body of AEMO's report of fuels, in both shapes that clients have seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from carbon.intensity import Derivation, Quality
from carbon.mix import MixStep
from carbon.reading import Observation
from carbon.units import HOUR
from grid.conversion import Conversion
from grid.footing import NetImports, step_observation
from grid.source import MalformedReply, SourceError
from grid.sources.aemo.flows import Flows
from grid.sources.aemo.zones import MARKET_TIME, STATES
from grid.upstream.fields import number_of, rows_of, text_of, time_of

NAME = "aemo"
ATTRIBUTION = "Australian Energy Market Operator (AEMO)"
LICENCE = "AEMO copyright permission, with credit"
NO_ROOFTOPS = "rooftop solar is missing"
TERMS = Derivation(attribution=ATTRIBUTION, licence=LICENCE, method=NO_ROOFTOPS)
STEP = timedelta(minutes=5)


def mixes(body: object, now: datetime) -> dict[str, MixStep]:
    """The mix of each state, by zone. Without a time in the reply it is that of the last full five minutes."""
    by_fuel: dict[str, dict[str, float | None]] = {}
    ends: dict[str, datetime] = {}
    content = body.get("FUEL_CURRENT", body.get("FUEL")) if isinstance(body, dict) else body
    for row in rows_of(content, "FUEL_CURRENT"):
        zone = STATES.get(str(row.get("STATE", row.get("REGIONID"))))
        if zone is None:
            continue
        fuel = text_of(row.get("FUEL_TYPE", row.get("FUELTYPE")), "FUEL_TYPE")
        by_fuel.setdefault(zone, {})[fuel] = number_of(row.get("SUPPLY", row.get("GEN_MW")))
        if "SETTLEMENTDATE" in row:
            ends[zone] = time_of(row["SETTLEMENTDATE"], naive_offset=MARKET_TIME)
    if not by_fuel:
        raise MalformedReply("wrong-zone", f"no row of {', '.join(STATES)}")
    last_step = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
    return {
        zone: MixStep(starts_at=ends.get(zone, last_step) - STEP, ends_at=ends.get(zone, last_step), megawatts=mix)
        for zone, mix in by_fuel.items()
    }


def observations(
    steps: Mapping[str, MixStep],
    flows: tuple[Flows, datetime] | None,
    now: datetime,
    max_age: timedelta,
    conversion: Conversion,
) -> dict[str, Observation | SourceError]:
    """The value of each state, by zone. flows: between the states, and their time; not of another hour."""
    values: dict[str, Observation | SourceError] = {}
    for zone, step in steps.items():
        is_of_hour = flows is not None and abs(flows[1] - step.ends_at) <= HOUR
        net_imports = flows[0].get(zone) if flows is not None and is_of_hour else None
        values[zone] = _result(zone, step, net_imports, now, max_age, conversion)
    return values


def _result(
    zone: str,
    step: MixStep,
    net_imports: NetImports | None,
    now: datetime,
    max_age: timedelta,
    conversion: Conversion,
) -> Observation | SourceError:
    try:
        if None in step.megawatts.values():
            raise MalformedReply("null-value", f"mix of {zone}")  # unknown is not 0
        return step_observation(
            NAME,
            zone,
            step,
            now=now,
            max_age=max_age,
            conversion=conversion,
            derivation=TERMS,
            net_imports=net_imports,
            quality=Quality.ESTIMATED,
        )
    except SourceError as error:
        return error
