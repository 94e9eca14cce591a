"""The region in the middle: what the same machines would have emitted there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from carbon.usage_reports import MedianRegion
from carbon.workload import COMMERCIAL
from catalog.model import Region
from mapping import CloudMap
from planning.ledger.past_hours import UNKNOWN, PastHours
from store.ledger.usage import UsageTotal

DAY_HOURS = 24


def hours_of_days(totals: Sequence[UsageTotal]) -> tuple[int, int]:
    """The UTC hours since 1970 of the days of the totals: the first, and the one after the last."""
    days = [total.day for total in totals]
    return min(days) * DAY_HOURS, (max(days) + 1) * DAY_HOURS


def median_region(totals: Sequence[UsageTotal], mapping: CloudMap) -> Region | None:
    """Of the commercial regions of the clouds that were used, the one in the middle by grams per kWh of IT energy.

    By usual values over the days of the totals; of an even number the greener one of the two.
    """
    if not totals:
        return None
    return middle_region({total.region.partition(":")[0] for total in totals}, *hours_of_days(totals), mapping)


def middle_region(providers: Collection[str], first: int, last: int, mapping: CloudMap) -> Region | None:
    """The same of these clouds, by the hours from `first` up to `last` (exclusive, UTC hours since 1970)."""
    regions = [
        region
        for region in mapping.catalog.regions
        if region.provider in providers and region.partition == COMMERCIAL and region.status == "available"
    ]
    zones = sorted({region.zone for region in regions})
    means = mapping.profiles.gco2e_per_kwh(mapping.profiles.rows(zones), np.arange(first, last, dtype=np.int64))
    usual = dict(zip(zones, means.mean(axis=1).tolist(), strict=True))
    ranked = sorted(
        (usual[region.zone] * region.pue, region.key, region) for region in regions if np.isfinite(usual[region.zone])
    )
    return ranked[(len(ranked) - 1) // 2][2] if ranked else None


def in_median_region(
    totals: Sequence[UsageTotal], region: Region, past: PastHours, mapping: CloudMap
) -> MedianRegion | None:
    """The grams there: the IT energy of each UTC day times its PUE and the mean intensity of that day.

    past: the hours of its zone on these days. None where one of them is not known, or no energy is.
    """
    it_kwh: dict[int, float] = {}
    for total in totals:
        if total.figures.energy_kwh is not None and total.figures.operational_g is not None:
            pue = total.pue or (mapping.regions[total.region].pue if total.region in mapping.regions else None)
            if pue is None:  # of an earlier revision, in a region that the catalog has no more
                return None
            it_kwh[total.day] = it_kwh.get(total.day, 0.0) + total.figures.energy_kwh / pue
    if not it_kwh:
        return None
    starts = np.array(list(it_kwh), dtype=np.float64) * DAY_HOURS
    gram_hours, hours = past.between(starts, starts + DAY_HOURS)
    if hours[UNKNOWN].max() > 0:
        return None
    means = gram_hours.sum(axis=0) / DAY_HOURS
    grams = float((np.array(list(it_kwh.values())) * region.pue * means).sum())
    return MedianRegion(region=region.key, operational_g=grams)
