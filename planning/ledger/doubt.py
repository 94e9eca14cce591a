"""How sure the grams of rows that are alike are: the part of the grid, and that of the machine's power."""

from __future__ import annotations

from math import exp

import orjson

from carbon import units
from carbon.errors import UnknownInstanceType
from carbon.ranges import SURE, Factors
from carbon.workload import Load, OwnMachine
from catalog.memo import table_cache
from catalog.model import InstanceType
from catalog.utilization import OTHER
from mapping import CloudMap
from planning.placing.emission import utilization
from store.ledger.usage import UsageTotal

DAY_HOURS = 24.0
LOOKUPS = 4096  # machines, and zones with a number of days, whose ranges are kept: reports have many totals of each
NOT_MODELLED = Factors(low=1 / units.UNCERTAINTY_FACTOR, high=units.UNCERTAINTY_FACTOR)


def doubt(total: UsageTotal, mapping: CloudMap, days: int) -> tuple[Factors, Factors]:
    """10th and 90th centile over the grams, because of the grid and because of the power model.

    days: on which something ran in the zone. No range is known of readings, so only the part that rests on usual values
    has one: the more days, the narrower. Measured energy has no range.
    """
    return _grid(total, mapping, days), SURE if total.is_metered else _power(mapping, total.machine)


def _grid(total: UsageTotal, mapping: CloudMap, days: int) -> Factors:
    figures = total.figures
    usual = figures.usual_g or 0.0
    grams = (figures.measured_g or 0.0) + (figures.estimated_g or 0.0) + usual
    sides = _usual_value(mapping, total.zone, days) if usual > 0 else None
    if sides is None:
        return SURE
    share = usual / grams
    return Factors(low=min(1.0, 1 - share * (1 - sides.low)), high=max(1.0, 1 + share * (sides.high - 1)))


@table_cache(LOOKUPS)
def _usual_value(mapping: CloudMap, zone: str, days: int) -> Factors | None:
    """The range of what is usual in a zone, over so many days."""
    place, errors = mapping.zones.get(zone), mapping.profiles.errors
    if place is None or errors is None:
        return None
    sides = errors.log_range(place, "baseline", 0.0, days * DAY_HOURS)
    return None if sides is None else Factors(low=exp(sides[0]), high=exp(sides[1]))


@table_cache(LOOKUPS)
def _power(mapping: CloudMap, name: str) -> Factors:
    machine = _machine(mapping, name)
    if machine is None or machine.power is None:
        return NOT_MODELLED
    busy = utilization(machine, Load(assumed=mapping.accelerator_loads[OTHER]))
    draw = machine.power.draw(busy.cpu, busy.accelerator or 0.0, busy.curve)
    return machine.power.uncertainty(draw, busy.assumed).power


def _machine(mapping: CloudMap, machine: str) -> InstanceType | None:
    if machine.startswith("{"):
        return mapping.catalog.parts.machine(OwnMachine(**orjson.loads(machine)))
    provider, _, name = machine.partition(":")
    try:
        return mapping.instance_type(provider, name)
    except UnknownInstanceType:  # its row was removed from the catalog since
        return None
