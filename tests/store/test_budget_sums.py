"""What was spent of a budget, in both databases, as usage changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from carbon.budgets import Limited
from carbon.ledger import UsageDay
from planning.ledger.budgets import span_before, span_of
from store.history.history import History
from store.ledger.budgets import BudgetLedger, PartsNeeded
from store.ledger.usage import UsageLedger
from tests.store.budget_values import DAY, HOUR, MONTH, TENANT, claim, reservation, state, used
from tests.store.conftest import NOON

KG = 10**9  # micrograms


@pytest.fixture
def ledger(history: History) -> BudgetLedger:
    ledger = BudgetLedger(history)
    ledger.put(TENANT, MONTH, 10)
    return ledger


@pytest.fixture
def usage(history: History) -> UsageLedger:
    return UsageLedger(history)


def reserve(ledger: BudgetLedger, decision_id: str, *claims: Any, now: datetime = NOON, name: str = "month") -> None:
    ledger.reserve(TENANT, name, reservation(decision_id, *claims), now, {})


def put(usage: UsageLedger, *rows: Any) -> None:
    usage.put(TENANT, "api", [(row, True) for row in rows], NOON)


def test_what_is_not_known_is_in_no_sum_and_is_said(ledger: BudgetLedger, usage: UsageLedger) -> None:
    put(usage, used("one", grams=None, hours=3.0), used("two", grams=10.0, hours=1.0))

    spent = state(ledger).spent
    assert (spent.operational_g, spent.unknown_hours, spent.hours, spent.embodied_g) == (10.0, 3.0, 4.0, 10.0)


def test_embodied_grams_count_where_the_budget_includes_them(ledger: BudgetLedger, usage: UsageLedger) -> None:
    with_hardware = replace(MONTH, includes_embodied=True)
    ledger.put(TENANT, with_hardware, 10)
    put(usage, used("one", grams=200.0))
    reserve(ledger, "d1", claim(100.0, embodied_ug=7_000_000))

    # 1000 g less 200 + 5 spent and 100 + 7 reserved
    assert state(ledger, with_hardware).left(Limited.KG) == 688_000_000


def test_sums_are_those_of_now_after_every_change_of_usage(ledger: BudgetLedger, usage: UsageLedger) -> None:
    spent = []
    for change in (
        lambda: put(usage, used("one", grams=1.0)),
        lambda: put(usage, used("two", grams=10.0, start=NOON - 3 * DAY)),
        lambda: put(usage, used("one", grams=100.0, start=NOON - DAY)),
        lambda: usage.improve(
            [(number, used("two", grams=20.0, start=NOON - 3 * DAY), False) for number in (1, 2)], NOON
        ),
        lambda: usage.delete(TENANT, "one"),
    ):
        change()
        spent.append((state(ledger).spent.operational_g, state(ledger).spent.operational_g))

    assert spent == [(1.0, 1.0), (11.0, 11.0), (110.0, 110.0), (120.0, 120.0), (20.0, 20.0)]


def test_another_time_zone_or_other_tags_of_a_budget_count_anew(ledger: BudgetLedger, usage: UsageLedger) -> None:
    put(usage, used("one", grams=1.0), used("two", grams=10.0, tags={"team": "b"}))
    assert state(ledger).spent.operational_g == 1.0

    ledger.put(TENANT, replace(MONTH, tags={}), 10)

    assert state(ledger).spent.operational_g == 11.0


def test_a_row_over_the_boundary_counts_by_the_grams_of_its_hours_in_the_period(
    ledger: BudgetLedger, usage: UsageLedger
) -> None:
    # In Berlin February began at 23:00 UTC. A row from 22:00 to 24:00: the store asks for the figures of the last hour.
    berlin = replace(MONTH, time_zone="Europe/Berlin")
    ledger.put(TENANT, berlin, 10)
    evening = datetime(2026, 1, 31, 22, tzinfo=UTC)
    put(usage, used("over", grams=50.0, start=evening), used("in", grams=3.0, start=evening + 1.5 * HOUR, hours=0.5))
    put(usage, used("before", grams=9.0, start=evening - HOUR, hours=2.0))

    with pytest.raises(PartsNeeded) as error:
        state(ledger, berlin)
    (part,) = error.value.parts
    assert (part.row.id, part.row.start, part.row.end) == ("over", evening + HOUR, evening + 2 * HOUR)
    assert (part.by_hours.measured_g, part.by_hours.cost_usd, part.by_hours.hours) == (25.0, 0.25, 1.0)

    figures = UsageDay(
        day=part.day,
        hours=1.0,
        energy_kwh=1.0,
        measured_g=40.0,
        estimated_g=0.0,
        usual_g=0.0,
        embodied_g=1.0,
        cost_usd=0.1,
    )
    assert state(ledger, berlin, parts={part.key: figures}).spent.operational_g == 43.0
    assert state(ledger, berlin).spent.operational_g == 43.0  # kept

    january = span_before(berlin, span_of(berlin, NOON))
    with pytest.raises(PartsNeeded):
        state(ledger, berlin, span=january)
