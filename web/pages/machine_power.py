"""A machine's watts by utilisation: those that compare answers with at a PUE of 1."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from carbon import units
from carbon.power import PowerCurve, PowerModel
from catalog.model import InstanceType
from web.drawing.power_plot import power_chart
from web.geometry.power_picture import LoadWatts, power_picture
from web.pages.embedded import embedded
from web.pages.page import Content

_CURVE = tuple(step / 20 for step in range(21))
TABLE = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watts:
    """What the page shows. at: the load looked at. rows: of the table. measured: at the machine, so without a range."""

    chart: Markup
    at: LoadWatts
    rows: tuple[LoadWatts, ...]
    basis: str
    measured: bool


def usual_utilization(machine: InstanceType) -> float:
    """How busy a machine is taken to be if nobody says so, 0 to 1: a burstable type's baseline, else half."""
    return machine.baseline_utilization or units.DEFAULT_UTILIZATION


def watts_of(machine: InstanceType, utilization: float) -> Watts | None:
    """Watts of one machine, its accelerators as busy as its CPU; None where its power is not modelled."""
    power = machine.power
    if power is None:
        return None
    at = _at(power, utilization)
    picture = power_picture(machine.instance_type, [_at(power, load) for load in _CURVE], at)
    return Watts(
        chart=embedded(power_chart(picture, "power")),
        at=at,
        rows=tuple(_at(power, load) for load in TABLE),
        basis=power.basis,
        measured=power.points is not None,
    )


def _at(power: PowerModel, utilization: float) -> LoadWatts:
    draw = power.draw(utilization, utilization, PowerCurve.CONCAVE)
    factors = power.uncertainty(draw).power
    return LoadWatts(
        utilization=utilization, watts=draw.it_w, low_w=draw.it_w * factors.low, high_w=draw.it_w * factors.high
    )


def question(machine: InstanceType, region: str) -> Content:
    """The body of a compare that answers with the watts of the table, as kWh of an hour."""
    options = []
    for load in TABLE:
        option: Content = {"region": region, "instance_type": machine.instance_type, "utilization": load, "pue": 1}
        options.append(option)
    return {"options": options}
