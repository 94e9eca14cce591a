"""The load of a job in phases: what its machine draws in each of them, and on average."""

from __future__ import annotations

from dataclasses import replace

from carbon.power import PowerDraw, PowerModel, mean_draw
from carbon.workload import Load
from catalog.model import InstanceType
from planning.placing.emission import Utilization, utilization
from planning.scheduling.power import Power

WATTS_OF_REQUEST = "power_w of the request"

# What draws watts that the question states, without a word on what it is.
ANY_MACHINE = InstanceType(
    provider="",
    instance_type="",
    family="",
    category="general",
    vcpus=None,
    reserved_vcpus=None,
    memory_gb=None,
    cpu_model=None,
    microarchitecture=None,
    arch=None,
    burstable=False,
    shared_core=False,
    baseline_utilization=None,
    accelerator=None,
    accelerator_count=0.0,
    embodied_kgco2e=None,
    performance_index=None,
    performance_basis=None,
    power=None,
    not_modelled=None,
    note="",
    source="request",
    as_of="",
)


def with_watts(machine: InstanceType, load: Load) -> InstanceType:
    """The machine as one that draws the mean of the watts that the question states, if it states them."""
    if not load.has_watts:
        return machine
    hours = sum(phase.hours for phase in load.phases)
    watts = sum(phase.hours * (phase.power_w or 0.0) for phase in load.phases) / hours
    return replace(machine, power=PowerModel.constant(watts, WATTS_OF_REQUEST))


def power_over_time(machine: InstanceType, load: Load) -> Power | None:
    """How the power of a machine changes over the job; None if it does not. machine: with a power model."""
    if not load.phases:
        return None
    if load.has_watts:
        return Power.of_watts((phase.hours, phase.power_w or 0.0) for phase in load.phases)
    return Power.of_watts((hours, draw.it_w) for hours, draw in _draws(machine, load))


def mean_of_phases(machine: InstanceType, load: Load) -> tuple[Utilization, PowerDraw]:
    """How busy a machine is on average, and the mean of its watts; at the load that all phases share if it has none."""
    parts, draws = [(hours, utilization(machine, one)) for hours, one in load.by_phase], _draws(machine, load)
    hours = sum(length for length, _ in parts)
    first = parts[0][1]
    accelerator = None
    if first.accelerator is not None:
        accelerator = sum(length * (busy.accelerator or 0.0) for length, busy in parts) / hours
    cpu = sum(length * busy.cpu for length, busy in parts) / hours
    return replace(first, cpu=cpu, accelerator=accelerator), mean_draw(draws)


def _draws(machine: InstanceType, load: Load) -> list[tuple[float, PowerDraw]]:
    if machine.power is None:
        raise ValueError(f"the power of {machine.instance_type} is not modelled")
    parts = [(hours, utilization(machine, one)) for hours, one in load.by_phase]
    return [(hours, machine.power.draw(busy.cpu, busy.accelerator or 0.0, busy.curve)) for hours, busy in parts]
