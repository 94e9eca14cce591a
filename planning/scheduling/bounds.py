"""What no window and no segments of a job undercut, for all zones at once: which of them need a closer look.

A total is intensity x seconds; times are seconds from the first step's start.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

import numpy as np

from carbon.units import HOUR_SECONDS
from catalog.columns import FloatArray
from planning.outlook.series import Series
from planning.outlook.zones import Outlook
from planning.scheduling.pauses import closed_spans
from planning.scheduling.power import Power
from planning.scheduling.segments import Span
from planning.scheduling.span import RunSpan
from planning.scheduling.windows import best_windows


def span_bounds(
    outlook: Outlook, series: Series, span: RunSpan, *, pauses: bool, power: Power | None = None
) -> FloatArray:
    """For each zone of an outlook's series what no way to run a job undercuts; 0 where hours are not known.

    pauses: it may be cut freely; else it runs in one piece. power: None: it does not change.
    """
    duration, seconds_to = span.duration_hours * HOUR_SECONDS, outlook.seconds_to
    if not pauses and power is None:
        starts = [(seconds_to(first), seconds_to(last)) for first, last in span.starts]
        return _zero_where_unknown(least_whole(series, starts=starts, duration=duration))
    earliest, end, closed = seconds_to(span.earliest), seconds_to(span.latest) + duration, closed_spans(outlook, span)
    layers = [
        share * least_total(series, earliest=earliest, end=end, duration=seconds, closed=closed)
        for share, seconds in (power or Power.even(duration)).layers
    ]
    return _zero_where_unknown(np.sum(layers, axis=0))


def least_whole(series: Series, *, starts: Sequence[Span], duration: float) -> FloatArray:
    """For each zone the total of its best window; NaN where none is known. starts: (first, last) of those allowed."""
    lows = [best_windows(series, earliest=first, latest=last, duration=duration).means for first, last in starts]
    totals: FloatArray = np.fmin.reduce(lows) * duration
    return totals


def least_total(
    series: Series, *, earliest: float, end: float, duration: float, closed: Sequence[Span] = ()
) -> FloatArray:
    """For each zone a total that no segments undercut: its lowest moments, cut freely. Infinity: it does not fit.

    closed: as in best_segments.
    """
    step = series.step_seconds
    first, last = floor(earliest / step), ceil(end / step)
    edges: FloatArray = np.arange(first, last + 1, dtype=np.float64) * step
    room = _overlap(edges, earliest, end)
    for low, high in closed:
        if (low := max(low, earliest)) < (high := min(high, end)):
            room -= _overlap(edges, low, high)
    values = series.values[:, first:last]
    order = np.argsort(values, axis=1, kind="stable")
    before = np.cumsum(room[order], axis=1) - room[order]
    use = np.clip(duration - before, 0.0, room[order])
    totals: FloatArray = (np.take_along_axis(values, order, axis=1) * use).sum(axis=1)
    return totals if room.sum() >= duration - 1e-6 else np.full(len(values), np.inf)


def _zero_where_unknown(totals: FloatArray) -> FloatArray:
    bounds: FloatArray = np.nan_to_num(totals)
    return bounds


def _overlap(edges: FloatArray, low: float, high: float) -> FloatArray:
    """Seconds of [low, high] in each of the steps between these edges."""
    seconds: FloatArray = np.clip(edges[1:], low, high) - np.clip(edges[:-1], low, high)
    return seconds
