"""The answers about budgets."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from api.shapes.budget_periods import BudgetPeriodAnswer, Dollars, Kilograms, StateAt
from api.shapes.parts import Listed, Success
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from carbon.budgets import Budget, BudgetPeriod, OnExceed


@dataclass(frozen=True, slots=True)
class BudgetStates:
    """A budget with its present period and former ones, the latest first."""

    budget: Budget
    current: StateAt
    former: tuple[StateAt, ...] = ()


of_budget = Reading(Budget)
of_states = Reading(BudgetStates)
of_states.part(of_budget, lambda states: states.budget)
of_list = Reading(Listed[int])


class BudgetRow(Shape):
    """A budget and its present period."""

    name: str = of_budget("Name of the budget.", examples=["search"])
    tags: dict[str, str] = of_budget("Usage with all of these counts.", lambda one: dict(one.tags))
    period: BudgetPeriod = of_budget("How often it begins anew.", lambda one: one.period.value)
    time_zone: str = of_budget("Its midnights begin periods.", examples=["UTC"])
    limit_kg: Kilograms | None = of_budget("kgCO2e of a period; null: no such limit.")
    limit_usd: Dollars | None = of_budget("US dollars of a period; null: no such limit.")
    on_exceed: OnExceed = of_budget("What becomes of placements beyond a limit.", lambda one: one.on_exceed.value)
    include_embodied: bool = of_budget("Whether the hardware's share counts.", lambda one: one.includes_embodied)
    thresholds: list[float] = of_budget("Percent of which webhooks are told.", lambda one: list(one.thresholds))
    current: BudgetPeriodAnswer = of_states.rendered(
        "The period that holds the present.", lambda one: BudgetPeriodAnswer.of(one.current)
    )


class OneBudget(BudgetRow):
    """A budget, its present period and former ones."""

    former: list[BudgetPeriodAnswer] = of_states.rendered(
        "Former periods, the latest first, by today's limits.",
        lambda one: [BudgetPeriodAnswer.of(state) for state in one.former],
    )


class BudgetAnswer(Success):
    """One budget."""

    budget: OneBudget = Field(description="The budget.")


class BudgetsAnswer(Success):
    """The budgets of the caller's tenant."""

    total: int = of_list("Number of budgets, before limit and offset.", lambda listed: listed.result, ge=0)
    budgets: list[BudgetRow] = of_list.rendered("By name.", lambda listed: listed.rows)
