"""What rows of usage emitted, from the hours of the grid in which they ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from math import ceil

import numpy as np

from carbon import emissions, units
from carbon.errors import UnknownInstanceType
from carbon.ledger import SettledUsage, UsageDay, UsageRow
from carbon.workload import Load, OwnMachine
from catalog.memo import table_cache
from catalog.model import InstanceType
from catalog.profiles import hour_of
from catalog.utilization import OTHER
from mapping import CloudMap
from planning.ledger.past_hours import ESTIMATED, MEASURED, UNKNOWN, USUAL, PastHours
from planning.placing.emission import pue_of, utilization
from planning.placing.machine_type import why_not_modelled

DAY_HOURS = 24.0
NO_INTENSITY = "no carbon intensity is known of zone {zone} in these hours"
LOOKUPS = 4096  # machines at a utilization whose watts are kept
Span = tuple[float, float]  # hours since 1970
_Grid = tuple[float, float, float, float]  # of a span: gram_hours of MEASURED, ESTIMATED, USUAL; hours of UNKNOWN
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


def is_in_catalog(row: UsageRow, mapping: CloudMap) -> bool:
    """Whether the catalog still has the region and type, so that the row can be settled."""
    region = mapping.regions.get(row.region)
    if region is None:
        return False
    try:
        return row.instance_type is None or bool(mapping.instance_type(region.provider, row.instance_type))
    except UnknownInstanceType:
        return False


def with_submission(row: UsageRow, made_at: Mapping[str, datetime]) -> UsageRow:
    """The row; one that does not say when it was submitted has been when its decision was made, unless that was later.

    made_at: of decisions, by id.
    """
    made = made_at.get(row.decision_id or "")
    return row if row.submitted_at is not None or made is None or made > row.start else replace(row, submitted_at=made)


def settled(rows: Sequence[UsageRow], mapping: CloudMap, past: Mapping[str, PastHours]) -> Iterator[SettledUsage]:
    """Each row with its figures by UTC day, in the order of the rows. past: of each row's zone, over all its hours."""
    zones = [mapping.regions[row.region].zone for row in rows]
    cuts = [_days(row.start, row.end) for row in rows]
    grids = _grids(zones, cuts, past)
    for row, zone, cut in zip(rows, zones, cuts, strict=True):
        rates = _rates(row, mapping)
        days = tuple(_day(start, end, rates, next(grids[zone])) for start, end in cut)
        if row.submitted_at is not None:
            wait = (row.start - row.submitted_at).total_seconds() / 3600
            starts, ends = np.array(cut).T - wait
            days = tuple(_with_submission(days, *past[zone].between(starts, ends)))
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
            pue=_pue_in(row, rates, mapping),
        )


def _pue_in(row: UsageRow, rates: _Rates, mapping: CloudMap) -> float:
    """The PUE that is in the energy. Who sends a measured energy with a PUE of 1 means that of the whole facility."""
    is_of_facility = row.it_kwh is not None and rates.pue == 1.0
    return mapping.regions[row.region].pue if is_of_facility else rates.pue


def _days(start: datetime, end: datetime) -> list[Span]:
    """[start, end) cut at the UTC days; in hours since 1970."""
    first, last = start.timestamp() / 3600, end.timestamp() / 3600
    midnights = range(int(first // DAY_HOURS) + 1, ceil(last / DAY_HOURS))
    return list(pairwise([first, *(day * DAY_HOURS for day in midnights), last]))


def _grids(
    zones: Sequence[str], cuts: Sequence[Sequence[Span]], past: Mapping[str, PastHours]
) -> dict[str, Iterator[_Grid]]:
    """The grid in the spans of each zone, in their order: one look at its hours for all rows."""
    spans: dict[str, list[Span]] = {}
    for zone, cut in zip(zones, cuts, strict=True):
        spans.setdefault(zone, []).extend(cut)
    return {zone: _grid(past[zone], some) for zone, some in spans.items()}


def _grid(past: PastHours, spans: Sequence[Span]) -> Iterator[_Grid]:
    starts, ends = np.array(spans).T
    grams, hours = past.between(starts, ends)
    return zip(*grams[[MEASURED, ESTIMATED, USUAL]].tolist(), hours[UNKNOWN].tolist(), strict=True)


def _day(start: float, end: float, rates: _Rates, grid: _Grid) -> UsageDay:
    length = end - start
    energy = None if rates.it_w is None else emissions.facility_kwh(rates.it_w, length, rates.pue)
    measured, estimated, usual, unknown_hours = grid
    is_known = energy is not None and unknown_hours < 1e-9
    kwh_per_hour = 0.0 if energy is None else energy / length
    return UsageDay(
        day=int(start // DAY_HOURS),
        hours=length,
        energy_kwh=energy,
        measured_g=measured * kwh_per_hour if is_known else None,
        estimated_g=estimated * kwh_per_hour if is_known else None,
        usual_g=usual * kwh_per_hour if is_known else None,
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
    machine, watts, why = _machine_at_work(mapping, region.provider, row.instance_type, row.machine, row.utilization)
    price = None if row.instance_type is None else mapping.price(row.region, row.instance_type)
    listed = None if price is None else price.spot_usd_per_hour if row.spot else price.on_demand_usd_per_hour
    as_of = None if price is None else price.spot_as_of if row.spot else price.on_demand_as_of
    is_billed = row.cost_usd is not None
    it_w = None if watts is None else watts * row.count
    if row.it_kwh is not None:
        it_w, why = row.it_kwh * units.WATTS_PER_KILOWATT / row.hours, None
    embodied = None if machine is None else machine.embodied_kgco2e
    cost = row.cost_usd / row.hours if row.cost_usd is not None else None if listed is None else listed * row.count
    return _Rates(
        it_w=it_w,
        pue=pue_of(row.machine, row.pue, region)[0],
        embodied_g=None if embodied is None else emissions.embodied_gco2e(embodied * row.count, 1.0),
        cost_usd=cost,
        price_as_of=None if is_billed or listed is None else as_of,
        unknown=why,
    )


@table_cache(LOOKUPS)
def _machine_at_work(
    mapping: CloudMap, provider: str, instance_type: str | None, own: OwnMachine | None, busy: float | None
) -> tuple[InstanceType | None, float | None, str | None]:
    """The machine, and its watts before PUE, or None and why. Raises UnknownInstanceType."""
    if own is None and instance_type is None:
        return None, None, NO_MACHINE
    machine = mapping.catalog.parts.machine(own) if own else mapping.instance_type(provider, instance_type or "")
    if machine.power is None:
        return machine, None, f"the power of {machine.instance_type} cannot be modelled: {why_not_modelled(machine)}"
    used = utilization(machine, Load(utilization=busy, assumed=mapping.accelerator_loads[OTHER]))
    return machine, machine.power.draw(used.cpu, used.accelerator or 0.0, used.curve).it_w, None


CORRECTED_DAYS = 3  # readings of a day may be corrected so long after it
LATE_DAYS = 40  # a source that was away may bring readings so long after their day


def may_improve(settled_row: SettledUsage, today: int) -> bool:
    """Whether better readings may still come. today: UTC day since 1970."""
    return settled_row.days[-1].day >= today - (LATE_DAYS if settled_row.rests_on_usual else CORRECTED_DAYS)
