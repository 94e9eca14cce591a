"""The answers about budgets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.shapes.numbers import rounded
from api.shapes.parts import Listed, Success
from api.shapes.reading import Reading, Shown
from api.shapes.shape import Shape
from api.shapes.types import Timestamp
from api.shapes.usage import exact
from carbon.budgets import Budget, BudgetPeriod, BudgetState, Limited, OnExceed
from planning.ledger.budgets import in_units, projected, used_percent


def _nine(value: float) -> float:
    """Micrograms as kilograms: sums stay exact."""
    return round(value, 9)


Kilograms = Annotated[float, Shown(_nine)]
Dollars = Annotated[float, Shown(exact)]
Percent = Annotated[float, Field(ge=0), Shown(rounded)]
Hours = Annotated[float, Field(ge=0), Shown(exact)]


@dataclass(frozen=True, slots=True)
class StateAt:
    """A period of a budget as of a time."""

    state: BudgetState
    now: datetime


@dataclass(frozen=True, slots=True)
class BudgetStates:
    """A budget with its present period and former ones, the latest first."""

    budget: Budget
    current: StateAt
    former: tuple[StateAt, ...] = ()


of_state = Reading(StateAt)
of_budget = Reading(Budget)
of_states = Reading(BudgetStates)
of_states.part(of_budget, lambda states: states.budget)
of_list = Reading(Listed[int])


def _spent(state: BudgetState, limited: Limited) -> float | None:
    """None where usage is there and nothing of it is known."""
    spent = state.spent
    unknown = spent.no_price_hours if limited is Limited.USD else spent.unknown_hours
    return None if 0 < spent.hours <= unknown else in_units(limited, state.spent_of(limited))


def _left(state: BudgetState, limited: Limited) -> float | None:
    left = state.left(limited)
    return None if left is None else in_units(limited, left)


def _percent(state: BudgetState, limited: Limited) -> float | None:
    percent = used_percent(state, limited)
    return None if percent is None or percent == float("inf") else percent


class BudgetPeriodAnswer(Shape):
    """What was spent and reserved in a period. What is not known is in no sum; its hours are named."""

    period_start: Timestamp = of_state("When it begins.", lambda one: one.state.span.starts_at)
    period_end: Timestamp = of_state("When it is over, and the next one begins.", lambda one: one.state.span.ends_at)
    spent_kg: Kilograms | None = of_state(
        "kgCO2e of usage that count; null if usage is there of which none is known.",
        lambda one: _spent(one.state, Limited.KG),
    )
    spent_usd: Dollars | None = of_state(
        "Cost of usage; null if usage is there of which none is known.", lambda one: _spent(one.state, Limited.USD)
    )
    reserved_kg: Kilograms = of_state(
        "kgCO2e that placements have reserved, and usage has not taken the place of yet.",
        lambda one: in_units(Limited.KG, one.state.reserved_of(Limited.KG)),
    )
    reserved_usd: Dollars = of_state(
        "The same in US dollars.", lambda one: in_units(Limited.USD, one.state.reserved_of(Limited.USD))
    )
    left_kg: Kilograms | None = of_state(
        "What may still be reserved; negative beyond the limit, null without one.",
        lambda one: _left(one.state, Limited.KG),
    )
    left_usd: Dollars | None = of_state("The same in US dollars.", lambda one: _left(one.state, Limited.USD))
    used_percent_kg: Percent | None = of_state(
        "Spent and reserved, of the limit; null without one, or if it is 0.",
        lambda one: _percent(one.state, Limited.KG),
    )
    used_percent_usd: Percent | None = of_state("The same in US dollars.", lambda one: _percent(one.state, Limited.USD))
    exceeded: bool = of_state("Whether a limit is passed.", lambda one: one.state.is_exceeded)
    projected_kg: Kilograms | None = of_state(
        "What the period comes to at the pace so far: what was spent over the share of the period that is over; null "
        "within its first hour.",
        lambda one: projected(one.state, Limited.KG, one.now),
    )
    projected_usd: Dollars | None = of_state(
        "The same in US dollars.", lambda one: projected(one.state, Limited.USD, one.now)
    )
    co2_emissions_kg: Kilograms = of_state(
        "Of usage: kgCO2e of the grid.", lambda one: one.state.spent.operational_g / 1000
    )
    embodied_emissions_kg: Kilograms = of_state(
        "Of usage: the hardware's share. It counts only with include_embodied.",
        lambda one: one.state.spent.embodied_g / 1000,
    )
    open_reservations: int = of_state(
        "Decisions with a reservation that is open.", lambda one: one.state.reserved.decisions
    )
    unknown_hours: Hours = of_state("Hours of usage without grams.", lambda one: one.state.spent.unknown_hours)
    no_embodied_hours: Hours = of_state(
        "Hours of usage without a figure of the hardware.", lambda one: one.state.spent.no_embodied_hours
    )
    no_price_hours: Hours = of_state("Hours of usage without a price.", lambda one: one.state.spent.no_price_hours)
    reserved_unknown_hours: Hours = of_state(
        "Machine hours that are reserved without grams.", lambda one: one.state.reserved.unknown_hours
    )


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
