"""What one machine emits in one place over some hours."""

from __future__ import annotations

from dataclasses import dataclass

from carbon import emissions, units
from carbon.errors import PowerNotModelled
from carbon.intensity import CarbonIntensity
from carbon.power import PowerCurve
from carbon.results import Emission, GridShares
from carbon.workload import Load
from catalog.model import InstanceType, Provider
from catalog.prices import Price
from planning.placing.costs import cost_of


@dataclass(frozen=True, slots=True)
class Busy:
    """Utilisations as used, 0 to 1. accelerator None: the machine has none."""

    cpu: float
    accelerator: float | None
    defaulted: bool
    curve: PowerCurve


def busy(instance: InstanceType, load: Load) -> Busy:
    """The caller's utilisation, else the type's default: a burstable type's baseline, otherwise 0.5."""
    default = instance.baseline_utilization or units.DEFAULT_UTILIZATION
    cpu = default if load.utilization is None else load.utilization
    accelerator = cpu if load.accelerator_utilization is None else load.accelerator_utilization
    return Busy(cpu, accelerator if instance.accelerator else None, load.utilization is None, load.curve)


def sustained(instance: InstanceType, load: Load) -> Busy:
    """As busy(), but a burstable type works no harder than its baseline: what a ranking by work compares."""
    asked = busy(instance, load)
    cap = instance.baseline_utilization
    return asked if cap is None or asked.cpu <= cap else Busy(cap, asked.accelerator, asked.defaulted, asked.curve)


def emission(
    *,
    region: str,
    provider: Provider,
    instance: InstanceType,
    offered: bool | None,
    load: Busy,
    duration_hours: float,
    count: int,
    include_embodied: bool,
    now: CarbonIntensity,
    used: CarbonIntensity,
    shares: GridShares,
    price: Price | None,
) -> Emission:
    """Energy and grams of `count` machines over the hours. Raises PowerNotModelled."""
    if instance.power is None or used.gco2e_per_kwh is None:
        raise PowerNotModelled(f"the power of {instance.instance_type} cannot be modelled")
    draw = instance.power.draw(load.cpu, load.accelerator or 0.0, load.curve)
    energy_kwh = emissions.facility_kwh(draw.it_w * count, duration_hours, provider.pue)
    embodied = None
    if include_embodied and instance.embodied_kgco2e is not None:
        embodied = emissions.embodied_gco2e(instance.embodied_kgco2e * count, duration_hours)
    return Emission(
        region=region,
        instance_type=instance.instance_type,
        offered=offered,
        duration_hours=duration_hours,
        count=count,
        utilization=load.cpu,
        utilization_defaulted=load.defaulted,
        accelerator_utilization=load.accelerator,
        curve=load.curve,
        draw=draw,
        pue=provider.pue,
        energy_kwh=energy_kwh,
        now=now,
        used=used,
        operational_gco2e=emissions.operational_gco2e(energy_kwh, used.gco2e_per_kwh),
        embodied_gco2e=embodied,
        uncertainty=instance.power.uncertainty(draw),
        shares=shares,
        cost=cost_of(price, duration_hours, count),
    )
