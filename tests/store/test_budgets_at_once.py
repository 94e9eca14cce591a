"""Many placements that reserve at once, by threads and processes, in both databases: a budget is never overspent."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from carbon.budgets import BudgetExceeded, BudgetState, Limited
from store.history.history import History
from store.ledger.budgets import BudgetLedger
from store.ledger.usage import UsageLedger
from tests.fakes.patience import HANG_SECONDS
from tests.store.budget_process import reserve_all
from tests.store.budget_values import DAY, HOUR, MONTH, TENANT, claim, reservation, state, used
from tests.store.conftest import NOON

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ledger(history: History) -> BudgetLedger:
    ledger = BudgetLedger(history)
    ledger.put(TENANT, MONTH, 10)
    return ledger


def start(url: str | None, folder: Path, name: str, how: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.budget_process", url or "", str(folder), name, how]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603


def folder_of(history: History, tmp_path: Path) -> Path:
    return tmp_path if history.database.path is None else history.database.path.parent


def test_of_a_thousand_placements_at_once_exactly_those_that_fit_are_accepted(ledger: BudgetLedger) -> None:
    # 1 kg / 7 g = 142.86: 142 placements, and 1000 - 142 x 7 = 6 g are left.
    accepted = reserve_all(ledger, "d", 1000, 32, 7.0)

    after = state(ledger)
    assert (accepted, after.reserved.decisions, after.left(Limited.KG)) == (142, 142, 6_000_000)


def test_processes_together_reserve_exactly_what_fits(
    ledger: BudgetLedger, history: History, database_url: str | None, tmp_path: Path
) -> None:
    folder = folder_of(history, tmp_path)
    processes = [start(database_url, folder, str(number), "100x4") for number in range(4)]

    accepted = [int(process.communicate(timeout=HANG_SECONDS)[0]) for process in processes]

    assert all(process.returncode == 0 for process in processes)
    after = state(ledger)
    assert (sum(accepted), after.reserved.decisions, after.left(Limited.KG)) == (142, 142, 6_000_000)


def test_a_process_that_is_killed_inside_its_transaction_leaves_nothing_reserved(
    ledger: BudgetLedger, history: History, database_url: str | None, tmp_path: Path
) -> None:
    process = start(database_url, folder_of(history, tmp_path), "dead", "die")
    assert process.stdout is not None
    assert process.stdout.readline() == "inside\n"

    process.kill()
    process.wait()
    process.stdout.close()

    ledger.reserve(TENANT, "month", reservation("alive", claim(1000.0)), NOON, {})  # nothing waits for the dead one
    assert state(ledger).reserved.decisions == 1


def test_usage_that_settles_while_others_reserve_overspends_nothing(ledger: BudgetLedger, history: History) -> None:
    # Each decision reserves 100 g and uses 100 g: at every moment 10 fit, whatever was settled by then.
    usage, accepted = UsageLedger(history), list[str]()

    def place(worker: int) -> None:
        for number in range(10):
            name = f"{worker}-{number}"
            try:
                ledger.reserve(TENANT, "month", reservation(name, claim(100.0)), NOON, {})
            except BudgetExceeded:
                continue
            accepted.append(name)
            usage.put(TENANT, "api", [(used(name, grams=100.0, decision=name), True)], NOON)

    threads = [threading.Thread(target=place, args=(worker,)) for worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANG_SECONDS)

    after = state(ledger)
    assert (len(accepted), after.left(Limited.KG), after.spent.operational_g) == (10, 0, 1000.0)


class Spending(RuleBasedStateMachine):
    """A budget beside a model of it: decisions with their grams, and the usage that was reported of them."""

    history: History  # set by the test

    @initialize()
    def begin(self) -> None:
        self.ledger, self.usage = BudgetLedger(self.history), UsageLedger(self.history)
        self.ledger.delete(TENANT, "month")
        for name in list(getattr(self, "used", {})):
            self.usage.delete(TENANT, name)
        self.ledger.put(TENANT, MONTH, 10)
        self.now = NOON
        self.reserved: dict[str, int] = {}  # decision: hours of its window, at 100 g an hour
        self.used: dict[str, int] = {}
        self.count = 0

    def state(self) -> BudgetState:
        return state(self.ledger, now=self.now, span=state(self.ledger).span)

    def left(self) -> int:
        """By the model, in grams: what is reported takes the place of so many hours of its decision."""
        open_grams = sum(
            100 * max(0, hours - self.used.get(name, 0))
            for name, hours in self.reserved.items()
            if self.now < NOON + hours * HOUR + DAY
        )
        return 1000 - open_grams - sum(100 * hours for hours in self.used.values())

    @rule(hours=st.integers(1, 6))
    def reserve(self, hours: int) -> None:
        self.count += 1
        name = f"d{id(self)}-{self.count}"
        before = self.left()
        window = claim(100.0 * hours, hours=float(hours))
        try:
            self.ledger.reserve(TENANT, "month", reservation(name, window), self.now, {})
        except BudgetExceeded:
            assert before < 100 * hours
        else:
            assert before >= 100 * hours
            self.reserved[name] = hours

    @rule(data=st.data(), hours=st.integers(1, 6))
    def settle(self, data: st.DataObject, hours: int) -> None:
        if self.reserved:
            name = data.draw(st.sampled_from(sorted(self.reserved)))
            hours = min(hours, self.reserved[name])
            row = used(name, grams=100.0 * hours, hours=float(hours), decision=name)
            self.usage.put(TENANT, "api", [(row, True)], self.now)
            self.used[name] = hours

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.used:
            name = data.draw(st.sampled_from(sorted(self.used)))
            self.usage.delete(TENANT, name)
            del self.used[name]

    @rule(hours=st.sampled_from([1, 10, 30]))
    def wait(self, hours: int) -> None:
        self.now += hours * HOUR

    @invariant()
    def is_as_the_model_says(self) -> None:
        if hasattr(self, "ledger"):
            assert self.state().left(Limited.KG) == self.left() * 1_000_000

    def teardown(self) -> None:
        for name in list(self.used):
            self.usage.delete(TENANT, name)


def test_what_is_left_is_right_after_any_order_of_steps(history: History) -> None:
    machine: Any = type("Machine", (Spending,), {"history": history})

    run_state_machine_as_test(machine, settings=settings(max_examples=8, stateful_step_count=20, deadline=None))
