"""Spans of time without others, and gathered into few long ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from carbon.spans import Span, gathered, without

START = datetime(2026, 3, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONGEST = 10 * HOUR


def hours(first: int, last: int) -> Span:
    return START + first * HOUR, START + last * HOUR


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """A few spans in the order of time, which may overlap."""
    firsts = sorted(draw(st.lists(st.integers(0, 100), max_size=6)))
    return [hours(first, first + draw(st.integers(1, 30))) for first in firsts]


def moments(some: list[Span]) -> set[int]:
    """The hours that the spans hold."""
    return {number for start, end in some for number in range((start - START) // HOUR, (end - START) // HOUR)}


def test_a_hole_in_the_middle_leaves_the_two_ends() -> None:
    assert without([hours(0, 10)], [hours(3, 5)]) == [hours(0, 3), hours(5, 10)]


def test_short_gaps_within_ten_hours_are_one_span() -> None:
    assert gathered([hours(0, 1), hours(4, 5), hours(8, 9)], LONGEST) == [hours(0, 9)]


def test_a_long_span_is_cut_and_a_far_one_begins_where_it_begins() -> None:
    assert gathered([hours(0, 25), hours(70, 71)], LONGEST) == [
        hours(0, 10),
        hours(10, 20),
        hours(20, 25),
        hours(70, 71),
    ]


@given(spans(), spans())
def test_what_is_left_is_what_is_in_no_hole(some: list[Span], holes: list[Span]) -> None:
    assert moments(without(some, holes)) == moments(some) - moments(holes)


@given(spans())
def test_gathered_spans_hold_all_and_none_is_too_long(some: list[Span]) -> None:
    results = gathered(some, LONGEST)

    assert moments(some) <= moments(results)
    assert all(timedelta() < end - start <= LONGEST for start, end in results)
    assert all(first[1] <= second[0] for first, second in pairwise(results))
