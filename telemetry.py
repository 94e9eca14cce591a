"""The counts that layers below HTTP report; wiring.py chooses the object that counts them."""

from __future__ import annotations

from typing import Protocol


class Telemetry(Protocol):
    """Receives counts. Every method returns at once, never raises and may be called by any thread.

    Arguments are labels of metrics: each has a few fixed values, and none contains text of a caller.
    """

    def upstream_call(self, source: str, outcome: str, seconds: float) -> None:
        """One request to a source; a retry is another one. outcome: "ok" or a reason such as "timeout"."""
        ...

    def cache_lookup(self, kind: str, result: str, count: int = 1) -> None:
        """Look-ups of live values. kind: "intensity", "forecast", "shares"; result: "hit", "stale", "miss"."""
        ...

    def fallback(self, reason: str, count: int = 1) -> None:
        """Zone readings without a fresh live value, by reason."""
        ...

    def store_error(self, store: str) -> None:
        """One failed use of a store, such as "redis"; the service continued without it."""
        ...

    def disagreement(self, zone: str) -> None:
        """The sources of a zone began to disagree."""
        ...

    def facts_change(self, outcome: str) -> None:
        """The files of a layer changed. outcome: "swapped", or "refused" if they are wrong."""
        ...

    def price_refresh(self, refresher: str, outcome: str) -> None:
        """A price list was read. outcome: "replaced", "unchanged", "skipped", or why it was refused."""
        ...

    def plan_end(self, state: str) -> None:
        """A plan in the background has ended. state: "done", "failed" or "cancelled"."""
        ...

    def webhook_attempt(self, outcome: str) -> None:
        """A delivery of a webhook was tried. outcome: "delivered", "retried" (it will be) or "dead"."""
        ...

    def open_streams(self, protocol: str, count: int) -> None:
        """How many streams this process serves now. protocol: "sse" or "websocket"."""
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

    def disagreement(self, zone: str) -> None:
        """Nothing."""

    def facts_change(self, outcome: str) -> None:
        """Nothing."""

    def price_refresh(self, refresher: str, outcome: str) -> None:
        """Nothing."""

    def plan_end(self, state: str) -> None:
        """Nothing."""

    def webhook_attempt(self, outcome: str) -> None:
        """Nothing."""

    def open_streams(self, protocol: str, count: int) -> None:
        """Nothing."""


SILENT = Silent()
