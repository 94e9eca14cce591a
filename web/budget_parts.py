"""The budgets of the caller's tenant, as pages show them: the figures of GET /api/v1/budgets."""

from __future__ import annotations

import budget_questions
from api.edge.exchange import current
from api.shapes.budget_periods import StateAt
from api.shapes.budgets import BudgetRow, BudgetStates
from api.shapes.reading import Json
from planning.ledger.budgets import span_of

MOST = 50  # on a page; the list in JSON has all


def budgets_shown() -> tuple[list[Json], int]:
    """The first of them by name, in their present period, and how many there are. Raises Busy, StateUnavailable."""
    exchange = current()
    store, now = exchange.service.budgets, exchange.came_at
    budgets = store.budgets(exchange.tenant)
    shown: list[Json] = []
    for budget in budgets[:MOST]:
        state = budget_questions.state(store, exchange.session, exchange.tenant, budget, span_of(budget, now), now)
        if state is not None:
            shown.append(BudgetRow.of(BudgetStates(budget, StateAt(state, now))))
    return shown, len(budgets)
