"""Live readings from memory: time to live, the last good value, one call at a time for each zone and kind."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from hashlib import blake2b
from typing import Protocol

from cachetools import TLRUCache

from carbon.reading import Observation, Shares, UpstreamForecast, ZoneReading
from grid.flights import Flight, Flights
from grid.source import SourceError, SourceRefused, SourceState, SourceUnavailable, ZoneNotCovered

logger = logging.getLogger(__name__)

MAX_ENTRIES = 4096  # of each kind; the catalog knows some 350 zones
HOUR = timedelta(hours=1)

Value = Observation | UpstreamForecast | Shares


class LiveSource(Protocol):
    """One upstream, one zone at a time. Its calls block and raise SourceError; threads share it.

    The retry_after_seconds of a ZoneNotCovered says for how long asking again is pointless.
    """

    name: str

    @property
    def responsive(self) -> bool:
        """False while repeated calls brought no answer at all: then nobody should wait for one."""
        ...

    def held(self) -> SourceError | None:
        """Why no call may go out now, or None; takes no time."""
        ...

    def latest(self, zone: str) -> Observation: ...

    def forecast(self, zone: str) -> UpstreamForecast: ...

    def shares(self, zone: str) -> Shares: ...

    def state(self) -> SourceState: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPolicy:
    """How long things are kept and waited for.

    max_age_minutes: how long after the end of its interval a value may still be served.
    shares_ttl_seconds: longer than an intensity's, because two calls a zone count against small hourly plans.
    """

    intensity_ttl_seconds: float = 300.0
    forecast_ttl_seconds: float = 1800.0
    shares_ttl_seconds: float = 900.0
    failure_ttl_seconds: float = 30.0
    deadline_seconds: float = 3.0
    max_age_minutes: float = 60.0
    calls_at_once: int = 8


class _Kind(StrEnum):
    LATEST = "intensity"
    FORECAST = "forecast"
    SHARES = "shares"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What the newest call brought: a value and until when it may be served, or the reason there is none."""

    value: Value | None
    good_until: datetime
    reason: str | None
    ttl_seconds: float


class CachedReader:
    """A GridReader over one source. Shared by all threads; nothing is locked while waiting."""

    def __init__(
        self,
        source: LiveSource,
        policy: ReadPolicy,
        *,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._policy = policy
        self._utc_now = utc_now
        self._max_age = timedelta(minutes=policy.max_age_minutes)
        self._calls: Mapping[_Kind, Callable[[str], Value]] = {
            _Kind.LATEST: source.latest,
            _Kind.FORECAST: source.forecast,
            _Kind.SHARES: source.shares,
        }
        self._lock = threading.Lock()
        self._newest: Mapping[_Kind, TLRUCache[str, _Kept]] = {
            kind: TLRUCache(MAX_ENTRIES, _expiry, timer=monotonic) for kind in _Kind
        }
        self._last_good: Mapping[_Kind, dict[str, _Kept]] = {kind: {} for kind in _Kind}
        self._flights = Flights(at_once=policy.calls_at_once, monotonic=monotonic)
        self._fallbacks: Counter[str] = Counter()
        self._states: dict[tuple[_Kind, str], int] = {}
        self._version = 0

    def read(self, zones: Iterable[str], *, now: datetime, forecast: bool) -> Mapping[str, ZoneReading]:
        """See GridReader. Late zones answer with the last good value or the reason "late"; the call goes on."""
        zones = tuple(dict.fromkeys(zones))
        latest = self._gather(_Kind.LATEST, zones)
        ahead = self._gather(_Kind.FORECAST, zones) if forecast else {}
        missing = [(_Kind.LATEST, zone) for zone in zones if zone not in latest]
        missing += [(_Kind.FORECAST, zone) for zone in zones if forecast and zone not in ahead]
        absent = "late"
        if missing:
            held = self._source.held()
            if held is None:
                self._fetch(missing)
                latest = self._gather(_Kind.LATEST, zones)
                ahead = self._gather(_Kind.FORECAST, zones) if forecast else {}
            else:
                absent = held.reason
        readings: dict[str, ZoneReading] = {}
        fallbacks: Counter[str] = Counter()
        for zone in zones:
            observation, reason = self._usable(_Kind.LATEST, zone, latest.get(zone), now, absent)
            upcoming = self._usable(_Kind.FORECAST, zone, ahead.get(zone), now, absent)[0] if forecast else None
            if reason is not None:
                fallbacks["last-value" if observation is not None else reason] += 1
            readings[zone] = ZoneReading(
                latest=observation if isinstance(observation, Observation) else None,
                forecast=upcoming if isinstance(upcoming, UpstreamForecast) else None,
                reason=reason if observation is None else None,
            )
        if fallbacks:
            with self._lock:
                self._fallbacks.update(fallbacks)
        return readings

    def shares(self, zone: str, *, now: datetime) -> Shares | None:
        """See GridReader."""
        kept = self._gather(_Kind.SHARES, (zone,))
        if not kept and self._source.held() is None:
            self._fetch([(_Kind.SHARES, zone)])
            kept = self._gather(_Kind.SHARES, (zone,))
        value, _ = self._usable(_Kind.SHARES, zone, kept.get(zone), now, "late")
        return value if isinstance(value, Shares) else None

    def peek(self, zones: Iterable[str], *, now: datetime) -> Mapping[str, Observation]:
        """See GridReader."""
        held = ((zone, self._last_good[_Kind.LATEST].get(zone)) for zone in zones)
        return {
            zone: kept.value
            for zone, kept in held
            if kept is not None and isinstance(kept.value, Observation) and now <= kept.good_until
        }

    def version(self) -> str:
        """See GridReader. Taken from what is known, so that processes that know the same agree."""
        return f"{self._version:016x}"

    def states(self) -> tuple[SourceState, ...]:
        """See GridReader. fallbacks: zone readings without a fresh value, by reason, since the start."""
        with self._lock:
            fallbacks = dict(self._fallbacks)
        return (replace(self._source.state(), fallbacks=fallbacks),)

    def _gather(self, kind: _Kind, zones: Iterable[str]) -> dict[str, _Kept]:
        """What is still within its time to live."""
        newest = self._newest[kind]
        found: dict[str, _Kept] = {}
        with self._lock:
            for zone in zones:
                try:
                    found[zone] = newest[zone]
                except KeyError:
                    continue
        return found

    def _usable(
        self, kind: _Kind, zone: str, kept: _Kept | None, now: datetime, absent: str
    ) -> tuple[Value | None, str | None]:
        """A value that may be served now, and why it is not a fresh one; absent: the reason when nothing is kept."""
        if kept is not None and kept.value is not None and now <= kept.good_until:
            return kept.value, None
        reason = absent if kept is None else kept.reason or "stale"
        last = self._last_good[kind].get(zone)
        return (last.value if last is not None and now <= last.good_until else None), reason

    def _fetch(self, wanted: Iterable[tuple[_Kind, str]]) -> None:
        """Start or join a call for each, and wait for them up to the deadline unless the source seems dead."""
        flights: list[Flight] = [
            self._flights.join((kind, zone), partial(self._refresh, kind, zone)) for kind, zone in wanted
        ]
        if self._source.responsive:
            self._flights.wait(flights, seconds=self._policy.deadline_seconds)

    def _refresh(self, kind: _Kind, zone: str) -> None:
        if self._gather(kind, (zone,)):
            return  # another call ended between the look into the cache and this one's start
        kept = self._failure("internal-error", self._policy.failure_ttl_seconds)  # stands if our own code fails
        try:
            kept = self._keep(self._calls[kind](zone))
        except SourceError as error:
            kept = self._failure(error.reason, self._memory_seconds(error))
            self._log(kind, zone, error)
        finally:
            with self._lock:
                self._newest[kind][zone] = kept
                if kept.value is not None:
                    self._last_good[kind][zone] = kept
                self._note(kind, zone, kept)

    def _note(self, kind: _Kind, zone: str, kept: _Kept) -> None:
        """Puts the zone's new state in the place of its old one in the version, which is the XOR of all states."""
        last = self._last_good[kind].get(zone)
        known = repr((kind, zone, kept.reason, last.value if last else None))
        state = int.from_bytes(blake2b(known.encode(), digest_size=8).digest())
        self._version ^= self._states.get((kind, zone), 0) ^ state
        self._states[kind, zone] = state

    def _failure(self, reason: str, ttl_seconds: float) -> _Kept:
        return _Kept(value=None, good_until=self._utc_now(), reason=reason, ttl_seconds=ttl_seconds)

    def _keep(self, value: Value) -> _Kept:
        policy = self._policy
        match value:
            case Observation():
                good_until, ttl_seconds = value.ends_at + self._max_age, policy.intensity_ttl_seconds
            case UpstreamForecast():
                last_hour = value.starts_at + len(value.gco2e_per_kwh) * HOUR
                ttl_seconds = policy.forecast_ttl_seconds
                good_until = min(last_hour, self._utc_now() + max(self._max_age, timedelta(seconds=ttl_seconds)))
            case Shares():
                good_until, ttl_seconds = value.starts_at + HOUR + self._max_age, policy.shares_ttl_seconds
        return _Kept(value=value, good_until=good_until, reason=None, ttl_seconds=ttl_seconds)

    def _memory_seconds(self, error: SourceError) -> float:
        if isinstance(error, SourceUnavailable | SourceRefused):
            return self._policy.failure_ttl_seconds  # a longer hold is the source's, see held()
        if error.retry_after_seconds is not None:
            return error.retry_after_seconds
        return self._policy.intensity_ttl_seconds  # a useless answer is asked for no more often than a good one

    def _log(self, kind: _Kind, zone: str, error: SourceError) -> None:
        if self._source.held() is None:  # else the trouble is the source's, and logged there once
            level = logging.INFO if isinstance(error, ZoneNotCovered) else logging.WARNING
            logger.log(level, "no live %s for %s from %s: %s", kind, zone, self._source.name, error)


def _expiry(_zone: str, kept: _Kept, now: float) -> float:
    return now + kept.ttl_seconds
