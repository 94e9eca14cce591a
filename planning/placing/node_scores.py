"""How green the nodes of a cluster are for one workload, as scores.

The score is the share of the lowest intensity in that of the node, times ten. So half the score is twice the emissions,
and nodes that hardly differ have the same score, which leaves the choice to the other rules of the scheduler.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, isfinite, nan

import numpy as np

from carbon import units
from carbon.node_scores import MAX_SCORE, NodeScore, NodesQuery
from catalog.model import Region
from planning.outlook.zones import Outlook

MAX_AHEAD_HOURS = 168.0  # what lies beyond does not count: the forecasts end long before
SHARE_NEEDED = 0.5  # of the time until its deadline, by interruptible work of unknown length
EVEN_SCORE = 5  # of all nodes where nothing is known of any


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Seconds after now in which the work runs. needed: how many of them, the greenest; None: all."""

    seconds: float
    needed: float | None = None


def hours_of(query: NodesQuery, now: datetime) -> int:
    """Full hours that an outlook from `now` must hold."""
    return ceil(_span(query, now).seconds / units.HOUR_SECONDS) + 1


def node_scores(query: NodesQuery, regions: Mapping[str, Region], outlook: Outlook) -> list[NodeScore]:
    """A score for each node, in their order. regions: by key. The outlook has the zones of all regions of the query.

    A node of which nothing is known has the mean score of the others, so that it is neither preferred nor avoided.
    """
    span = _span(query, outlook.now)
    by_zone = {zone: _figure(zone, outlook, span) for zone in outlook.zones}
    count_of_region = Counter(query.regions)  # nodes of one region are alike, and there may be thousands
    figures = {key: nan if key is None else by_zone[regions[key].zone] for key in count_of_region}
    lowest = min((figure for figure in figures.values() if isfinite(figure)), default=0.0)
    scores = {key: score for key, figure in figures.items() if (score := _score(figure, lowest)) is not None}
    otherwise = EVEN_SCORE
    if scores:
        total = sum(score * count_of_region[key] for key, score in scores.items())
        otherwise = round(total / sum(count_of_region[key] for key in scores))
    limit = query.max_gco2e_per_kwh
    by_region = {
        key: NodeScore(
            gco2e_per_kwh=figure if isfinite(figure) else None,
            score=scores.get(key, otherwise),
            is_wanted=limit is None or not figure > limit,  # an unknown figure is not above any limit
        )
        for key, figure in figures.items()
    }
    return [by_region[key] for key in query.regions]


def _score(figure: float, lowest: float) -> int | None:
    if not isfinite(figure):
        return None
    return MAX_SCORE if figure <= lowest else round(MAX_SCORE * lowest / figure)


def _span(query: NodesQuery, now: datetime) -> _Span:
    """When the work runs: from now on for as long as it lasts, at most until its deadline.

    Interruptible work with a deadline runs in the greenest part of the time until then. Without a length and a deadline
    that is still to come only the present counts.
    """
    most = timedelta(hours=MAX_AHEAD_HOURS)
    left = None if query.deadline is None or query.deadline <= now else min(query.deadline - now, most)
    work = None if query.duration_hours is None else timedelta(hours=min(query.duration_hours, MAX_AHEAD_HOURS))
    if left is None:
        return _Span(seconds=0.0 if work is None else work.total_seconds())
    if query.interruptible:
        needed = left * SHARE_NEEDED if work is None else min(work, left)
        return _Span(seconds=left.total_seconds(), needed=needed.total_seconds())
    return _Span(seconds=(left if work is None else min(work, left)).total_seconds())


def _figure(zone: str, outlook: Outlook, span: _Span) -> float:
    """gCO2e/kWh of the zone while the work runs; NaN where it is not known."""
    if span.seconds <= 0:
        current = outlook.current(zone).gco2e_per_kwh
        return nan if current is None else current
    hours, start = outlook.rows[outlook.zones[zone]], outlook.offset_seconds
    if span.needed is None or span.needed >= span.seconds:
        return hours.mean(start, span.seconds)
    step, end = hours.step_seconds, start + span.seconds
    edges = np.arange(int(start // step), ceil(end / step) + 1) * step
    seconds = np.diff(edges.clip(start, end))
    values = hours.values_by(step, outlook.hours)[int(start // step) :][: len(seconds)]
    order = np.argsort(values, kind="stable")
    taken = np.diff(np.minimum(np.cumsum(seconds[order]), span.needed), prepend=0.0)
    return float((values[order] * taken)[taken > 0].sum() / span.needed)  # steps that are not needed may be unknown
