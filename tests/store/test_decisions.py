"""Decisions that are kept, and the tables they rest on, in both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from carbon.decisions import Decision, DecisionKind, Promise
from carbon.errors import StateUnavailable
from carbon.intensity import Signal
from carbon.ledger import UsageRow
from carbon.workload import OwnMachine
from store.history.history import History
from store.ledger.decisions import DecisionLedger, Kept
from tests.store.conftest import NOON, NewHistory

HOUR = timedelta(hours=1)
FILES = {"aws/instances.csv": b"type\nm7g.large\n", "zones.csv": b"key\nSE\n"}


def promise(hours: int = 2, grams: float | None = 12.5) -> Promise:
    row = UsageRow(
        id="one",
        start=NOON,
        end=NOON + hours * HOUR,
        region="aws:eu-north-1",
        machine=OwnMachine(vcpus=8, memory_gb=32.0, arch="x86_64", pue=1.2),
        count=2.5,
        utilization=0.0,
    )
    return Promise(row=row, co2_emissions_g=grams, embodied_emissions_g=None, cost_usd=0.5)


def decision(decision_id: str = "d1", *, hours_later: float = 0.0, budget: str | None = None) -> Decision:
    return Decision(
        id=decision_id,
        kind=DecisionKind.PLAN,
        made_at=NOON + hours_later * HOUR,
        signal=Signal.AVERAGE_LIFECYCLE,
        placed=(promise(), promise(5, None)),
        instead=(promise(3),),
        tags={"team": "search"},
        budget=budget,
    )


def kept(facts: str = "v1", answer: bytes = b'{"status":"success"}') -> Kept:
    return Kept(question=b'{"jobs":[]}', answer=answer, evidence=b"\x00\xff", facts=facts)


@pytest.fixture
def ledger(history: History) -> DecisionLedger:
    return DecisionLedger(history)


def put(ledger: DecisionLedger, one: Decision, *, tenant: str = "a", facts: str = "v1") -> None:
    ledger.keep_facts(facts, lambda: FILES)
    ledger.put(tenant, one, kept(facts))


def test_nothing_is_stored_at_first_and_no_file_is_made(ledger: DecisionLedger, history: History) -> None:
    assert (ledger.decision("a", "d1"), ledger.kept("a", "d1"), ledger.decisions("a", NOON, NOON)) == (None, None, [])
    assert (ledger.count("a", NOON, NOON), ledger.delete("a", "d1"), ledger.facts("v1")) == (0, False, {})
    assert history.database.path is None or not history.database.path.exists()


def test_a_decision_comes_back_as_it_was_put(ledger: DecisionLedger, new_history: NewHistory) -> None:
    put(ledger, decision(budget="november"))

    other_worker = DecisionLedger(new_history())
    assert other_worker.decision("a", "d1") == decision(budget="november")
    assert other_worker.kept("a", "d1") == kept()
    assert other_worker.facts("v1") == FILES


def test_another_tenant_neither_reads_lists_nor_removes_it(ledger: DecisionLedger) -> None:
    put(ledger, decision())

    assert (ledger.decision("b", "d1"), ledger.kept("b", "d1"), ledger.delete("b", "d1")) == (None, None, False)
    assert (ledger.decisions("b", NOON, NOON), ledger.count("b", NOON, NOON)) == ([], 0)
    assert ledger.decision("a", "d1") is not None


def test_decisions_are_listed_by_the_time_at_which_they_were_made_with_both_ends(ledger: DecisionLedger) -> None:
    for name, hours in (("late", 2.0), ("early", 0.0), ("next", 1.0), ("beyond", 3.0)):
        put(ledger, decision(name, hours_later=hours))
    span = (NOON, NOON + 2 * HOUR)

    assert [one.id for one in ledger.decisions("a", *span)] == ["early", "next", "late"]
    assert [one.id for one in ledger.decisions("a", *span, offset=1, limit=1)] == ["next"]
    assert ledger.count("a", *span) == 3


def test_files_of_facts_that_are_stored_are_not_read_again(ledger: DecisionLedger) -> None:
    ledger.keep_facts("v1", lambda: FILES)

    def fail() -> Mapping[str, bytes]:
        raise AssertionError("read again")

    ledger.keep_facts("v1", fail)


def test_a_decision_whose_facts_are_not_stored_is_refused(ledger: DecisionLedger) -> None:
    with pytest.raises(StateUnavailable):
        ledger.put("a", decision(), kept("unknown"))

    assert ledger.decision("a", "d1") is None


def test_facts_go_with_the_last_decision_that_rests_on_them_and_shared_files_stay(ledger: DecisionLedger) -> None:
    put(ledger, decision("d1"))
    put(ledger, decision("d2"))
    ledger.keep_facts("v2", lambda: {**FILES, "zones.csv": b"key\nNO\n"})
    ledger.put("a", decision("d3"), kept("v2"))

    assert ledger.delete("a", "d1")
    assert ledger.facts("v1") == FILES
    assert ledger.delete("a", "d2")
    assert ledger.facts("v1") == {}
    assert ledger.facts("v2") == {**FILES, "zones.csv": b"key\nNO\n"}


def test_two_decisions_of_one_id_are_an_error_and_the_first_one_stays(
    ledger: DecisionLedger, new_history: NewHistory
) -> None:
    put(ledger, decision())

    with pytest.raises(StateUnavailable):
        ledger.put("b", decision(), kept())

    other_worker = DecisionLedger(new_history())  # the first one does not try again for a few seconds
    assert other_worker.decision("a", "d1") == decision()
