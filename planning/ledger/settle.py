"""What rows of usage emitted, from the hours of the grid in which they ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

import numpy as np

from carbon import emissions, units
from carbon.ledger import SettledUsage, UsageDay, UsageRow
from carbon.workload import Load
from catalog.model import InstanceType
from catalog.profiles import hour_of
from catalog.utilization import OTHER
from mapping import CloudMap
from planning.ledger.past_hours import ESTIMATED, MEASURED, UNKNOWN, USUAL, PastHours
from planning.placing.emission import pue_of, utilization
from planning.placing.machine_type import why_not_modelled

DAY_HOURS = 24.0
NO_INTENSITY = "no carbon intensity is known of zone {zone} in these hours"
NO_MACHINE = "neither a machine nor measured energy is given"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rates:
    """What the hours of a row have in common. it_w: of all machines; None: unknown. embodied_g, cost_usd: an hour."""

    it_w: float | None
    pue: float
    embodied_g: float | None
    cost_usd: float | None
    price_as_of: str | None
    unknown: str | None


def hours_of(rows: Sequence[UsageRow]) -> tuple[int, int]:
    """The UTC hours since 1970 that hold the rows from when they were submitted: the first, the one after the last."""
    return hour_of(min(row.submitted_at or row.start for row in rows)), ceil(
        max(row.end for row in rows).timestamp() / 3600
    )


def settled(rows: Sequence[UsageRow], mapping: CloudMap, past: Mapping[str, PastHours]) -> Iterator[SettledUsage]:
    """Each row with its figures by UTC day, in the order of the rows. past: of each row's zone, over all its hours."""
    for row in rows:
        zone = mapping.regions[row.region].zone
        rates = _rates(row, mapping)
        starts, ends = _days(row.start, row.end)
        grams, hours = past[zone].between(starts, ends)
        days = tuple(
            _day(int(start // DAY_HOURS), end - start, rates, grams[:, at], hours[:, at])
            for at, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True))
        )
        if row.submitted_at is not None:
            wait = (row.start - row.submitted_at).total_seconds() / 3600
            days = tuple(_with_submission(days, *past[zone].between(starts - wait, ends - wait)))
        unknown = rates.unknown
        if unknown is None and any(day.operational_g is None for day in days):
            unknown = NO_INTENSITY.format(zone=zone)
        yield SettledUsage(
            row=row,
            zone=zone,
            days=days,
            unknown=unknown,
            billed=row.cost_usd is not None,
            price_as_of=rates.price_as_of,
        )


def _days(start: datetime, end: datetime) -> tuple[np.ndarray, np.ndarray]:
    """[start, end) cut at the UTC days; in hours since 1970."""
    first, last = start.timestamp() / 3600, end.timestamp() / 3600
    midnights = np.arange(first // DAY_HOURS + 1, ceil(last / DAY_HOURS)) * DAY_HOURS
    edges = np.concatenate([[first], midnights, [last]])
    return edges[:-1], edges[1:]


def _day(day: int, length: float, rates: _Rates, gram_hours: np.ndarray, hours: np.ndarray) -> UsageDay:
    energy = None if rates.it_w is None else emissions.facility_kwh(rates.it_w, length, rates.pue)
    is_known = energy is not None and hours[UNKNOWN] < 1e-9
    kwh_per_hour = 0.0 if energy is None else energy / length
    measured, estimated, usual = (
        float(gram_hours[kind]) * kwh_per_hour if is_known else None for kind in (MEASURED, ESTIMATED, USUAL)
    )
    return UsageDay(
        day=day,
        hours=length,
        energy_kwh=energy,
        measured_g=measured,
        estimated_g=estimated,
        usual_g=usual,
        embodied_g=None if rates.embodied_g is None else rates.embodied_g * length,
        cost_usd=None if rates.cost_usd is None else rates.cost_usd * length,
    )


def _with_submission(days: Sequence[UsageDay], gram_hours: np.ndarray, hours: np.ndarray) -> Iterator[UsageDay]:
    """The days with what their energy would have emitted without the wait. gram_hours, hours: of as many spans."""
    for at, day in enumerate(days):
        is_known = day.operational_g is not None and day.energy_kwh is not None and hours[UNKNOWN, at] < 1e-9
        kwh_per_hour = 0.0 if day.energy_kwh is None else day.energy_kwh / day.hours
        yield replace(day, at_submission_g=float(gram_hours[:, at].sum()) * kwh_per_hour if is_known else None)


def _rates(row: UsageRow, mapping: CloudMap) -> _Rates:
    region = mapping.regions[row.region]
    machine = _machine(row, mapping)
    price = None if row.instance_type is None else mapping.price(row.region, row.instance_type)
    listed = None if price is None else price.spot_usd_per_hour if row.spot else price.on_demand_usd_per_hour
    as_of = None if price is None else price.spot_as_of if row.spot else price.on_demand_as_of
    is_billed = row.cost_usd is not None
    it_w, unknown = _it_w(row, machine, mapping)
    embodied = None if machine is None else machine.embodied_kgco2e
    cost = row.cost_usd / row.hours if row.cost_usd is not None else None if listed is None else listed * row.count
    return _Rates(
        it_w=it_w,
        pue=pue_of(row.machine, row.pue, region)[0],
        embodied_g=None if embodied is None else emissions.embodied_gco2e(embodied * row.count, 1.0),
        cost_usd=cost,
        price_as_of=None if is_billed or listed is None else as_of,
        unknown=unknown,
    )


def _machine(row: UsageRow, mapping: CloudMap) -> InstanceType | None:
    if row.machine is not None:
        return mapping.catalog.parts.machine(row.machine)
    if row.instance_type is None:
        return None
    return mapping.instance_type(mapping.regions[row.region].provider, row.instance_type)


def _it_w(row: UsageRow, machine: InstanceType | None, mapping: CloudMap) -> tuple[float | None, str | None]:
    """Watts of all machines before PUE, or None and why."""
    if row.it_kwh is not None:
        return row.it_kwh * units.WATTS_PER_KILOWATT / row.hours, None
    if machine is None:
        return None, NO_MACHINE
    if machine.power is None:
        return None, f"the power of {machine.instance_type} cannot be modelled: {why_not_modelled(machine)}"
    busy = utilization(machine, Load(utilization=row.utilization, assumed=mapping.accelerator_loads[OTHER]))
    return machine.power.draw(busy.cpu, busy.accelerator or 0.0, busy.curve).it_w * row.count, None


CORRECTED_DAYS = 3  # readings of a day may be corrected so long after it
LATE_DAYS = 40  # a source that was away may bring readings so long after their day


def may_improve(settled_row: SettledUsage, today: int) -> bool:
    """Whether better readings may still come. today: UTC day since 1970."""
    rests_on_usual = any(day.usual_g is None or day.usual_g > 0 for day in settled_row.days)
    return settled_row.days[-1].day >= today - (LATE_DAYS if rests_on_usual else CORRECTED_DAYS)
