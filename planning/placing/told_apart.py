"""Which offers the model can tell apart: their ranges without what they share."""

from __future__ import annotations

from carbon import units
from carbon.intensity import CarbonIntensity
from carbon.ranges import SURE, Factors, RangedFigure, combined
from carbon.workload import Load
from catalog.model import InstanceType
from planning.placing.emission import sustained_utilization
from planning.placing.job import Job
from planning.placing.rank import Ranked


def ranged_row(job: Job, ranked: Ranked, index: int) -> RangedFigure:
    """Grams per unit of work of row `index`, with its range."""
    region, starts = int(ranked.region[index]), job.starts
    used = job.outlook.describe(
        int(starts.zone_row[region]),
        float(starts.gco2e_per_kwh[region]),
        float(starts.seconds[region]),
        job.span.window_hours * units.HOUR_SECONDS,
    )
    return ranged_figure(
        float(ranked.gco2e_per_work[index]),
        zone=job.offers.regions[region].zone,
        instance=job.mapping.columns.types[int(ranked.type[index])],
        load=job.query.load,
        used=used,
    )


def ranged_figure(
    value: float, *, zone: str, instance: InstanceType, load: Load, used: CarbonIntensity
) -> RangedFigure:
    """Grams of an offer per unit of work, or for the same work, with the parts of its doubt.

    used: the mean intensity that the grams rest on. The machine's part is that of its power and of its work index. An
    assumed load of accelerators adds nothing: it is the same for all machines of a question.
    """
    power = SURE
    if instance.power is not None:
        busy = sustained_utilization(instance, load)
        power = instance.power.uncertainty(instance.power.draw(busy.cpu, busy.accelerator or 0.0, busy.curve)).power
    return RangedFigure(
        value=value,
        zone=zone,
        grid=used.grid or SURE,
        machine=f"{instance.provider}:{instance.instance_type}",
        power=combined(power, _work(instance)),
    )


def _work(instance: InstanceType) -> Factors:
    """Of grams per unit of work, for what the work index leaves open. Work of accelerators has no range."""
    if instance.accelerator is not None:
        return SURE
    return Factors(low=1 / instance.performance_high, high=1 / instance.performance_low)
