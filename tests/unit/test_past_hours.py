"""Sums of past hours, and how often they are read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.ledger.past_hours import KINDS, SPAN, PastHours, PastHoursCache

FIRST = 490_000


def hours_from(first: int, last: int) -> PastHours:
    """Grams that tell the hour, all of one kind."""
    sums = np.zeros((KINDS, last - first + 1))
    sums[0, 1:] = np.cumsum(np.arange(first, last, dtype=np.float64))
    return PastHours(first_hour=first, gram_hours=sums, hours=sums / FIRST)


class Reader:
    """Reads any hours, and notes which."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, int]] = []

    def __call__(self, zone: str, first: int, last: int) -> PastHours:
        self.calls.append((zone, first, last))
        return hours_from(first, last)


@given(times=st.lists(st.floats(FIRST - 2, FIRST + 26), min_size=2, max_size=8))
def test_the_sum_between_two_times_is_that_of_a_line_through_the_sums_of_the_hours(times: list[float]) -> None:
    past = hours_from(FIRST, FIRST + 24)
    starts, ends = np.array(times[:-1]), np.array(times[1:])
    edges = np.arange(FIRST, FIRST + 25, dtype=np.float64)

    grams, hours = past.between(starts, ends)

    expected = np.interp(ends, edges, past.gram_hours[0]) - np.interp(starts, edges, past.gram_hours[0])
    assert grams[0] == pytest.approx(expected, abs=1e-6)
    assert hours[0] == pytest.approx(expected / FIRST, abs=1e-9)
    assert not grams[1:].any()


def test_hours_are_read_once_in_whole_spans_of_30_days() -> None:
    reader = Reader()
    cache = PastHoursCache(reader)
    first = 10 * SPAN

    for hour in range(100):
        past = cache("DE", first + 5 + hour, first + 6 + hour)

    assert reader.calls == [("DE", first, first + SPAN)]
    assert (past.first_hour, past.last_hour) == (first, first + SPAN)


def test_hours_before_and_after_are_added_to_those_that_were_read() -> None:
    reader = Reader()
    cache = PastHoursCache(reader)

    cache("DE", 10 * SPAN, 11 * SPAN)
    past = cache("DE", 12 * SPAN, 12 * SPAN + 1)
    cache("DE", 10 * SPAN + 3, 13 * SPAN)

    assert reader.calls == [("DE", 10 * SPAN, 11 * SPAN), ("DE", 10 * SPAN, 13 * SPAN)]
    assert (past.first_hour, past.last_hour) == (10 * SPAN, 13 * SPAN)


def test_of_too_many_hours_the_zones_used_longest_ago_are_forgotten() -> None:
    reader = Reader()
    cache = PastHoursCache(reader, most_hours=2 * SPAN + 10)

    for zone in ("DE", "FR", "DE", "PL", "DE", "FR"):  # PL takes the place of FR, FR that of PL
        cache(zone, 0, SPAN)

    assert [zone for zone, _, _ in reader.calls] == ["DE", "FR", "PL", "FR"]


def test_years_that_are_far_apart_are_not_joined() -> None:
    reader = Reader()
    cache = PastHoursCache(reader)

    cache("DE", 0, 1)
    past = cache("DE", 100 * SPAN, 100 * SPAN + 1)

    assert (past.first_hour, past.last_hour) == (100 * SPAN, 101 * SPAN)
