"""The machine that a question names, or describes by its parts."""

from __future__ import annotations

from carbon.workload import CalculateQuery, CurrentMachines
from catalog.model import InstanceType
from mapping import CloudMap


def machine_type(query: CalculateQuery | CurrentMachines, mapping: CloudMap) -> InstanceType:
    """The type of the region's provider, or what the caller's machine would be as one. Raises UnknownInstanceType."""
    if query.machine is not None:
        return mapping.catalog.parts.machine(query.machine)
    if query.instance_type is None:
        raise ValueError("a query names an instance type or describes a machine")
    return mapping.instance_type(mapping.regions[query.region].provider, query.instance_type)
