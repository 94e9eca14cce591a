"""What is asked of a live source and when: time to live, one call at a time for each zone, how long anybody waits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from carbon.intensity import Signal
from carbon.reading import Observation, Shares, UpstreamForecast
from grid.live.flights import Flight, Flights
from grid.records import CLOCK_SKEW_SECONDS, FORECAST, INTENSITY, SHARES, Kept, Value, record_key
from grid.source import NotAsked, SourceError, SourceRefused, SourceState, SourceUnavailable, ZoneNotCovered
from grid.upstream.quota import Governor
from store.shared.snapshot import Kind, Snapshot
from store.shared.state import SharedState

logger = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
Wanted = tuple[Kind, str]


class LiveSource(Protocol):
    """One upstream, one zone at a time. Its calls block and raise SourceError; threads share it.

    Zones have the catalog's names; a source with names of its own translates them (its zones.py).
    The retry_after_seconds of a ZoneNotCovered says for how long asking again is pointless.
    """

    name: str
    signal: Signal

    def covers(self, zone: str) -> bool:
        """Whether the source may know the zone; it is not asked about others."""
        ...

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


class Refresher:
    """Keeps what all workers know of a source's zones fresh, with calls of its own only where no other worker calls."""

    def __init__(
        self,
        source: LiveSource,
        policy: ReadPolicy,
        shared: SharedState,
        governor: Governor | None,
        *,
        utc_now: Callable[[], datetime],
        monotonic: Callable[[], float],
        jitter: Callable[[], float],
    ) -> None:
        """governor: of the calls; None: no limit. jitter: a factor for each time to live."""
        self._source = source
        self._policy = policy
        self._shared = shared
        self._governor = governor
        self._utc_now = utc_now
        self._jitter = jitter
        self._max_age = timedelta(minutes=policy.max_age_minutes)
        self._calls: Mapping[str, Callable[[str], Value]] = {
            INTENSITY.name: source.latest,
            FORECAST.name: source.forecast,
            SHARES.name: source.shares,
        }
        self._flights = Flights(at_once=policy.calls_at_once, monotonic=monotonic)

    def key(self, zone: str) -> str:
        """The name that what this source says of the zone is kept under."""
        return record_key(self._source.name, self._source.signal, zone)

    def asked(self, zones: Sequence[str], snapshot: Snapshot) -> None:
        """Note what requests ask for, for whom the calls are spent."""
        if self._governor is not None and self._governor.asked(zones, snapshot):
            self._flights.join("demand", self._governor.tell_demand)

    def due_at(self, snapshot: Snapshot, zone: str, kept: Kept | None, clock: float) -> float:
        """From when on to ask anew, in seconds since 1970; at once if the clock was set back since."""
        if kept is None or kept.at > clock + CLOCK_SKEW_SECONDS:
            return 0.0
        stretch = 1.0 if self._governor is None or kept.lasting else self._governor.stretch(zone, snapshot)
        return kept.at + kept.ttl_seconds * stretch

    def due(self, snapshot: Snapshot, zones: Sequence[str], forecast: bool, clock: float) -> list[Wanted]:
        """What to ask for: intensities first, and of those the zones most asked for."""
        if self._governor is not None:
            zones = self._governor.by_demand(zones)
        kinds = (INTENSITY, FORECAST) if forecast else (INTENSITY,)
        wanted = ((kind, zone) for kind in kinds for zone in zones)
        return [
            (kind, zone)
            for kind, zone in wanted
            if clock >= self.due_at(snapshot, zone, snapshot.of(kind).get(self.key(zone)), clock)
        ]

    def fetch(self, snapshot: Snapshot, wanted: Sequence[Wanted], now: datetime, *, seconds: float) -> bool:
        """Start or join a call for each; whether it waited, up to `seconds`, for those of which nothing may be served.

        It does not wait for a source that seems dead.
        """
        if self._source.held() is not None:
            return False
        missing: list[Flight] = []
        for kind, zone in wanted:
            known = usable(snapshot.of(kind).get(self.key(zone)), now) is not None
            if known and self._flights.rests((kind.name, zone)):
                continue
            flight = self._flights.join((kind.name, zone), partial(self._refresh, kind, zone))
            if not known:
                missing.append(flight)
        if not missing or not self._source.responsive:
            return False
        self._flights.wait(missing, seconds=seconds)
        return True

    def _refresh(self, kind: Kind, zone: str) -> None:
        """Ask, unless another caller does, or did since this one looked."""
        done = False

        def ask(known: Kept | None) -> Kept:
            if known is not None and self._clock() < self.due_at(self._shared.snapshot(), zone, known, self._clock()):
                return known
            return self._ask(kind, zone, known)

        try:
            self._shared.refresh(kind, self.key(zone), ask)
            done = True
        except NotAsked:
            done = True
        finally:
            if not done:  # our own code failed
                known = self._shared.snapshot().of(kind).get(self.key(zone))
                self._shared.put(
                    kind, self.key(zone), self._failed(known, "internal-error", self._policy.failure_ttl_seconds)
                )

    def _ask(self, kind: Kind, zone: str, known: Kept | None) -> Kept:
        try:
            if self._governor is not None and (known is None or known.value is None):
                self._governor.require_some_left_for_the_unknown()
            return self._keep(known, self._calls[kind.name](zone))
        except NotAsked:
            raise
        except SourceError as error:
            self._log(kind, zone, error)
            return self._failed(known, error.reason, self._memory_seconds(error))

    def _keep(self, known: Kept | None, value: Value) -> Kept:
        policy, now = self._policy, self._utc_now()
        match value:
            case Observation():
                good_until, ttl_seconds = value.ends_at + self._max_age, policy.intensity_ttl_seconds
            case UpstreamForecast():
                last_hour = value.starts_at + len(value.gco2e_per_kwh) * HOUR
                ttl_seconds = policy.forecast_ttl_seconds
                good_until = min(last_hour, now + max(self._max_age, timedelta(seconds=ttl_seconds)))
            case Shares():
                good_until, ttl_seconds = value.starts_at + HOUR + self._max_age, policy.shares_ttl_seconds
        return Kept(
            value=value,
            good_until=good_until,
            reason=None,
            at=now.timestamp(),
            ttl_seconds=ttl_seconds * self._jitter(),
            turn=_next_turn(known),
        )

    def _failed(self, known: Kept | None, reason: str, ttl_seconds: float) -> Kept:
        now = self._utc_now()
        return Kept(
            value=None if known is None else known.value,
            good_until=now if known is None else known.good_until,
            reason=reason,
            at=now.timestamp(),
            ttl_seconds=ttl_seconds,
            turn=_next_turn(known),
        )

    def _memory_seconds(self, error: SourceError) -> float:
        policy = self._policy
        if error.reason == "quota":
            return min(max(error.retry_after_seconds or 0.0, policy.failure_ttl_seconds), policy.intensity_ttl_seconds)
        if isinstance(error, SourceUnavailable | SourceRefused):
            return policy.failure_ttl_seconds  # a longer hold is the source's, see held()
        if error.retry_after_seconds is not None:
            return error.retry_after_seconds
        return policy.intensity_ttl_seconds  # a useless answer is asked for no more often than a good one

    def _log(self, kind: Kind, zone: str, error: SourceError) -> None:
        if error.reason != "quota" and self._source.held() is None:  # else it is the source's, and logged there once
            level = logging.DEBUG if isinstance(error, ZoneNotCovered) else logging.WARNING  # a plan lacks many zones
            logger.log(level, "no live %s for %s from %s: %s", kind.name, zone, self._source.name, error)

    def _clock(self) -> float:
        return self._utc_now().timestamp()


def _next_turn(known: Kept | None) -> int:
    return 1 if known is None else known.turn + 1


def usable(kept: Kept | None, now: datetime) -> Value | None:
    """The value that may be served at `now`."""
    return kept.value if kept is not None and now <= kept.good_until else None
