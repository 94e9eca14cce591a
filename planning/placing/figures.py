"""What each candidate emits and costs per hour and per unit of work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from carbon import units
from catalog.columns import FloatArray, IntArray, TypeColumns
from planning.placing.candidates import Candidates
from planning.placing.job import Job
from planning.placing.rates import ACCELERATED, PLAIN, UNRATED, TypeRates


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OfferFigures:
    """Columns over the candidates; NaN is unknown.

    order: place among equals, by type, then by region. hardware: ACCELERATED or PLAIN. kind: of its work; UNRATED
    where no grams per unit of work can be given. gco2e_*: operational and, if the query says so, embodied.
    performance: speed of one vCPU or accelerator. *_per_hour: of one machine.
    """

    offer: IntArray
    region: IntArray
    type: IntArray
    order: IntArray
    hardware: IntArray
    kind: IntArray
    performance: FloatArray
    work_per_hour: FloatArray
    gco2e_per_hour: FloatArray
    gco2e_per_work: FloatArray
    usd_per_hour: FloatArray
    usd_per_work: FloatArray


def figures(job: Job, candidates: Candidates) -> OfferFigures:
    """The candidates' figures at the question's load, windows and prices."""
    return offer_figures(
        candidates,
        job.mapping.columns,
        job.rates,
        gco2e_per_kwh_it=job.gco2e_per_kwh_it,
        usd_per_hour=job.usd_per_hour,
        region_order=job.offers.region_order,
        include_embodied=job.query.include_embodied,
    )


def offer_figures(
    candidates: Candidates,
    columns: TypeColumns,
    rates: TypeRates,
    *,
    gco2e_per_kwh_it: FloatArray,
    usd_per_hour: FloatArray,
    region_order: IntArray,
    include_embodied: bool,
) -> OfferFigures:
    """gco2e_per_kwh_it, region_order: per region of the offers. usd_per_hour: per offer of the catalog."""
    region, kind = candidates.region, candidates.type
    grams: FloatArray = (rates.it_w / units.WATTS_PER_KILOWATT)[kind] * gco2e_per_kwh_it[region]
    if include_embodied:
        hardware = columns.embodied_kgco2e * units.GRAMS_PER_KILOGRAM / units.SERVER_LIFETIME_HOURS
        grams = grams + hardware[kind]
    work_per_hour = rates.work_per_hour[kind]
    with np.errstate(over="ignore"):  # infinite, and so unrated, where next to no work is done
        gco2e_per_work = grams / work_per_hour
        usd_per_work = usd_per_hour[candidates.offer] / work_per_hour
    return OfferFigures(
        offer=candidates.offer,
        region=region,
        type=kind,
        order=columns.order[kind] * len(region_order) + region_order[region],
        hardware=np.where(columns.accelerated, ACCELERATED, PLAIN)[kind],
        kind=np.where(np.isfinite(gco2e_per_work), rates.kind[kind], UNRATED),
        performance=columns.performance[kind],
        work_per_hour=work_per_hour,
        gco2e_per_hour=grams,
        gco2e_per_work=gco2e_per_work,
        usd_per_hour=usd_per_hour[candidates.offer],
        usd_per_work=usd_per_work,
    )
