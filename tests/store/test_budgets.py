"""Budgets in both databases: what is reserved, what takes its place, and what was spent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from carbon.budgets import Budget, BudgetExceeded, BudgetPeriod, Limited, OnExceed, TooManyBudgets, UnknownBudget
from planning.ledger.budgets import span_of
from store.history.history import History
from store.ledger.budgets import BudgetLedger
from store.ledger.usage import UsageLedger
from tests.store.budget_values import DAY, FEBRUARY, HOUR, MONTH, TENANT, claim, reservation, state, used
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


def test_nothing_is_stored_at_first_and_no_file_is_made(history: History) -> None:
    ledger = BudgetLedger(history)

    assert (ledger.budgets(TENANT), ledger.budget(TENANT, "month"), ledger.delete(TENANT, "month")) == ([], None, False)
    assert history.database.path is None or not history.database.path.exists()


def test_a_budget_comes_back_as_it_was_put_and_is_its_tenants_alone(ledger: BudgetLedger) -> None:
    other = Budget(
        name="all",
        period=BudgetPeriod.WEEK,
        time_zone="Europe/Berlin",
        limit_usd=3.5,
        includes_embodied=True,
        thresholds=(10.0, 99.5),
    )

    assert ledger.put(TENANT, other, 10)
    assert not ledger.put(TENANT, replace(other, limit_usd=4.0), 10)

    assert ledger.budgets(TENANT) == [replace(other, limit_usd=4.0), MONTH]
    assert (ledger.budgets("b"), ledger.budget("b", "month"), ledger.delete("b", "month")) == ([], None, False)
    assert (ledger.delete(TENANT, "month"), ledger.budget(TENANT, "month")) == (True, None)


def test_a_tenant_has_so_many_budgets_and_no_more(ledger: BudgetLedger) -> None:
    ledger.put("b", MONTH, 1)
    with pytest.raises(TooManyBudgets):
        ledger.put(TENANT, replace(MONTH, name="second"), 1)
    assert not ledger.put(TENANT, MONTH, 1)


def test_what_is_reserved_is_no_longer_left(ledger: BudgetLedger) -> None:
    reserve(ledger, "d1", claim(300.0))

    after = state(ledger)
    # 1 kg less 300 g
    assert (after.left(Limited.KG), after.reserved.decisions, after.left(Limited.USD)) == (700_000_000, 1, None)


def test_what_does_not_fit_is_refused_and_nothing_is_written(ledger: BudgetLedger) -> None:
    reserve(ledger, "d1", claim(600.0))
    written: list[object] = []

    with pytest.raises(BudgetExceeded, match=r"takes 0.5 kg, and 0.4 kg of the period from 2026-02-01 are left"):
        ledger.reserve(TENANT, "month", reservation("d2", claim(500.0), write=written.append), NOON, {})
    assert written == []

    reserve(ledger, "d3", claim(400.0))  # to the last gram
    assert state(ledger).left(Limited.KG) == 0


def test_unknown_grams_fit_into_no_limit_of_grams(ledger: BudgetLedger) -> None:
    with pytest.raises(BudgetExceeded, match="not known how many kg"):
        reserve(ledger, "d1", claim(None))

    ledger.put(TENANT, replace(MONTH, limit_kg=None, limit_usd=5.0), 10)
    reserve(ledger, "d2", claim(None))
    after = state(ledger, replace(MONTH, limit_kg=None, limit_usd=5.0))
    assert (after.left(Limited.USD), after.reserved.unknown_hours) == (4_000_000, 2.0)


def test_a_budget_that_warns_lets_everything_through(ledger: BudgetLedger) -> None:
    ledger.put(TENANT, replace(MONTH, on_exceed=OnExceed.WARN), 10)

    (after,) = ledger.reserve(TENANT, "month", reservation("d1", claim(1500.0)), NOON, {})

    assert (after.left(Limited.KG), after.is_exceeded) == (-KG // 2, True)


def test_an_unknown_budget_reserves_nothing(ledger: BudgetLedger) -> None:
    with pytest.raises(UnknownBudget):
        ledger.reserve("b", "month", reservation("d1", claim()), NOON, {})


def test_an_error_while_the_decision_is_stored_leaves_nothing_reserved(ledger: BudgetLedger) -> None:
    def fail(_connection: object) -> None:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        ledger.reserve(TENANT, "month", reservation("d1", claim(), write=fail), NOON, {})
    assert state(ledger).reserved.decisions == 0


def test_a_window_over_the_boundary_counts_by_its_hours_in_both_periods(ledger: BudgetLedger) -> None:
    # 3 of 4 hours lie in February: 300 of 400 g.
    midnight = FEBRUARY.ends_at
    reserve(ledger, "d1", claim(400.0, start=midnight - 3 * HOUR, hours=4.0))

    march = span_of(MONTH, midnight)
    assert state(ledger).reserved.operational_ug == 300_000_000
    assert state(ledger, span=march).reserved.operational_ug == 100_000_000


def test_a_reservation_is_released_24_hours_after_its_window(ledger: BudgetLedger) -> None:
    reserve(ledger, "d1", claim(300.0, hours=2.0))
    released = NOON + 26 * HOUR

    assert state(ledger, now=released - timedelta(seconds=1)).left(Limited.KG) == 700_000_000
    assert state(ledger, now=released).left(Limited.KG) == KG


def test_usage_of_the_decision_takes_the_place_of_what_was_reserved(ledger: BudgetLedger, usage: UsageLedger) -> None:
    reserve(ledger, "d1", claim(300.0, hours=2.0))

    put(usage, used("one", grams=200.0, hours=2.0, decision="d1"))

    # 1000 g less 200 g that were spent; the 100 g that were not needed are left again.
    after = state(ledger, now=NOON + 2 * HOUR)
    assert (after.spent.operational_g, after.reserved.operational_ug) == (200.0, 0)
    assert after.left(Limited.KG) == 800_000_000


def test_usage_of_a_part_of_the_machine_hours_settles_that_part(ledger: BudgetLedger, usage: UsageLedger) -> None:
    reserve(ledger, "d1", claim(300.0, hours=3.0))

    put(usage, used("one", grams=80.0, hours=1.0, decision="d1"))

    # 80 g spent, and 2 of 3 hours still reserved: 200 g.
    assert state(ledger, now=NOON + HOUR).left(Limited.KG) == 720_000_000


def test_of_several_windows_the_earliest_is_used_first(ledger: BudgetLedger, usage: UsageLedger) -> None:
    late = claim(500.0, start=NOON + 10 * HOUR)
    reserve(ledger, "d1", late, claim(100.0))

    put(usage, used("one", grams=90.0, hours=2.0, decision="d1"))

    assert state(ledger, now=NOON + 2 * HOUR).reserved.operational_ug == 500_000_000


def test_usage_that_is_removed_opens_the_reservation_again(ledger: BudgetLedger, usage: UsageLedger) -> None:
    reserve(ledger, "d1", claim(300.0))
    put(usage, used("one", decision="d1"))
    put(usage, used("one", grams=60.0))  # the same row, now without the decision
    assert state(ledger).left(Limited.KG) == KG - 360_000_000

    put(usage, used("one", decision="d1"))
    usage.delete(TENANT, "one")

    assert state(ledger).left(Limited.KG) == 700_000_000


def test_usage_without_the_tags_of_the_budget_neither_counts_nor_settles(
    ledger: BudgetLedger, usage: UsageLedger
) -> None:
    reserve(ledger, "d1", claim(300.0))

    put(usage, used("one", decision="d1", tags={"team": "b"}), used("two", tags={}), used("three", grams=1.0))

    assert (state(ledger).spent.operational_g, state(ledger).reserved.operational_ug) == (1.0, 300_000_000)


def test_a_removed_budget_reserves_nothing_in_a_new_one_of_its_name(ledger: BudgetLedger) -> None:
    reserve(ledger, "d1", claim(300.0))

    ledger.delete(TENANT, "month")
    ledger.put(TENANT, MONTH, 10)

    assert state(ledger).left(Limited.KG) == KG


def test_another_period_of_a_budget_holds_what_was_reserved_before(ledger: BudgetLedger) -> None:
    reserve(ledger, "d1", claim(300.0), claim(300.0, start=NOON + DAY))

    daily = replace(MONTH, period=BudgetPeriod.DAY)
    ledger.put(TENANT, daily, 10)

    assert state(ledger, daily).left(Limited.KG) == 700_000_000


def test_reservations_of_decisions_that_are_over_for_a_week_are_removed(ledger: BudgetLedger, history: History) -> None:
    reserve(ledger, "over", claim(1.0))
    reserve(ledger, "long", claim(1.0), claim(1.0, start=NOON + 9 * DAY))

    reserve(ledger, "new", claim(1.0, start=NOON + 10 * DAY), now=NOON + 9 * DAY)

    from sqlalchemy import text

    with history.database.reading() as connection:
        ids = connection.execute(text("SELECT decision_id FROM budget_reservations ORDER BY number")).scalars().all()
    assert ids == ["long", "long", "new"]
