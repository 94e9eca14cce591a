"""What the layers below HTTP report while they work; who counts it is decided in app.py."""

from __future__ import annotations

from typing import Protocol


class Telemetry(Protocol):
    """Takes counts. Every method returns at once, never raises and may be called by any thread.

    Arguments are labels of metrics: of each there are a few fixed values, and none holds what a caller sent.
    """

    def upstream_call(self, source: str, outcome: str, seconds: float) -> None:
        """One request sent to a source, a retry being another one. outcome: "ok" or a reason such as "timeout"."""
        ...

    def cache_lookup(self, kind: str, result: str, count: int = 1) -> None:
        """Look-ups of live values. kind: "intensity", "forecast", "shares"; result: "hit", "stale", "miss"."""
        ...

    def fallback(self, reason: str, count: int = 1) -> None:
        """Zone readings answered without a fresh live value, and why."""
        ...

    def store_error(self, store: str) -> None:
        """A store, such as "redis", that could not be used and was done without."""
        ...


class Silent:
    """Counts nothing."""

    def upstream_call(self, source: str, outcome: str, seconds: float) -> None:
        """Nothing."""

    def cache_lookup(self, kind: str, result: str, count: int = 1) -> None:
        """Nothing."""

    def fallback(self, reason: str, count: int = 1) -> None:
        """Nothing."""

    def store_error(self, store: str) -> None:
        """Nothing."""


SILENT = Silent()
