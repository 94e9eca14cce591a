"""Which offers meet every constraint, and how many each constraint removes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    qualifying = regions[offers.region]
    total, removed = int(np.count_nonzero(qualifying)), dict[str, int]()
    for masks, column in constraints.in_order(offers):
        first_failed = _first_failed([*masks.values()])
        if column is not None:
            first_failed = first_failed.take(column)  # a byte an offer; arrays of eight are slow to allocate
        for number, name in enumerate(masks):
            if count := int(np.count_nonzero(qualifying & (first_failed == number))):
                removed[name] = count
        qualifying &= first_failed == len(masks)
    offer = np.flatnonzero(qualifying)
    return Candidates(offer, offers.region[offer], offers.type[offer], total, removed)


def _first_failed(masks: Sequence[BoolArray]) -> NDArray[np.int8]:
    """The number of the first mask that an entry fails; their count if it fails none."""
    numbers: NDArray[np.int8] = np.argmin([*masks, np.zeros_like(masks[0])], axis=0).astype(np.int8)
    return numbers
