"""When to run one interruptible job in one place: the best segments, or one piece where no segments are better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, isfinite

import numpy as np

from carbon import units
from carbon.errors import DoesNotFit, FieldError, InvalidRequest
from carbon.jobs import Risk
from carbon.schedules import ExpectedSavings, Schedule, Segment, Window
from carbon.workload import Interruption
from planning.outlook.series import Series
from planning.outlook.zones import Outlook
from planning.scheduling.exclusions import RECURRENCE
from planning.scheduling.power import Power
from planning.scheduling.risk import decisive, high_series
from planning.scheduling.schedule import ALTERNATIVES, apart_from, mean_ratio, whole_starts
from planning.scheduling.segments import SearchTooLarge, Segments, Span, best_segments
from planning.scheduling.span import RunSpan
from planning.scheduling.waiting import NO_WAIT, expected_savings, is_worth_waiting
from planning.scheduling.windows import TIE_TOLERANCE

# How far past the end of the search an earliest finish is looked for: the blackouts are known as far.
FINISH_SEARCH = RECURRENCE


def schedule_segments(
    region: str,
    zone: str,
    outlook: Outlook,
    span: RunSpan,
    rule: Interruption,
    risk: Risk = Risk.EXPECTED,
    hour_weight: float = 0.0,
    alternatives: int = ALTERNATIVES,
) -> Schedule:
    """The segments to run an interruptible job in, beside the best windows of one piece.

    The advice is whichever emits least: the segments, or one piece, which may start at any moment and not only on the
    grid of the segments. Where that piece is not worth waiting for and there are no better segments, it is to start at
    once. Of a cautious job the 90th centile of the emissions decides: the segments are then those of the least sum of
    their hours' centiles, or of the least expected emissions if their own centile is lower. hour_weight: gCO2e/kWh
    that machine time weighs beside its emissions, because it is paid for; restarts then cost more. Raises DoesNotFit,
    and InvalidRequest if the search is too large.
    """
    job = _Job(zone, outlook, span, rule, hour_weight)
    at_once = job.at_once()
    pieces = job.pieces(risk, 1 + alternatives)
    row = outlook.zones[zone]
    searched = [outlook.series(row)] if risk is Risk.EXPECTED else [high_series(outlook, row), outlook.series(row)]
    segments = [lowest for lowest in map(job.lowest, searched) if lowest is not None]
    best = _least([at_once, *pieces[:1], *(job.window(one.spans) for one in segments)], risk, hour_weight)
    expected = job.expected(at_once, best)
    if not is_worth_waiting(expected):
        best, expected = at_once, NO_WAIT
    before, after = _total(at_once), _total(best)
    return Schedule(
        region=region,
        best=best,
        at_once=at_once,
        current=outlook.current(zone),
        saving_gco2e_per_kwh=(before - after) / span.duration_hours,
        saving_share=(before - after) / before if before > 0 else 0.0,
        expected=expected,
        alternatives=_apart(pieces, best, span)[:alternatives],
        latest_start=span.latest,
        grid_minutes=segments[0].grid_seconds / units.MINUTE_SECONDS if segments else None,
    )


def next_best_pieces(plan: Schedule, zone: str, outlook: Outlook, span: RunSpan, risk: Risk) -> Schedule:
    """A schedule of segments that was made without alternatives, with them."""
    pieces = _Job(zone, outlook, span, Interruption(), 0.0).pieces(risk, 1 + ALTERNATIVES)
    return replace(plan, alternatives=_apart(pieces, plan.best, span)[:ALTERNATIVES])


def closed_spans(outlook: Outlook, span: RunSpan) -> list[Span]:
    """The times in which no part of an interruptible job may run, in seconds."""
    return [(outlook.seconds_to(low.starts_at), outlook.seconds_to(low.ends_at)) for low in span.closed]


def soonest_spans(outlook: Outlook, span: RunSpan, rule: Interruption) -> Sequence[Span]:
    """The segments of an interruptible job, in seconds, that end first; they are alike in all zones.

    Raises as schedule_segments.
    """
    return _Job("", outlook, span, rule, 0.0).soonest()


@dataclass(frozen=True, slots=True)
class _Job:
    """An interruptible job in a zone. Times in seconds from the outlook's first hour."""

    zone: str
    outlook: Outlook
    span: RunSpan
    rule: Interruption
    hour_weight: float

    @property
    def seconds(self) -> float:
        return self.span.duration_hours * units.HOUR_SECONDS

    @property
    def earliest(self) -> float:
        return self.outlook.seconds_to(self.span.earliest)

    @property
    def end(self) -> float:
        return self.outlook.seconds_to(self.span.latest) + self.seconds

    @property
    def closed(self) -> list[Span]:
        return closed_spans(self.outlook, self.span)

    def lowest(self, series: Series) -> Segments | None:
        """The segments of the lowest sum of this series in times of known values; None if they do not fit there."""
        closed, unknown = self.closed, _unknown(series)
        if unknown:
            closed, series = _joined(closed + unknown), Series.of(np.nan_to_num(series.values), series.step_seconds)
        dear = self._search(series, self.end, closed, self.hour_weight)
        if dear is not None or not self.hour_weight:
            return dear
        return self._search(series, self.end, closed)  # restarts that nothing outweighs

    def pieces(self, risk: Risk, count: int) -> list[Window]:
        """The best windows of one piece, as segments."""
        power = Power.even(self.seconds)
        starts = whole_starts(self.zone, self.outlook, self.span, risk, count=count, power=power)
        seconds = map(float, map(round, starts))  # as windows have them; their ends may be rounded to their starts
        return [self.window([(start, start + self.seconds)]) for start in seconds]

    def at_once(self) -> Window:
        """The job as early as it can end."""
        return self.window(self.soonest())

    def soonest(self) -> Sequence[Span]:
        """The spans that end first: one piece from the earliest moment, else segments or a later piece."""
        pieces = [self.outlook.seconds_to(self.span.starts[0][0])] if self.span.starts else []
        if pieces and pieces[0] <= self.earliest:
            return [(self.earliest, self.earliest + self.seconds)]
        finishes: list[Sequence[Span]] = [[(start, start + self.seconds)] for start in pieces]
        if (segments := self._soonest(self.end, self.closed)) is not None:
            finishes.append(segments.spans)
        if not finishes:
            raise self._does_not_fit()
        return min(finishes, key=lambda spans: spans[-1][1])

    def window(self, spans: Sequence[Span]) -> Window:
        """The segments as a window with their mean."""
        outlook, row = self.outlook, self.outlook.rows[self.outlook.zones[self.zone]]
        return Window(
            starts_at=outlook.at(spans[0][0]),
            ends_at=outlook.at(spans[-1][1]),
            duration_hours=sum(end - start for start, end in spans) / units.HOUR_SECONDS,
            mean=outlook.mean_of_spans(self.zone, spans),
            segments=tuple(
                Segment(
                    starts_at=outlook.at(start),
                    ends_at=outlook.at(end),
                    duration_hours=(end - start) / units.HOUR_SECONDS,
                    gco2e_per_kwh=_finite_or_none(row.mean(start, end - start)),
                )
                for start, end in spans
            ),
        )

    def expected(self, at_once: Window, best: Window) -> ExpectedSavings | None:
        """What backtests say of waiting for one piece; None for several segments, of which there is no backtest."""
        if best is at_once:
            return NO_WAIT
        if len(best.segments) > 1 or len(at_once.segments) > 1:
            return None
        return expected_savings(
            self.outlook,
            self.outlook.zones[self.zone],
            earliest=self.outlook.seconds_to(at_once.starts_at),
            start=self.outlook.seconds_to(best.starts_at),
            ratio=mean_ratio(best, at_once),
        )

    def _soonest(self, end: float, closed: Sequence[Span]) -> Segments | None:
        """The segments that end first: with an intensity of 0 all cost the same, and of equals those are taken."""
        hours = ceil(end / units.HOUR_SECONDS)
        return self._search(Series.of(np.zeros(hours), units.HOUR_SECONDS), end, closed)

    def _search(self, series: Series, end: float, closed: Sequence[Span], hour_weight: float = 0.0) -> Segments | None:
        job = Power.even(self.seconds, hour_weight)
        try:
            return best_segments(series, earliest=self.earliest, end=end, job=job, rule=self.rule, closed=closed)
        except SearchTooLarge as error:
            detail = (
                "the job is too long for an exact search of this length: set a nearer deadline or fewer search_hours, "
                "fewer max_segments or a longer min_run_minutes, or leave all three out"
            )
            raise InvalidRequest(
                [FieldError(location=("interruptible",), code="search_too_large", detail=detail)]
            ) from error

    def _does_not_fit(self) -> DoesNotFit:
        """With the earliest finish, if it is within FINISH_SEARCH of the end of the search."""
        try:
            segments = self._soonest(self.end + FINISH_SEARCH.total_seconds(), self.closed)
        except InvalidRequest:
            segments = None
        finish = None if segments is None else self.outlook.at(segments.spans[-1][1])
        detail = f"the segments of a job of {self.span.duration_hours:g} h do not fit between the times excluded"
        return DoesNotFit(detail, earliest_finish=finish)


def _least(windows: Sequence[Window], risk: Risk, hour_weight: float) -> Window:
    """The first of the windows with the least emissions by the risk, and the weight of their hours.

    The first of all where no intensity is known.
    """
    figures = [(decisive(window.mean, risk), window) for window in windows]
    totals = [
        ((figure + hour_weight) * window.duration_hours, window) for figure, window in figures if figure is not None
    ]
    least = min((total for total, _ in totals), default=0.0)
    return next((window for total, window in totals if total <= least * (1 + TIE_TOLERANCE)), windows[0])


def _total(window: Window) -> float:
    """Emissions of a constant power of 1 kW, in grams; 0 where the intensity is not known."""
    return (window.mean.gco2e_per_kwh or 0.0) * window.duration_hours


def _apart(pieces: Sequence[Window], best: Window, span: RunSpan) -> tuple[Window, ...]:
    known = [piece for piece in pieces if piece.mean.gco2e_per_kwh is not None]
    return tuple(known) if len(best.segments) > 1 else apart_from(best, known, span)


def _unknown(series: Series) -> list[Span]:
    """The steps of a single-zone series without a value."""
    steps = np.flatnonzero(np.isnan(series.values[0])).tolist()
    return [(step * series.step_seconds, (step + 1) * series.step_seconds) for step in steps]


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Spans in order of time, those that overlap as one."""
    joined: list[Span] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined


def _finite_or_none(mean: float) -> float | None:
    return mean if isfinite(mean) else None
