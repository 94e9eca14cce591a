"""Hints that follow from an answer's own figures."""

from __future__ import annotations

import numpy as np

from carbon.placements import Advice, BareRegion, PlacementRow
from carbon.ranges import RangedFigure, distinguishable
from planning.placing.figures import OfferFigures
from planning.placing.job import Job
from planning.placing.rank import Ranked
from planning.placing.rates import PLAIN
from planning.placing.savings import share_of_worse
from planning.placing.told_apart import ranged_figure
from planning.ties import significant

# Waiting or moving for less than this share is not worth a sentence.
LEAST_SAVING_SHARE = 0.01


def advice(
    job: Job, offers: OfferFigures, ranked: Ranked, first: PlacementRow, requested: PlacementRow | BareRegion | None
) -> tuple[Advice, ...]:
    """Hints on architecture, time and region that this answer's figures support; often none."""
    hints = (_architecture(job, offers, ranked), _time(first), _region(job, first, requested))
    return tuple(hint for hint in hints if hint is not None)


def _architecture(job: Job, offers: OfferFigures, ranked: Ranked) -> Advice | None:
    """Arm against x86 in row 1's region, where the model can tell them apart."""
    if ranked.kind[0] != PLAIN:
        return None
    columns, region, grams = job.mapping.columns, int(ranked.region[0]), offers.gco2e_per_work
    here, arm = (offers.region == region) & (offers.kind == PLAIN), columns.arm[offers.type]
    best: dict[str, tuple[float, int]] = {}
    for name, mask in (("Arm", arm), ("x86", ~arm)):
        indexes = np.flatnonzero(here & mask)
        if not len(indexes):
            return None
        index = indexes[np.lexsort((offers.order[indexes], significant(grams[indexes])))[0]]
        best[name] = float(grams[index]), int(offers.type[index])
    (better, (low, low_type)), (worse, (high, high_type)) = sorted(best.items(), key=lambda item: item[1])
    place, used = job.offers.regions[region], job.outlook.current_by_row[int(job.starts.zone_row[region])]
    ranges = (
        ranged_figure(value, zone=place.zone, instance=columns.types[index], load=job.query.load, used=used)
        for value, index in ((low, low_type), (high, high_type))
    )
    if not distinguishable(*ranges):
        return None
    saving = share_of_worse(high, low)
    to_type, from_type = (columns.types[index].instance_type for index in (low_type, high_type))
    return Advice(
        kind="architecture",
        text=f"In {place.key}, {to_type} ({better}) emits {saving:.1%} less CO2e per unit of "
        f"work than {from_type}, the best {worse} type that qualifies",
        saving_share=saving,
        from_label=from_type,
        to_label=to_type,
        from_gco2e=high,
        to_gco2e=low,
        per="unit of work",
    )


def _time(first: PlacementRow) -> Advice | None:
    before = first.start_now_gco2e + (first.emission.embodied_gco2e or 0.0)
    after = first.emission.total_gco2e
    saving = share_of_worse(before, after)
    if saving < LEAST_SAVING_SHARE:
        return None
    start = f"{first.window.starts_at:%Y-%m-%dT%H:%M:%SZ}"
    return Advice(
        kind="time",
        text=f"Starting {first.emission.instance_type} in {first.emission.region} at {start} instead of now "
        f"emits {saving:.1%} less CO2e",
        saving_share=saving,
        from_label="start now",
        to_label=start,
        from_gco2e=before,
        to_gco2e=after,
        per="job",
    )


def _region(job: Job, first: PlacementRow, requested: PlacementRow | BareRegion | None) -> Advice | None:
    if not isinstance(requested, PlacementRow) or first.is_requested_region:
        return None
    before, after = requested.gco2e_for_same_work, first.gco2e_for_same_work
    if before is None or after is None or share_of_worse(before, after) < LEAST_SAVING_SHARE:
        return None
    if not distinguishable(_same_work(job, requested, before), _same_work(job, first, after)):
        return None
    saving = share_of_worse(before, after)
    return Advice(
        kind="region",
        text=f"{first.emission.instance_type} in {first.emission.region} emits {saving:.1%} less CO2e for the same "
        f"work than {requested.emission.instance_type} in {requested.emission.region}",
        saving_share=saving,
        from_label=requested.emission.region,
        to_label=first.emission.region,
        from_gco2e=before,
        to_gco2e=after,
        per="same work",
    )


def _same_work(job: Job, row: PlacementRow, gco2e: float) -> RangedFigure:
    region = job.mapping.regions[row.emission.region]
    instance = job.mapping.instance_type(region.provider, row.emission.instance_type)
    return ranged_figure(gco2e, zone=region.zone, instance=instance, load=job.query.load, used=row.emission.used)
