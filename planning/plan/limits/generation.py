"""The linear program by column generation: the columns worth looking at, and a bound that no plan undercuts.

Each round asks, at the prices that the limits have in the last program, for the best columns of each job. These prices
swing widely in the first rounds, so the search is at prices between the best so far and the last (Wentges).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planning.plan.limits.columns import Columns
from planning.plan.limits.master import Master, Relaxed
from planning.plan.limits.pricing import Pricing
from planning.plan.limits.problem import Prices, SecondsLeft
from planning.plan.limits.relaxation import Bound, priced

TOWARDS_LAST = 0.4  # share of the way from the best prices to the last ones
OFFERS = 2  # columns a job and round, each in another region
CONVERGED = 1e-5  # of the cost


@dataclass(slots=True)
class Generation:
    """The state of the search. is_complete: the linear program is solved to its end."""

    master: Master
    bound: Bound
    relaxed: Relaxed | None = None
    is_complete: bool = False
    rounds: int = 0


def generate(
    columns: Columns, master: Master, bound: Bound, seconds_left: SecondsLeft, progress: Callable[[Generation], None]
) -> Generation:
    """Solve the linear program, or go as far as the time reaches. master: holds columns to begin with."""
    state = Generation(master, bound)
    while seconds_left() > 0:
        relaxed = master.solve(seconds_left())
        if relaxed is None:
            break
        state.relaxed, state.rounds = relaxed, state.rounds + 1
        if relaxed.cost - state.bound.cost <= CONVERGED * max(abs(relaxed.cost), 1e-9):
            state.is_complete = True
            break
        between = state.bound.prices.mixed(relaxed.prices, TOWARDS_LAST)
        if not _add(state, columns, between, seconds_left) and not _add(state, columns, relaxed.prices, seconds_left):
            state.is_complete = seconds_left() > 0
            break
        progress(state)
    return state


def _add(state: Generation, columns: Columns, prices: Prices, seconds_left: SecondsLeft) -> int:
    """Add the columns of these prices that could improve the program; how many are new."""
    bound, offers = priced(columns, prices, OFFERS, seconds_left)
    if bound > state.bound.cost:
        state.bound = Bound(bound, prices)
    last = state.relaxed
    if last is None:
        return 0
    at_last = Pricing(columns, last.prices)
    tolerance = CONVERGED * max(abs(last.cost), 1e-9) / max(1, int(columns.problem.copies.sum()))
    return state.master.add(
        [
            offer.column
            for job, best in enumerate(offers)
            for offer in best
            if at_last.value(offer.column) < last.of_job[job] - tolerance
        ]
    )
