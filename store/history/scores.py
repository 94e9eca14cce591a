"""Forecasts as they were issued, and how good they were. Imports no SQLAlchemy before something is stored or read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from carbon.intensity import Signal
from store.history.entries import MINUTES_AN_HOUR, Series
from store.history.readings import minute_of

if TYPE_CHECKING:
    from store.history.database import HistoryDatabase

Floats = npt.NDArray[np.float64]
CHORE = "forecast-scores"
EVERY_MINUTES = 1440
WAIT_COLUMNS = 3  # hours waited, log(now / later) as predicted, and as it came


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IssuedForecast:
    """A forecast as it was issued in an hour since 1970; see tables.forecasts. low, high: empty without a range."""

    issued_hour: int
    starts_minute: int
    step_minutes: int
    values: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayScores:
    """How good the forecasts of a series were that were issued on a day since 1970. sums: they add up over days.

    waits: a row for each job that the forecasts would have had wait, see WAIT_COLUMNS.
    """

    series: Series
    day: int
    sums: Floats
    waits: Floats


class ScoreStore(Protocol):
    """Where forecasts as issued and their scores are found. Every method raises StateUnavailable."""

    @property
    def is_kept(self) -> bool:
        """Whether forecasts are stored, or were."""
        ...

    def is_due(self, now: datetime) -> bool:
        """Whether this process is the one to score forecasts now: one of all processes does, once a day."""
        ...

    def issued(self, signal: Signal, zone: str, start: datetime, end: datetime) -> Mapping[str, list[IssuedForecast]]:
        """The forecasts issued in [start, end) by source, in the order of time."""
        ...

    def keep(self, scores: Sequence[DayScores]) -> None:
        """Store scores; they replace those of the same series and day."""
        ...

    def between(
        self, signal: Signal, first_day: int, end_day: int, *, zone: str | None = None, source: str | None = None
    ) -> list[DayScores]:
        """Those of the days in [first_day, end_day), by zone, source and day. zone, source: None means all."""
        ...


class NoScores:
    """A ScoreStore in which nothing is stored."""

    is_kept = False

    def is_due(self, now: datetime) -> bool:
        """False."""
        return False

    def issued(self, signal: Signal, zone: str, start: datetime, end: datetime) -> Mapping[str, list[IssuedForecast]]:
        """None."""
        return {}

    def keep(self, scores: Sequence[DayScores]) -> None:
        """Nothing."""

    def between(
        self, signal: Signal, first_day: int, end_day: int, *, zone: str | None = None, source: str | None = None
    ) -> list[DayScores]:
        """None."""
        return []


class Stored(Protocol):
    """The history whose database holds the rows."""

    @property
    def database(self) -> HistoryDatabase: ...

    @property
    def is_kept(self) -> bool: ...

    def exists(self) -> bool: ...


class ForecastScores:
    """A ScoreStore in the database of the history. Creates no file."""

    def __init__(self, history: Stored) -> None:
        self._history = history

    @property
    def is_kept(self) -> bool:
        """See ScoreStore."""
        return self._history.is_kept

    def is_due(self, now: datetime) -> bool:
        """See ScoreStore."""
        if not self._history.exists():
            return False
        from store.history import due

        with self._history.database.writing() as connection:
            return due.is_due(connection, CHORE, minute_of(now), EVERY_MINUTES)

    def issued(self, signal: Signal, zone: str, start: datetime, end: datetime) -> Mapping[str, list[IssuedForecast]]:
        """See ScoreStore."""
        if not self._history.exists():
            return {}
        from store.history import score_rows

        first, last = minute_of(start) // MINUTES_AN_HOUR, minute_of(end) // MINUTES_AN_HOUR
        with self._history.database.reading() as connection:
            return score_rows.issued(connection, signal.value, zone, first, last)

    def keep(self, scores: Sequence[DayScores]) -> None:
        """See ScoreStore."""
        from store.history import score_rows

        with self._history.database.writing() as connection:
            score_rows.keep(connection, scores)

    def between(
        self, signal: Signal, first_day: int, end_day: int, *, zone: str | None = None, source: str | None = None
    ) -> list[DayScores]:
        """See ScoreStore."""
        if not self._history.exists():
            return []
        from store.history import score_rows

        with self._history.database.reading() as connection:
            return score_rows.between(connection, signal.value, first_day, end_day, zone, source)
