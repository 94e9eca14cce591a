"""How the engine reads live grid data, and the errors of sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from carbon.errors import CarbonError
from carbon.intensity import Signal
from carbon.reading import Observation, Percentile, Shares, ZoneReading
from carbon.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Calls in any sixty minutes by all workers. resets_at: when the oldest of them leave the hour; None: no calls."""

    calls_per_hour: int
    calls_used: int
    calls_left: int
    resets_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What a source offers, and on which terms.

    zones: the grid zones that it can give values of; None: those of the plan of the key. forecast_hours: how far ahead
    it forecasts; 0: not at all. key_setting: the setting of its key; None: it needs none. attribution: the words that
    the licence asks for. commercial_use: whether the licence allows it. consent_setting: the setting that must be on
    besides the key; None: there is none. signal: what its figures count.
    """

    name: str
    title: str
    url: str
    zones: tuple[str, ...] | None
    forecast_hours: int
    key_setting: str | None
    licence: str
    licence_url: str | None
    attribution: str | None
    commercial_use: bool
    flow_traced: bool | None
    method: str
    consent_setting: str | None = None
    signal: Signal = Signal.AVERAGE_LIFECYCLE


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """The state of a source, for /ready. state: "ok" | "degraded" | "unconfigured" | "untried" | "off".

    untried: no call was answered yet, or no reply of a source without a key ever arrived. off: LIVE is off.

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
    facts: SourceFacts | None = None

    @property
    def has_no_key(self) -> bool:
        """Whether no key is in use here, so that the source covers few zones or none."""
        return self.state in ("unconfigured", "off") or (self.facts is not None and self.facts.key_setting is None)

    @property
    def calls_left(self) -> int | None:
        """Calls left in the budget of this hour; None: no limit is known."""
        return None if self.quota is None else self.quota.calls_left


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPast:
    """Times of a zone for which the store has no reading of a source."""

    source: str
    zone: str
    spans: Sequence[Span]


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

    def of_signal(self, signal: Signal) -> GridSnapshot:
        """The values of another signal at the same moment; both wait until the same deadline."""
        ...

    def without_waiting(self) -> GridSnapshot:
        """The same values, for reads that do not wait: calls that are due begin, and their values come later."""
        ...

    def percentile(self, zone: str, *, now: datetime) -> Percentile | None:
        """Where the intensity of now stands among those of the zone, or None."""
        ...

    def by_source(self, zone: str, *, now: datetime) -> Mapping[str, ZoneReading]:
        """What each source that covers the zone has stored, most trusted first; sends no call and does not wait."""
        ...

    def past_sources(self, zone: str) -> Sequence[str]:
        """The sources that may be asked now for any past time of the zone, most trusted first; sends no call."""
        ...

    def fetch_past(self, missing: Sequence[MissingPast]) -> None:
        """Have sources asked for these times, and what they tell stored; waits for the calls within the deadline.

        A request sends a few calls at most. A call that takes longer goes on, and its values are stored later.
        """
        ...

    def note_disagreement(self, disagreeing: Mapping[str, float], agreeing: Set[str]) -> None:
        """Log and count zones whose sources began to disagree. disagreeing: by how much of their mean."""
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
