"""How sure the grams of rows that are alike are: the part of the grid, and that of the machine's power."""

from __future__ import annotations

from math import exp

import orjson

from carbon import units
from carbon.errors import UnknownInstanceType
from carbon.ranges import SURE, Factors
from carbon.workload import Load, OwnMachine
from catalog.model import InstanceType
from catalog.utilization import OTHER
from mapping import CloudMap
from planning.placing.emission import utilization
from store.ledger.usage import UsageTotal

DAY_HOURS = 24.0
NOT_MODELLED = Factors(low=1 / units.UNCERTAINTY_FACTOR, high=units.UNCERTAINTY_FACTOR)


def doubt(total: UsageTotal, mapping: CloudMap, days: int) -> tuple[Factors, Factors]:
    """10th and 90th centile over the grams, because of the grid and because of the power model.

    days: on which something ran in the zone. No range is known of readings, so only the part that rests on usual values
    has one: the more days, the narrower. Measured energy has no range.
    """
    return _grid(total, mapping, days), SURE if total.is_metered else _power(total, mapping)


def _grid(total: UsageTotal, mapping: CloudMap, days: int) -> Factors:
    figures, zone = total.figures, mapping.zones.get(total.zone)
    usual = figures.usual_g or 0.0
    grams = (figures.measured_g or 0.0) + (figures.estimated_g or 0.0) + usual
    errors = mapping.profiles.errors
    if usual <= 0 or zone is None or errors is None:
        return SURE
    sides = errors.log_range(zone, "baseline", 0.0, days * DAY_HOURS)
    if sides is None:
        return SURE
    low, high = (exp(side) for side in sides)
    share = usual / grams
    return Factors(low=min(1.0, 1 - share * (1 - low)), high=max(1.0, 1 + share * (high - 1)))


def _power(total: UsageTotal, mapping: CloudMap) -> Factors:
    machine = _machine(total, mapping)
    if machine is None or machine.power is None:
        return NOT_MODELLED
    busy = utilization(machine, Load(assumed=mapping.accelerator_loads[OTHER]))
    draw = machine.power.draw(busy.cpu, busy.accelerator or 0.0, busy.curve)
    return machine.power.uncertainty(draw, busy.assumed).power


def _machine(total: UsageTotal, mapping: CloudMap) -> InstanceType | None:
    if total.machine.startswith("{"):
        return mapping.catalog.parts.machine(OwnMachine(**orjson.loads(total.machine)))
    provider, _, name = total.machine.partition(":")
    try:
        return mapping.instance_type(provider, name)
    except UnknownInstanceType:  # its row was removed from the catalog since
        return None
