"""What a plan saves against its baseline, and the chance that it saves anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import erf, hypot, log, sqrt

from carbon.plans import Assignment, Choice, PlanSavings, PlanTotals

CENTILES = 2.563  # standard deviations of a normal distribution from its 10th to its 90th centile


def totals(choices: Iterable[Choice]) -> PlanTotals:
    """Sums of grams and dollars."""
    choices = tuple(choices)
    prices = [choice.usd for choice in choices]
    known = [usd for usd in prices if usd is not None]
    return PlanTotals(
        gco2e=sum(choice.gco2e for choice in choices), usd=sum(known) if len(known) == len(prices) else None
    )


def savings(assignments: Sequence[Assignment], plan: PlanTotals, baseline: PlanTotals) -> PlanSavings:
    """Baseline minus plan."""
    saved = baseline.gco2e - plan.gco2e
    return PlanSavings(
        gco2e=saved,
        share=saved / baseline.gco2e if baseline.gco2e > 0 else 0.0,
        usd=None if plan.usd is None or baseline.usd is None else baseline.usd - plan.usd,
        chance=chance_of_saving(assignments),
    )


def chance_of_saving(assignments: Sequence[Assignment]) -> float | None:
    """The chance that all jobs together emit less than in the baseline; None where a range is not known.

    What waiting in one region saves is that of backtests. At the two ends of a move the grid's errors are taken as
    independent of each other and normal, with the width of their ranges. Jobs that move alike (from one region to the
    same one) err together, others independently. The network's energy for a GB is off by the same for all data. The
    power of a machine is in both figures and cancels.
    """
    mean, network, spreads = 0.0, 0.0, dict[tuple[str, str], float]()
    for one in assignments:
        before, after = one.baseline, one.choice
        if _is_same(before, after):
            continue
        outcome = _outcome(before, after)
        if outcome is None:
            return None
        move = (before.region, after.region)
        mean += outcome[0]
        spreads[move] = spreads.get(move, 0.0) + outcome[1]
        network += _transfer_spread(after) - _transfer_spread(before)
    spread = hypot(*spreads.values(), network)
    if not spread:
        return 0.0 if mean <= 0 else 1.0
    return (1 + erf(mean / spread / sqrt(2))) / 2


def _is_same(first: Choice, second: Choice) -> bool:
    return first.region == second.region and first.window == second.window


def _outcome(before: Choice, after: Choice) -> tuple[float, float] | None:
    """Mean and standard deviation of the grams saved; None where nothing says how sure they are."""
    expected = after.expected
    if before.region == after.region and expected is not None and expected.high > expected.low:
        share = before.gco2e / 100
        return expected.median * share, (expected.high - expected.low) * share / CENTILES
    before_spread, after_spread = _spread(before), _spread(after)
    if before_spread is None or after_spread is None:
        return None
    return before.gco2e - after.gco2e, hypot(before_spread, after_spread)


def _spread(choice: Choice) -> float | None:
    """Standard deviation of the grams that the grid's range leaves open."""
    grid = choice.emission.uncertainty.grid
    if grid is None:
        return None
    return choice.emission.operational_gco2e * log(grid.high / grid.low) / CENTILES


def _transfer_spread(choice: Choice) -> float:
    """Standard deviation of the grams that the network's energy leaves open; 0 where nothing moves."""
    return 0.0 if choice.transfer is None else (choice.transfer.high_gco2e - choice.transfer.low_gco2e) / CENTILES
