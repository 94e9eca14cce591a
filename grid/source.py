"""What the engine may ask of a grid source, and what it gets; the errors a source may end in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from carbon.errors import CarbonError
from carbon.reading import Observation, Shares, ZoneReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Calls of any sixty minutes, by all workers. resets_at: when the oldest of them leave the hour; None: none did."""

    calls_per_hour: int
    calls_used: int
    calls_left: int
    resets_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source is doing, for /ready. state: "ok" | "degraded" | "unconfigured" | "untried".

    calls, fallbacks: of this process. quota: of all; None: no limit is known. breaker_open: whether calls are held
    back; None: no calls are ever made. shared_by: who knows now what one of them has learned: all of the "service",
    the workers of one "machine", each "worker" alone; None: there is nothing to know.
    """

    source: str
    state: str
    detail: str
    zones_covered: int | None = None
    last_success_at: datetime | None = None
    last_error: str | None = None
    calls: int = 0
    fallbacks: Mapping[str, int] | None = None
    quota: Quota | None = None
    breaker_open: bool | None = None
    shared_by: str | None = None

    @property
    def calls_left(self) -> int | None:
        """Of this hour's budget; None: no limit is known."""
        return None if self.quota is None else self.quota.calls_left


class GridSnapshot(Protocol):
    """The grid as it was known at one moment, read by one request in one thread.

    Never raises for an upstream's trouble. What a request waits for enters its snapshot; nothing else changes it.
    All its waits together end at one deadline.
    """

    @property
    def version(self) -> str:
        """Names what is read: where two are equal, so are all readings at one `now`, on any machine."""
        ...

    def read(self, zones: Iterable[str], *, now: datetime, forecast: bool) -> Mapping[str, ZoneReading]:
        """A reading for every zone asked for; `forecast` says whether forecasts are wanted too."""
        ...

    def shares(self, zone: str, *, now: datetime) -> Shares | None:
        """Live shares of one zone, or None."""
        ...

    def peek(self, zones: Iterable[str], *, now: datetime) -> Mapping[str, Observation]:
        """What is held of these zones and may be served, last good values too; calls nothing, waits for nothing."""
        ...


class GridReader(Protocol):
    """Live grid data, shared by all threads."""

    def open(self) -> GridSnapshot:
        """A snapshot of what is known now, for one request."""
        ...

    def states(self) -> tuple[SourceState, ...]:
        """One state a source, in fallback order; never calls upstream."""
        ...


class SourceError(CarbonError):
    """An upstream did not give a usable value. reason: a stable token for logs, answers and metrics."""

    def __init__(self, reason: str, detail: str = "", *, retry_after_seconds: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class NotAsked(SourceError):
    """Another worker is asking; there is nothing to remember."""


class SourceUnavailable(SourceError):
    """Timeout, 5xx, 429, connection trouble: try again soon."""


class SourceRefused(SourceError):
    """The key is wrong, a sandbox key, or the account is closed: our configuration."""


class ZoneNotCovered(SourceError):
    """The plan lacks the zone or the signal, or the upstream has no data for it."""


class MalformedReply(SourceError):
    """A reply whose shape or values cannot be used: not JSON, wrong zone, null, absurd, future, stale."""
