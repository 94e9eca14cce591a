"""How the engine reads live grid data, and the errors of sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from carbon.errors import CarbonError
from carbon.reading import Observation, Shares, ZoneReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Calls in any sixty minutes by all workers. resets_at: when the oldest of them leave the hour; None: no calls."""

    calls_per_hour: int
    calls_used: int
    calls_left: int
    resets_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """The state of a source, for /ready. state: "ok" | "degraded" | "unconfigured" | "untried".

    calls, fallbacks: of this process. quota: of all workers; None: no limit is known. breaker_open: whether calls are
    held back; None: the source is never called. shared_by: who shares its records now: all machines of the "service",
    the workers of one "machine", or each "worker" alone; None: it has no records.
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
        """Calls left in the budget of this hour; None: no limit is known."""
        return None if self.quota is None else self.quota.calls_left


class GridSnapshot(Protocol):
    """The live values of one signal at one moment, read by one request in one thread.

    A failing upstream raises nothing here. The values that the request waits for enter its snapshot; nothing else
    changes it. All waits of the request together end at one deadline.
    """

    @property
    def version(self) -> str:
        """A name of the values: if two are equal, all readings at one `now` are equal, on any machine."""
        ...

    def read(self, zones: Iterable[str], *, now: datetime, forecast: bool) -> Mapping[str, ZoneReading]:
        """A reading for every zone. forecast: whether to read forecasts too."""
        ...

    def shares(self, zone: str, *, now: datetime) -> Shares | None:
        """Live shares of one zone, or None."""
        ...

    def peek(self, zones: Iterable[str], *, now: datetime) -> Mapping[str, Observation]:
        """The usable values of these zones, last good ones too; sends no call and does not wait."""
        ...


class GridReader(Protocol):
    """Live grid data, shared by all threads."""

    def open(self) -> GridSnapshot:
        """A snapshot of the present values, for one request."""
        ...

    def states(self) -> tuple[SourceState, ...]:
        """One state a source, in the order of preference; sends no call."""
        ...


class SourceError(CarbonError):
    """An upstream did not give a usable value. reason: a stable token for logs, answers and metrics."""

    def __init__(self, reason: str, detail: str = "", *, retry_after_seconds: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class RefreshInProgress(SourceError):
    """Another worker sends this call now; nothing is stored for it."""


class SourceUnavailable(SourceError):
    """Timeout, 5xx, 429, connection trouble: try again soon."""


class SourceRefused(SourceError):
    """The key is wrong, a sandbox key, or the account is closed: our configuration."""


class ZoneNotCovered(SourceError):
    """The plan lacks the zone or the signal, or the upstream has no data for it."""


class MalformedReply(SourceError):
    """A reply whose shape or values cannot be used: not JSON, wrong zone, null, absurd, future, stale."""
