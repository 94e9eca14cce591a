"""How many rows the lists of an answer may have, from the arguments of its question before they are checked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from api.edge.exchange import current
from api.endpoints.history import DAY, LENGTHS, MOST_POINTS, USUAL
from api.graph.question import Arguments, Sizes
from api.graph.turn import INPUT
from carbon.history import Step

MOST_REGIONS = 300  # of all clouds
MOST_RUNS = 1000
MANY = 10_000  # in place of a size that is no number


def whole(value: Any, default: int) -> int:
    """A number of rows as it was asked for; the default where it was not."""
    if value is None:
        return default
    return max(value, 0) if isinstance(value, int) else MANY


def page(name: str, default: int) -> Callable[[Arguments], Sizes]:
    """Of a list whose rows are limited by `limit`."""
    return lambda arguments: {name: whole(arguments.get("limit"), default)}


def hours(arguments: Arguments) -> Sizes:
    """Of a forecast."""
    return {"forecast": whole(arguments.get("hours"), 24)}


def points(arguments: Arguments) -> Sizes:
    """Of a history: as many steps as fit into its time."""
    limit = whole(arguments.get("limit"), MOST_POINTS)
    try:
        step = Step(arguments.get("step") or Step.HOUR)
        return {"points": min(limit, _span(arguments, step) // LENGTHS[step] + 1, MOST_POINTS)}
    except (TypeError, ValueError):
        return {"points": min(limit, MOST_POINTS)}


def _span(arguments: Arguments, step: Step) -> timedelta:
    """Raises ValueError, TypeError where the times cannot be read."""
    start, end = arguments.get("start"), arguments.get("end")
    if start is None:
        return USUAL.get(step, DAY)
    ends_at = current().now if end is None else datetime.fromisoformat(end)
    return max(ends_at - datetime.fromisoformat(start), timedelta(0))


def ranking(arguments: Arguments) -> Sizes:
    """Of optimize."""
    return {"recommendations": whole(_input(arguments).get("limit"), 5) + 1}


def windows(arguments: Arguments) -> Sizes:
    """Of schedule."""
    body = _input(arguments)
    runs = MOST_RUNS if body.get("repeat") is not None else 0
    return {"options": whole(body.get("max_options"), 5), "occurrences": runs}


def jobs(arguments: Arguments) -> Sizes:
    """Of plan."""
    jobs = _input(arguments).get("jobs")
    return dict.fromkeys(("assignments", "alternatives", "unplaced"), len(jobs) if isinstance(jobs, list) else 1)


def _input(arguments: Arguments) -> dict[str, Any]:
    body = arguments.get(INPUT)
    return body if isinstance(body, dict) else {}
