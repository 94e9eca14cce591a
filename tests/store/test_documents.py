"""Documents: bytes that workers share for a time, beside the values that all of them follow."""

from __future__ import annotations

import time

from store.shared.changes import START
from tests.store.shared_places import Place


def test_a_document_of_one_worker_is_read_and_removed_by_another(place: Place) -> None:
    one, other = place.store(), place.store()
    one.put_document("a", bytes(range(256)), 60)

    assert (other.document("a"), other.document("b")) == (bytes(range(256)), None)
    other.remove_document("a")
    other.remove_document("a")
    assert one.document("a") is None


def test_the_last_document_of_a_key_counts(place: Place) -> None:
    store = place.store()
    for body in (b"first", b"last"):
        store.put_document("a", body, 60)

    assert store.document("a") == b"last"


def test_a_document_is_gone_after_its_time(place: Place) -> None:
    store = place.store()
    store.put_document("short", b"1", 0.05)
    store.put_document("long", b"1", 60)
    time.sleep(0.1)

    assert (store.document("short"), store.document("long")) == (None, b"1")


def test_documents_are_none_of_the_values_that_workers_follow(place: Place) -> None:
    store = place.store()
    store.put({"note:DE": b"{}"})
    store.put_document("a", b"1", 60)

    assert dict(store.changes(START).values) == {"note:DE": b"{}"}


def test_no_document_is_read_where_nothing_was_ever_stored(place: Place) -> None:
    assert place.store().document("a") is None
