"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import datetime, timedelta


class SteppedClock:
    """Wall time and monotonic time, moved together by `advance`; sleeping moves it too."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._seconds = 0.0
        self.slept: list[float] = []

    def utc_now(self) -> datetime:
        return self._start + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return 1000.0 + self._seconds

    def advance(self, seconds: float) -> None:
        self._seconds += seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._seconds += seconds
