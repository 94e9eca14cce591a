"""The kinds of problems of the ledger; see problem_types.py."""

from __future__ import annotations

from collections.abc import Mapping

from api.edge.problem_type import ProblemType
from carbon import budgets, errors

LEDGER: Mapping[type[errors.CarbonError], ProblemType] = {
    errors.UnknownUsage: ProblemType(
        "unknown-usage",
        404,
        "The row of usage is not known",
        "There is no row of usage of this id: it was never sent, it was removed, or it is another tenant's.",
        "`GET /api/v1/usage` lists the rows of a span of days.",
    ),
    budgets.UnknownBudget: ProblemType(
        "unknown-budget",
        404,
        "The budget is not known",
        "There is no budget of this name: it was never created, it was removed, or it is another tenant's.",
        "`GET /api/v1/budgets` lists the budgets; `PUT /api/v1/budgets/{name}` creates one.",
    ),
    budgets.BudgetExceeded: ProblemType(
        "budget-exceeded",
        422,
        "The budget does not allow this placement",
        "The placement takes more than what is left of the budget, or its emissions or cost are not known, and the "
        "budget refuses what does not fit. `lacking` says by period and limit what is needed and what is left. Nothing "
        "was reserved and no decision was stored.",
        "Take the placement of `nearest`, if there is one, by asking for its region, type and time; wait for the next "
        "period; or have whoever owns the budget raise its limit.",
    ),
    errors.UnknownDecision: ProblemType(
        "unknown-decision",
        404,
        "The decision is not known",
        "There is no decision of this id: it was not recorded, it was removed, or it is another tenant's.",
        "`GET /api/v1/decisions` lists the decisions of a span of days.",
    ),
}
