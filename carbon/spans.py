"""Spans of time: what is left of some without others, and few long ones that hold many short ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]  # [starts_at, ends_at)


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """The parts of spans that lie in none of the holes, in the order of time."""
    parts = sorted(spans)
    for hole_start, hole_end in holes:
        cut = [((start, min(end, hole_start)), (max(start, hole_end), end)) for start, end in parts]
        parts = [part for pair in cut for part in pair if part[0] < part[1]]
    return parts


def gathered(spans: Sequence[Span], longest: timedelta) -> list[Span]:
    """As few spans as possible, none above `longest`, that together hold all of these; in the order of time.

    spans: in the order of time. Each result begins and ends with a part of one of them.
    """
    results: list[Span] = []
    for start, end in spans:
        begins = start
        if results and begins < results[-1][0] + longest:
            first = results[-1][0]
            begins = min(end, first + longest)
            results[-1] = (first, max(results[-1][1], begins))
        while begins < end:
            results.append((begins, min(end, begins + longest)))
            begins = results[-1][1]
    return results
