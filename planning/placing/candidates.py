"""Which offers meet every constraint, and how many each constraint removes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from catalog.columns import BoolArray, IntArray
from catalog.offers import Offers
from planning.placing.constraints import Constraints


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The offers that meet every constraint, and how many each constraint removed, in the order applied.

    offer, region, type: indexes into the offers, their regions and types. The counts of removed and len(offer) add up
    to `total`.
    """

    offer: IntArray
    region: IntArray
    type: IntArray
    total: int
    removed: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.offer)


def narrow(offers: Offers, regions: BoolArray, constraints: Constraints) -> Candidates:
    """Apply constraints to the offers of these regions; an offer counts for the first constraint that removes it."""
    offer = np.flatnonzero(regions[offers.region])
    total, removed = len(offer), {}
    for name, mask, column in constraints.in_order(offers):
        qualifying = offer[mask[offer if column is None else column[offer]]]
        if len(qualifying) < len(offer):
            removed[name] = len(offer) - len(qualifying)
        offer = qualifying
    return Candidates(offer, offers.region[offer], offers.type[offer], total, removed)
