"""A ScoreStore in memory, and a short way to write what was stored of many days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from carbon.errors import StateUnavailable
from carbon.intensity import Signal
from store.history.entries import Series
from store.history.scores import DayScores, IssuedForecast

AVERAGE = Signal.AVERAGE_LIFECYCLE


class FakeScores:
    """With these forecasts by zone and source, and these scores. due: whether they are to be scored. fails: as if the
    database did not work.
    """

    def __init__(
        self,
        issued: Mapping[str, Mapping[str, list[IssuedForecast]]] | None = None,
        scores: Sequence[DayScores] = (),
        *,
        due: bool = True,
        fails: bool = False,
    ) -> None:
        self._issued = issued or {}
        self._scores = {(one.series, one.day): one for one in scores}
        self._due = due
        self.fails = fails

    is_kept = True

    def is_due(self, now: datetime) -> bool:
        self._check()
        return self._due

    def issued(self, signal: Signal, zone: str, start: datetime, end: datetime) -> Mapping[str, list[IssuedForecast]]:
        self._check()
        return self._issued.get(zone, {}) if signal is AVERAGE else {}

    def keep(self, scores: Sequence[DayScores]) -> None:
        self._check()
        self._scores.update({(one.series, one.day): one for one in scores})

    def between(
        self, signal: Signal, first_day: int, end_day: int, *, zone: str | None = None, source: str | None = None
    ) -> list[DayScores]:
        self._check()
        chosen = [
            one
            for one in self._scores.values()
            if one.series.signal == signal.value
            and first_day <= one.day < end_day
            and zone in (None, one.series.zone)
            and source in (None, one.series.source)
        ]
        return sorted(chosen, key=lambda one: (one.series.zone, one.series.source, one.day))

    def _check(self) -> None:
        if self.fails:
            raise StateUnavailable("the history")


def day_scores(
    day: int,
    *,
    zone: str = "DE",
    source: str = "recent-hours-336h",
    error: float = 0.1,
    coverage: float | None = 0.8,
    captured: float = 0.75,
    waits: Sequence[tuple[float, float, float]] = (),
    signal: Signal = AVERAGE,
) -> DayScores:
    """Of four forecasts of a week, all whose hours are over and read, each day of them with this error and coverage."""
    hours = np.full(7, 96.0)
    ranged = hours if coverage is not None else np.zeros(7)
    by_day = [error * hours, hours, np.zeros(7), np.zeros(7), ranged, ranged * (coverage or 0.0)]
    sums = np.concatenate([*by_day, [4 * 40.0 * captured, 4 * 40.0, 4.0], np.full(7, 4.0)])
    return DayScores(
        series=Series(source, signal.value, zone), day=day, sums=sums, waits=np.array(waits, np.float64).reshape(-1, 3)
    )
