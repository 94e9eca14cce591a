"""Which offers the model can tell apart: their ranges without what they share."""

from __future__ import annotations

import numpy as np

from carbon import units
from carbon.intensity import CarbonIntensity
from carbon.ranges import SURE, Factors, RangedFigure, combined
from carbon.workload import Load, RankBy
from catalog.model import InstanceType
from planning.placing.emission import sustained_utilization
from planning.placing.job import Job
from planning.placing.rank import Ranked
from planning.placing.rates import UNRATED


def ranged_row(job: Job, ranked: Ranked, index: int, *, used: CarbonIntensity | None = None) -> RangedFigure:
    """What the ranking compares of row `index`, with its range. used: the mean of its window, if it is at hand."""
    return ranged_offer(job, float(ranked.gco2e[index]), int(ranked.region[index]), int(ranked.type[index]), used=used)


def greenest_row(job: Job, ranked: Ranked) -> RangedFigure | None:
    """What the ranking compares of the greenest row that is comparable with the first one; None if none is."""
    if ranked.group[0] == UNRATED:
        return None
    greenest = int(np.argmin(np.where(ranked.group == ranked.group[0], ranked.gco2e, np.inf)))
    return ranged_row(job, ranked, greenest)


def ranged_offer(
    job: Job, gco2e: float, region: int, type_index: int, *, used: CarbonIntensity | None = None
) -> RangedFigure:
    """Grams of an offer in its window, with their range. region, type_index: places in the catalog's offers.

    used: the mean of its window, if it is at hand.
    """
    starts = job.starts
    used = used or job.outlook.describe(
        int(starts.zone_row[region]),
        float(starts.gco2e_per_kwh[region]),
        float(starts.seconds[region]),
        job.span.window_hours * units.HOUR_SECONDS,
    )
    return ranged_figure(
        gco2e,
        zone=job.offers.regions[region].zone,
        instance=job.mapping.columns.types[type_index],
        load=job.query.load,
        used=used,
        by=job.ranked_by.by,
    )


def ranged_figure(
    value: float, *, zone: str, instance: InstanceType, load: Load, used: CarbonIntensity, by: RankBy
) -> RangedFigure:
    """Grams of an offer, of the machine or per unit of work, with the parts of their doubt.

    used: the mean intensity that the grams rest on. The machine's part is that of its power and, by work, of its work
    index. An assumed load of accelerators adds nothing: it is the same for all machines of a question.
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
        power=combined(power, _work(instance)) if by is RankBy.WORK else power,
    )


def _work(instance: InstanceType) -> Factors:
    """Of grams per unit of work, for what the work index leaves open. Work of accelerators has no range."""
    if instance.accelerator is not None:
        return SURE
    return Factors(low=1 / instance.performance_high, high=1 / instance.performance_low)
