"""Answers that reserve in a budget: kept and reserved in one transaction, or refused with the nearest that fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice

import budget_questions
from api.edge.exchange import Exchange
from carbon.budgets import BudgetExceeded, BudgetState
from carbon.decisions import Decision, Promise
from carbon.errors import FieldError, InvalidRequest, Unsatisfiable
from planning.ledger.budgets import claims_of, lacks
from store.ledger.decisions import Kept, writer

MOST_TRIED = 200  # placements that are looked at, until one fits


def check_known(exchange: Exchange, tenant: str, name: str | None) -> None:
    """Refuses a question that names a budget which the tenant does not have. None: it names none."""
    if name is None or exchange.service.budgets.budget(tenant, name) is not None:
        return
    names = [one.name for one in exchange.service.budgets.budgets(tenant)]
    nearest = tuple(get_close_matches(name, names, n=3, cutoff=0.5))
    detail = f"there is no budget of the name {name[:100]!r}"
    raise InvalidRequest([FieldError(location=("budget",), code="unknown_budget", detail=detail, nearest=nearest)])


def reserve(
    exchange: Exchange, tenant: str, decision: Decision, kept: Kept, others: Iterable[Sequence[Promise]]
) -> list[BudgetState]:
    """Keep a decision and reserve what it takes; the states of the budget's periods after it.

    others: what else could be placed, the nearest first. Raises BudgetExceeded, with the first of these that fits.
    """
    try:
        return budget_questions.reserve(
            exchange.service.budgets,
            exchange.session,
            tenant,
            decision.budget or "",
            decision.id,
            claims_of(decision.placed),
            exchange.came_at,
            writer(tenant, decision, kept),
        )
    except BudgetExceeded as error:
        raise error.beside(nearest_placement=_nearest(error, others)) from error


def _nearest(error: BudgetExceeded, others: Iterable[Sequence[Promise]]) -> list[Mapping[str, object]] | None:
    """The first placement that fits into the periods in which what was asked for lies."""
    try:
        for placed in islice(others, MOST_TRIED):
            claims = claims_of(placed)
            is_within = all(any(claim.within(span) == claim for span in error.states) for claim in claims)
            if placed and is_within and not lacks(error.budget, error.states, claims):
                return [_shown(promise) for promise in placed]
    except Unsatisfiable:  # nothing else satisfies the question
        pass
    return None


def _shown(promise: Promise) -> Mapping[str, object]:
    row = promise.row
    return {
        "region": row.region,
        "instance_type": row.instance_type,
        "count": row.count,
        "start": row.start,
        "end": row.end,
        "co2_emissions_g": promise.co2_emissions_g,
        "embodied_emissions_g": promise.embodied_emissions_g,
        "cost_usd": promise.cost_usd,
    }
