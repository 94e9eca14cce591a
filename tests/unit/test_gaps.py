"""Which times of a span a source has to be asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from planning.history.gaps import gaps_of, gaps_to_fetch
from tests.fakes.past import readings

START = datetime(2026, 3, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
END = START + 4 * HOUR


def test_without_any_reading_the_whole_time_is_a_gap() -> None:
    assert gaps_of(None, START, END) == [(START, END)]


def test_an_hour_without_a_reading_is_a_gap() -> None:
    assert gaps_of(readings(START, [1.0, None, 3.0, 4.0]), START, END) == [(START + HOUR, START + 2 * HOUR)]


def test_nothing_is_fetched_where_another_source_has_all() -> None:
    whole, half = readings(START, [1.0] * 4, source="one"), readings(START, [1.0, 2.0], source="two")

    assert gaps_to_fetch("two", [whole, half], START, END) == []


def test_a_source_is_asked_for_what_it_lacks_itself() -> None:
    """An answer is made of one source, so what another one has of the time does not help it."""
    early, late = readings(START, [1.0, 2.0], source="one"), readings(START + 2 * HOUR, [3.0, 4.0], source="two")

    assert gaps_to_fetch("two", [early, late], START, END) == [(START, START + 2 * HOUR)]
    assert gaps_to_fetch("three", [early, late], START, END) == [(START, END)]
