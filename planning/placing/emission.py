"""What machines emit in one place over some hours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from carbon import emissions, units
from carbon.errors import PowerNotModelled
from carbon.intensity import CarbonIntensity
from carbon.power import AcceleratorLoad, PowerCurve, PowerDraw, PowerModel
from carbon.results import Emission, GridShares, ModelledMachine
from carbon.workload import Load, OwnMachine
from catalog.model import InstanceType, Region
from catalog.prices import Price
from planning.placing.costs import cost_of

IN_REQUEST = "request"  # basis of a PUE that the caller states


@dataclass(frozen=True, slots=True, kw_only=True)
class Utilization:
    """How busy a machine is, 0 to 1. accelerator: None if it has none. defaulted: the caller did not say.

    assumed: the load of the accelerators that is assumed where the caller gave none.
    """

    cpu: float
    accelerator: float | None
    defaulted: bool
    curve: PowerCurve
    assumed: AcceleratorLoad | None = None


def utilization(instance: InstanceType, load: Load) -> Utilization:
    """The caller's utilisation, else the default: a burstable type's baseline, 0.5, accelerators as load.assumed."""
    default = instance.baseline_utilization or units.DEFAULT_UTILIZATION
    cpu = default if load.utilization is None else load.utilization
    accelerator = cpu if load.accelerator is None else load.accelerator
    return Utilization(
        cpu=cpu,
        accelerator=accelerator if instance.accelerator else None,
        defaulted=load.utilization is None,
        assumed=load.assumed_accelerator if instance.accelerator else None,
        curve=load.curve,
    )


def sustained_utilization(instance: InstanceType, load: Load) -> Utilization:
    """As utilization(), but a burstable type is at most as busy as its baseline, as in a ranking by work."""
    busy, baseline = utilization(instance, load), instance.baseline_utilization
    return busy if baseline is None or busy.cpu <= baseline else replace(busy, cpu=baseline)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """`count` machines of one type that run for some hours. own: the caller's description, if they have one.

    draw: mean watts of a machine whose load changes; None: those at its utilization. has_watts: whether the question
    states them.
    """

    instance: InstanceType
    utilization: Utilization
    duration_hours: float
    count: int = 1
    include_embodied: bool = False
    own: OwnMachine | None = None
    draw: PowerDraw | None = None
    has_watts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The place they run in. now: intensity of this hour; used: mean over the hours they run.

    offered: whether the place sells the type; None where no source lists it. price: of the type in this place.
    """

    region: str
    pue: float
    pue_basis: str
    now: CarbonIntensity
    used: CarbonIntensity
    shares: GridShares
    offered: bool | None
    price: Price | None


def pue_of(machine: OwnMachine | None, of_question: float | None, region: Region) -> tuple[float, str]:
    """The PUE of the caller's machine, else of the question, else of the region; and what it rests on."""
    own = machine.pue if machine else None
    pue = of_question if own is None else own
    return (region.pue, region.pue_basis) if pue is None else (pue, IN_REQUEST)


def emission(machines: Machines, site: Site) -> Emission:
    """Energy, grams and cost of the machines over the hours. Raises PowerNotModelled."""
    instance, busy, hours = machines.instance, machines.utilization, machines.duration_hours
    if instance.power is None or site.used.gco2e_per_kwh is None:
        raise PowerNotModelled(f"the power of {instance.instance_type} cannot be modelled")
    draw = machines.draw or instance.power.draw(busy.cpu, busy.accelerator or 0.0, busy.curve)
    energy_kwh = emissions.facility_kwh(draw.it_w * machines.count, hours, site.pue)
    embodied = None
    if machines.include_embodied and instance.embodied_kgco2e is not None:
        embodied = emissions.embodied_gco2e(instance.embodied_kgco2e * machines.count, hours)
    return Emission(
        region=site.region,
        instance_type=instance.instance_type,
        offered=site.offered,
        duration_hours=hours,
        count=machines.count,
        utilization=busy.cpu,
        utilization_defaulted=busy.defaulted,
        accelerator_utilization=busy.accelerator,
        curve=busy.curve,
        draw=draw,
        pue=site.pue,
        pue_basis=site.pue_basis,
        energy_kwh=energy_kwh,
        now=site.now,
        used=site.used,
        operational_gco2e=emissions.operational_gco2e(energy_kwh, site.used.gco2e_per_kwh),
        embodied_gco2e=embodied,
        uncertainty=replace(instance.power.uncertainty(draw, busy.assumed), grid=site.used.grid),
        shares=site.shares,
        cost=cost_of(site.price, hours, machines.count),
        include_embodied=machines.include_embodied,
        machine=None if machines.own is None else _modelled(machines.own, instance, instance.power),
        retired_on=instance.retired_on,
        power_of_request=machines.has_watts,
    )


def _modelled(own: OwnMachine, instance: InstanceType, power: PowerModel) -> ModelledMachine:
    return ModelledMachine(
        own=own,
        power_basis=power.basis,
        performance_index=instance.performance_index,
        performance_basis=instance.performance_basis,
    )
