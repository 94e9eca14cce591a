"""Whole copies from the linear program by and by: a few columns are settled, and the program is solved for the rest.

Rounding all columns at once leaves jobs that then fit nowhere near their best place. Here the program finds out after
each few what the others do about them, with new columns at its new prices.
"""

from __future__ import annotations

from math import ceil, floor, inf

import numpy as np

from planning.plan.limits.columns import Columns
from planning.plan.limits.master import DUAL, Master, Relaxed
from planning.plan.limits.pricing import Pricing, Room
from planning.plan.limits.problem import Column, SecondsLeft

WHOLE = 1e-6  # by which the copies of a column may differ from a whole number
ROUNDS = 25  # in about so many the last column is settled, or in fewer if the time does not reach for them
SURE = 0.7  # of the rounds for which the time seems to reach
SHORTEST = 1e-3  # seconds of a round
OFFERS = 1  # new columns a job and round


def dive(columns: Columns, master: Master, relaxed: Relaxed, seconds_left: SecondsLeft) -> list[tuple[Column, int]]:
    """Copies of columns that keep all limits; not all copies, if the time ran out or some have no room.

    relaxed: an optimum of the program, which holds for these copies alone afterwards.
    """
    settled, began, rounds = _Settled(columns, master), seconds_left(), 0
    fewest = max(1, len(settled.broken(relaxed)) // ROUNDS)
    while (left := seconds_left()) > 0 and (broken := settled.broken(relaxed)):
        rounds_left = left / max(began - left, SHORTEST) * rounds if rounds and left < inf else ROUNDS
        settled.settle(broken, max(fewest, ceil(len(broken) / max(SURE * rounds_left, 1.0))))
        settled.price(relaxed, seconds_left)
        after = master.solve(seconds_left(), strategy=DUAL)
        if after is None:
            break
        relaxed, rounds = after, rounds + 1
    return settled.rows(relaxed)


class _Settled:
    """The copies of columns that stay. copies: by the column's number in the program."""

    def __init__(self, columns: Columns, master: Master) -> None:
        self._columns, self._master = columns, master
        self._room = Room.of(columns.problem)
        self._room.capacity = self._room.capacity.copy()
        self._missing = columns.problem.copies.astype(np.intp)
        self._copies: dict[int, int] = {}

    def broken(self, relaxed: Relaxed) -> list[tuple[float, int]]:
        """Of each column with parts of copies these parts and its number, the largest first."""
        parts = relaxed.shares - np.floor(relaxed.shares + WHOLE)
        numbers = np.flatnonzero(parts > WHOLE)
        order = np.argsort(-parts[numbers], kind="stable")
        return [(float(relaxed.shares[at]), int(at)) for at in numbers[order].tolist()]

    def settle(self, broken: list[tuple[float, int]], size: int) -> None:
        """Round up so many columns for which there is room; those without are rounded down."""
        for share, number in broken:
            column, before = self._master.columns[number], self._copies.get(number, 0)
            more = floor(share + WHOLE) + 1 - before
            fitting = self._room.copies(column, min(more, int(self._missing[column.job])))
            self._room.add(column, -fitting)
            self._missing[column.job] -= fitting
            self._copies[number] = before + fitting
            self._master.settle(number, before + fitting, is_most=fitting < more)
            size -= fitting == more
            if not size:
                break

    def price(self, relaxed: Relaxed, seconds_left: SecondsLeft) -> None:
        """Add columns that the jobs with missing copies would take at the program's prices."""
        pricing, new = Pricing(self._columns, relaxed.prices), list[Column]()
        for job in np.flatnonzero(self._missing).tolist():
            if seconds_left() <= 0:
                break
            least, offers = pricing.offers(job, OFFERS)
            if offers and least < relaxed.of_job[job]:
                new += [offer.column for offer in offers]
        self._master.add(new)

    def rows(self, relaxed: Relaxed) -> list[tuple[Column, int]]:
        """Those that are settled, and the whole copies of the others."""
        copies = dict(enumerate(np.floor(relaxed.shares + WHOLE).astype(int).tolist())) | self._copies
        return [(self._master.columns[number], count) for number, count in copies.items() if count]
