"""The machine that a question names, or describes by its parts."""

from __future__ import annotations

from carbon.errors import PowerNotModelled
from carbon.workload import CalculateQuery, CurrentMachines
from catalog.model import InstanceType
from mapping import CloudMap
from planning.placing.phases import ANY_MACHINE, with_watts

NO_PARTS = "its parts are not known"


def machine_type(query: CalculateQuery | CurrentMachines, mapping: CloudMap) -> InstanceType:
    """The type of the region's provider, or what the caller's machine would be as one. Raises UnknownInstanceType."""
    if query.machine is not None:
        return mapping.catalog.parts.machine(query.machine)
    if query.instance_type is None and isinstance(query, CalculateQuery) and query.load.has_watts:
        return ANY_MACHINE
    if query.instance_type is None:
        raise ValueError("a query names an instance type or describes a machine")
    return mapping.instance_type(mapping.regions[query.region].provider, query.instance_type)


def why_not_modelled(machine: InstanceType) -> str:
    """The reason of a type without a power model, and from which day it is not sold, if its cloud announced one."""
    why = machine.not_modelled or NO_PARTS
    return why if machine.retired_on is None else f"{why}; retired on {machine.retired_on}"


def modelled_machine(query: CalculateQuery | CurrentMachines, mapping: CloudMap) -> InstanceType:
    """As machine_type, of a machine whose power is modelled or stated. Raises PowerNotModelled for any other."""
    machine = machine_type(query, mapping)
    if isinstance(query, CalculateQuery):
        machine = with_watts(machine, query.load)
    if machine.power is None:
        why = why_not_modelled(machine)
        raise PowerNotModelled(
            f"the power of {machine.instance_type} cannot be modelled: {why}",
            instance_type=machine.instance_type,
            why=why,
            nearest_modelled=mapping.nearest_modelled(machine),
        )
    return machine
