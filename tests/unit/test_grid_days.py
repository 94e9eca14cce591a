"""Which days of a zone's past have changed since rows were settled by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mapping import CloudMap
from planning.ledger.grid_days import ALWAYS, changed_from, grid_days
from planning.ledger.past_hours import past_hours
from store.ledger.grid_days import GridDays
from tests.fakes.past import readings

FIRST, LAST = 20_480, 20_489  # UTC days since 1970
BEGIN = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=FIRST)
PROFILES = CloudMap.load().profiles
VALUES = [100.0 + hour % 7 + hour / 12 for hour in range(240)]


def days(values: list[float], *, first: int = FIRST, last: int = LAST, before: int = 0, facts: str = "v1") -> GridDays:
    """Of hourly values from FIRST on; of hours that are read from so many days before the first one."""
    stored = [readings(BEGIN, values)] if values else []
    past = past_hours("CA-QC", stored, PROFILES, (first - before) * 24, (last + 1) * 24)
    return grid_days(past, first, last, facts)


def test_equal_hours_are_equal_however_long_before_them_was_read_and_when() -> None:
    assert changed_from(days(VALUES), days(VALUES, before=60)) is None
    assert changed_from(days(VALUES), days(VALUES, first=FIRST + 3)) is None


@given(st.integers(0, 239), st.floats(0.001, 500.0))
def test_the_first_day_of_an_hour_that_differs_is_told(hour: int, more: float) -> None:
    values = [*VALUES[:hour], VALUES[hour] + more, *VALUES[hour + 1 :]]

    assert changed_from(days(VALUES), days(values)) == FIRST + hour // 24


def test_a_reading_that_comes_where_none_was_and_one_that_goes_are_changes() -> None:
    assert changed_from(days([]), days(VALUES[:1])) == FIRST
    assert changed_from(days(VALUES), days(VALUES[:100])) == FIRST + 4  # hour 100 is of the fifth day


def test_a_day_that_was_not_looked_at_before_counts_as_changed() -> None:
    assert changed_from(days(VALUES, last=LAST - 2), days(VALUES)) == LAST - 1
    assert changed_from(days(VALUES, first=FIRST + 3), days(VALUES)) == FIRST


def test_other_facts_and_a_zone_that_was_not_looked_at_before_change_everything() -> None:
    assert changed_from(None, days(VALUES)) == ALWAYS
    assert changed_from(days(VALUES), days(VALUES, facts="v2")) == ALWAYS
