"""The past of a zone in steps: of each step the source that covers most of it, and the gaps in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from carbon.history import Gap, HistoryPoint, HistoryQuery, Percentiles, Step, ZoneHistory
from planning.history.pieces import Pieces, pieces_of
from store.history.readings import QUALITIES, Minutes, Readings, minute_of, time_of

MINUTES = {Step.FIVE_MINUTES: 5, Step.QUARTER_HOUR: 15, Step.HOUR: 60, Step.DAY: 1440}


def edges_of(step: Step, start: datetime, end: datetime) -> Minutes:
    """The steps' boundaries in minutes since 1970: from the full step that holds `start` to `end`."""
    first, last = minute_of(start), minute_of(end)
    if step is Step.MONTH:
        months = np.arange(np.datetime64(first, "m").astype("M8[M]"), np.datetime64(last - 1, "m").astype("M8[M]") + 1)
        begins = months.astype("M8[m]").astype(np.int64)
    else:
        begins = np.arange(first // MINUTES[step] * MINUTES[step], last, MINUTES[step], dtype=np.int64)
    return np.append(begins, last)


def zone_history(zone: str, query: HistoryQuery, sources: Sequence[Readings]) -> ZoneHistory:
    """The points and gaps of one page. sources: in the order of trust, which decides between equally complete ones."""
    edges = edges_of(query.step, query.start, query.end)
    pieces = [pieces_of(readings, edges) for readings in sources]
    covered = np.array([one.covered for one in pieces]).reshape(len(pieces), len(edges) - 1)
    present = np.flatnonzero(covered.any(axis=0)) if pieces else np.array([], dtype=np.int64)
    source_of_step = covered.argmax(axis=0) if pieces else present
    page = present[query.offset :][: query.limit]
    return ZoneHistory(
        zone=zone,
        signal=query.signal,
        step=query.step,
        starts_at=time_of(edges[0]),
        ends_at=time_of(edges[-1]),
        points=_points(pieces, source_of_step, page, edges),
        total=len(present),
        gaps=_gaps(pieces, source_of_step, *_span(query, present, edges)),
    )


def _span(query: HistoryQuery, present: Minutes, edges: Minutes) -> tuple[int, int]:
    """The times of a page: from its first point, and the first page from the start, to the first point of the next."""
    after = query.offset + (len(present) if query.limit is None else query.limit)
    begins = 0 if query.offset == 0 else present[query.offset] if query.offset < len(present) else len(edges) - 1
    ends = present[after] if after < len(present) else len(edges) - 1
    return int(edges[begins]), int(edges[ends])


def _points(
    pieces: Sequence[Pieces], source_of_step: Minutes, page: Minutes, edges: Minutes
) -> tuple[HistoryPoint, ...]:
    points: dict[int, HistoryPoint] = {}
    for number, one in enumerate(pieces):
        steps = page[source_of_step[page] == number]
        at = np.searchsorted(one.present, steps)
        columns = (one.mean, one.lowest, one.highest, *one.percentiles, one.quality)
        for step, begins, mean, lowest, highest, p10, p50, p90, quality in zip(
            steps.tolist(), edges[steps].tolist(), *(column[at].tolist() for column in columns), strict=True
        ):
            points[step] = HistoryPoint(
                starts_at=time_of(begins),
                value=mean,
                lowest=lowest,
                highest=highest,
                percentiles=Percentiles(p10=p10, p50=p50, p90=p90),
                quality=QUALITIES[quality],
                source=one.source,
            )
    return tuple(points[step] for step in page.tolist())


def _gaps(pieces: Sequence[Pieces], source_of_step: Minutes, start: int, end: int) -> tuple[Gap, ...]:
    """The times in [start, end) on which no point rests."""
    used = [source_of_step[one.step] == number for number, one in enumerate(pieces)]
    starts = np.concatenate([one.starts[is_used] for one, is_used in zip(pieces, used, strict=True)] or [np.zeros(0)])
    ends = np.concatenate([one.ends[is_used] for one, is_used in zip(pieces, used, strict=True)] or [np.zeros(0)])
    order = np.argsort(starts)
    starts, ends = starts[order], ends[order]
    inside = (starts >= start) & (ends <= end)
    begins, until = np.append(start, ends[inside]), np.append(starts[inside], end)
    return tuple(
        Gap(starts_at=time_of(first), ends_at=time_of(last))
        for first, last in zip(begins[begins < until].tolist(), until[begins < until].tolist(), strict=True)
    )
