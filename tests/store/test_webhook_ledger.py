"""The ledger of webhooks over a real file and a real Redis."""

from __future__ import annotations

import pytest

from store.redis_link import RedisLink
from store.webhooks.file_ledger import FileLedger
from store.webhooks.ledger import Due, Ledger, Write
from store.webhooks.redis_ledger import RedisLedger
from telemetry import SILENT
from tests.fakes.patience import HANG_SECONDS
from tests.store.shared_places import Place


def ledger_at(place: Place) -> Ledger:
    """Another process's."""
    if place.redis is None:
        from pathlib import Path

        return FileLedger(Path(place.where))
    return RedisLedger(RedisLink(place.where, telemetry=SILENT, timeout_seconds=HANG_SECONDS))


@pytest.fixture
def ledger(place: Place) -> Ledger:
    return ledger_at(place)


def test_an_empty_ledger_has_nothing(ledger: Ledger) -> None:
    assert ledger.get("a", "x") is None
    assert ledger.folder("a") == {}
    assert list(ledger.first_due(1e12, 10)) == []


def test_what_is_written_is_seen_by_every_process(ledger: Ledger, place: Place) -> None:
    assert ledger.commit([Write("a", "x", b"\x00 1"), Write("b", "y", b"2")])

    other = ledger_at(place)
    assert other.get("a", "x") == b"\x00 1"
    assert other.folder("b") == {"y": b"2"}


def test_entries_are_counted_by_folder(ledger: Ledger) -> None:
    assert ledger.count("webhooks") == 0

    ledger.commit([Write("webhooks", "a", b"1"), Write("webhooks", "b", b"2"), Write("states", "a", b"true")])

    assert (ledger.count("webhooks"), ledger.count("states")) == (2, 1)


def test_all_is_written_or_nothing(ledger: Ledger) -> None:
    ledger.commit([Write("a", "x", b"1")])

    is_written = ledger.commit([Write("a", "x", b"2"), Write("a", "y", b"2")], {("a", "x"): b"0"})

    assert not is_written
    assert ledger.folder("a") == {"x": b"1"}


def test_an_entry_can_be_expected_to_be_missing(ledger: Ledger) -> None:
    assert ledger.commit([Write("a", "x", b"1")], {("a", "x"): None})
    assert not ledger.commit([Write("a", "x", b"2")], {("a", "x"): None})
    assert ledger.commit([Write("a", "x", None)], {("a", "x"): b"1"})
    assert ledger.get("a", "x") is None
    assert not ledger.commit([Write("a", "x", b"2")], {("a", "x"): b"1"})


def test_each_folder_offers_what_is_due_first_the_longest_due_before_the_others(ledger: Ledger) -> None:
    ledger.commit(
        [
            Write("a", "later", b"1", 20.5),
            Write("a", "first", b"2", 10.25),
            Write("b", "only", b"3", 5.0),
            Write("c", "future", b"4", 1000.0),
            Write("d", "never", b"5"),
        ]
    )

    assert list(ledger.first_due(30, 10)) == [Due("b", "only", b"3"), Due("a", "first", b"2")]
    assert list(ledger.first_due(30, 1)) == [Due("b", "only", b"3")]
    assert list(ledger.first_due(1, 10)) == []


def test_what_is_postponed_or_removed_is_not_due(ledger: Ledger) -> None:
    ledger.commit([Write("a", "x", b"1", 1.0), Write("a", "y", b"2", 2.0)])

    ledger.commit([Write("a", "x", b"1", 100.0)])
    assert list(ledger.first_due(50, 10)) == [Due("a", "y", b"2")]
    ledger.commit([Write("a", "y", None)])
    assert list(ledger.first_due(50, 10)) == []
    ledger.commit([Write("a", "x", b"3")])
    assert list(ledger.first_due(1e12, 10)) == []


def test_a_removed_folder_has_nothing_and_nothing_due(ledger: Ledger) -> None:
    ledger.commit([Write("a", "x", b"1", 1.0), Write("b", "x", b"1", 1.0)])

    ledger.remove_folder("a")

    assert ledger.folder("a") == {}
    assert [due.folder for due in ledger.first_due(50, 10)] == ["b"]
