"""A period of a budget in answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.shapes.numbers import rounded
from api.shapes.reading import Json, Reading, Shown
from api.shapes.shape import Shape
from api.shapes.types import Timestamp
from carbon.budgets import BudgetState, Limited
from planning.ledger.budgets import in_units, projected, used_percent


def exact_kilograms(value: float) -> float:
    """Micrograms as kilograms: sums stay exact."""
    return round(value, 9)


def exact(value: float) -> float:
    """Millionths."""
    return round(value, 6)


Kilograms = Annotated[float, Shown(exact_kilograms)]
Dollars = Annotated[float, Shown(exact)]
Percent = Annotated[float, Field(ge=0), Shown(rounded)]
Hours = Annotated[float, Field(ge=0), Shown(exact)]


@dataclass(frozen=True, slots=True)
class StateAt:
    """A period of a budget as of a time."""

    state: BudgetState
    now: datetime


of_state = Reading(StateAt)
of_reserved = Reading(list[StateAt])


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


class ReservedAnswer(Shape):
    """What is left of a budget after an answer has reserved in it."""

    name: str = of_reserved("Name of the budget.", lambda states: states[0].state.budget.name)
    exceeded: bool = of_reserved(
        "Whether a limit is passed, in a budget that only warns.",
        lambda states: any(one.state.is_exceeded for one in states),
    )
    periods: list[BudgetPeriodAnswer] = of_reserved.rendered(
        "The periods in which the placement lies, with it.",
        lambda states: [BudgetPeriodAnswer.of(one) for one in states],
    )


def reserved_answer(states: Sequence[BudgetState], now: datetime) -> Json:
    """The JSON of the periods in which an answer has reserved."""
    return ReservedAnswer.of([StateAt(state, now) for state in states])
