"""/api/v1/budgets: what usage may emit or cost in a period."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

import budget_questions
from api.edge.exchange import current
from api.edge.lists import Page, answered
from api.edge.roles import needs
from api.questions.budgets import BudgetParameters, BudgetRequest, BudgetsParameters, check_name
from api.shapes.budget_periods import StateAt
from api.shapes.budgets import BudgetAnswer, BudgetRow, BudgetsAnswer, BudgetStates, OneBudget
from api.shapes.parts import Listed
from carbon.budgets import Budget, UnknownBudget
from carbon.roles import Role
from planning.ledger.budgets import span_before, span_of

bp = APIBlueprint("budgets", __name__, tag="Ledger")
MOST_BUDGETS = 1000  # of a tenant


@bp.get("/api/v1/budgets")
@bp.input(BudgetsParameters, location="query", arg_name="query")
@bp.output(BudgetsAnswer)
@bp.doc(operation_id="listBudgets")
def list_budgets(query: BudgetsParameters) -> Response:
    """List the budgets of the caller's tenant, each with what is left of its present period."""
    exchange = current()
    budgets = exchange.service.budgets.budgets(exchange.tenant)
    shown = [states for one in budgets[query.offset :][: query.limit] if (states := _states(one, 0)) is not None]
    rows = [BudgetRow.of(one) for one in shown]
    page = Page(total=len(budgets), limit=query.limit, offset=query.offset)
    return answered(BudgetsAnswer.of(Listed(rows, len(budgets))), rows, BudgetRow, page)


@bp.get("/api/v1/budgets/<budget_name>")
@bp.input(BudgetParameters, location="query", arg_name="query")
@bp.output(BudgetAnswer)
@bp.doc(operation_id="getBudget", responses=[404])
def get_budget(budget_name: str, query: BudgetParameters) -> Response:
    """Show what was spent of a budget in its present period, what is reserved and what is left."""
    exchange = current()
    budget = exchange.service.budgets.budget(exchange.tenant, budget_name)
    return exchange.success({"budget": OneBudget.of(_present(budget, budget_name, query.former))})


@bp.put("/api/v1/budgets/<budget_name>")
@needs(Role.ADMIN)
@bp.input(BudgetRequest, arg_name="body")
@bp.output(BudgetAnswer)
@bp.doc(operation_id="putBudget", responses=[403, 404])
def put_budget(budget_name: str, body: BudgetRequest) -> Response:
    """Create a budget, or replace one. What was spent and reserved counts against the new limits.

    Usage with all of its tags counts, also that of before. Placements reserve in it with record and budget.
    """
    exchange = current()
    check_name(budget_name)
    budget = body.budget(budget_name)
    is_new = exchange.service.budgets.put(exchange.tenant, budget, MOST_BUDGETS)
    response = exchange.success({"budget": OneBudget.of(_present(budget, budget_name, 0))})
    if is_new:
        response.status_code = 201
        response.headers["Location"] = f"/api/v1/budgets/{budget_name}"
    return response


@bp.delete("/api/v1/budgets/<budget_name>")
@needs(Role.ADMIN)
@bp.output({}, status_code=204)
@bp.doc(operation_id="deleteBudget", responses=[403, 404])
def delete_budget(budget_name: str) -> Response:
    """Remove a budget with its reservations. Usage and decisions stay."""
    exchange = current()
    if not exchange.service.budgets.delete(exchange.tenant, budget_name):
        raise _unknown(budget_name)
    response = Response(status=204)
    del response.headers["Content-Type"]  # there is no body
    return response


def _present(budget: Budget | None, name: str, former: int) -> BudgetStates:
    states = None if budget is None else _states(budget, former)
    if states is None:
        raise _unknown(name)
    return states


def _states(budget: Budget, former: int) -> BudgetStates | None:
    """None if the budget was removed meanwhile."""
    exchange = current()
    now, spans = exchange.came_at, [span_of(budget, exchange.came_at)]
    for _ in range(former):
        spans.append(span_before(budget, spans[-1]))
    states = []
    for span in spans:
        state = budget_questions.state(exchange.service.budgets, exchange.session, exchange.tenant, budget, span, now)
        if state is None:
            return None
        states.append(StateAt(state, now))
    return BudgetStates(states[0].state.budget, states[0], tuple(states[1:]))


def _unknown(name: str) -> UnknownBudget:
    return UnknownBudget(f"there is no budget of the name {name!r}")
