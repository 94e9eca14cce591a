"""Live readings from the shared records; the last good value where a call failed or is in progress."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import uniform
from time import monotonic as monotonic_seconds

from carbon.reading import Attempt, Observation, Percentile, Shares, UpstreamForecast, ZoneReading
from grid.live.flights import Flight
from grid.live.live_source import AnySource, ReadPolicy
from grid.live.missed_hours import Record
from grid.live.past_ranges import PastRanges
from grid.live.refresher import Item, Refresher, usable
from grid.records import FORECAST, HEALTH, INTENSITY, PERCENTILE, SHARES, Health, Value, ZoneRecord
from grid.source import MissingPast, SourceState
from grid.upstream.quota import Governor
from store.shared.snapshot import Kind, Snapshot
from store.shared.state import SharedState
from telemetry import SILENT, Telemetry

MOST_LISTS = 512  # of zones, whose covered ones are remembered
MOST_PAST_CALLS = 8  # of one request, for hours of the past: 80 days of Electricity Maps
LEAST_OF_TTL = 0.9  # times to live differ by up to a tenth, so that zones requested together do not stay in step


@dataclass(frozen=True, slots=True)
class _Answer:
    """A zone's reading in one snapshot. fallback: the reason in metrics. due_at: when the next call is due."""

    reading: ZoneReading
    fallback: str | None
    due_at: float


@dataclass(slots=True)
class Pin:
    """The snapshot that one request reads, and how much longer all its reads together may wait.

    past_calls_left: how many more calls it may send for hours of the past.
    """

    snapshot: Snapshot
    seconds_left: float
    past_calls_left: int = MOST_PAST_CALLS


class SourceReader:
    """Reads one source. Shared by all threads; nothing is locked while waiting.

    A stored value is served while one caller of all workers refreshes it. A request waits only for a zone without a
    usable value. The values it waited for enter its pin.
    """

    def __init__(
        self,
        source: AnySource,
        policy: ReadPolicy,
        *,
        shared: SharedState,
        governor: Governor | None = None,
        floors: Mapping[str, float] | None = None,
        record: Record | None = None,
        ranges: PastRanges | None = None,
        telemetry: Telemetry = SILENT,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = monotonic_seconds,
        jitter: Callable[[], float] = lambda: uniform(LEAST_OF_TTL, 1.0),  # noqa: S311 - spreads load  # nosec B311
    ) -> None:
        """shared: the records of all workers. governor: of the calls; None: no limit.

        floors: least plausible gCO2e/kWh by zone. record: takes every new value at once; None: none is stored.
        ranges: what fetches hours of the past that are not stored; None: none are fetched.
        """
        self.name = source.name
        self.signal = source.signal
        self.covers = source.covers
        self.deadline_seconds = policy.deadline_seconds
        self.ranges = ranges
        self.is_background = policy.deadline_seconds == 0  # no request waits for it
        self._source = source
        self._shared = shared
        self._refresher = Refresher(
            source,
            policy,
            shared,
            governor,
            floors=floors or {},
            record=record,
            utc_now=utc_now,
            monotonic=monotonic,
            jitter=jitter,
        )
        self._utc_now = utc_now
        self._monotonic = monotonic
        self._telemetry = telemetry
        self._lock = threading.Lock()
        self._fallbacks: Counter[str] = Counter()
        self._covered: dict[tuple[str, ...], tuple[str, ...]] = {}

    def covered(self, zones: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the zones that the source covers; remembered, because the same lists are read again and again."""
        if (covered := self._covered.get(zones)) is None:
            if len(self._covered) >= MOST_LISTS:
                self._covered.clear()
            covered = self._covered[zones] = tuple(zone for zone in zones if self.covers(zone))
        return covered

    def state(self) -> SourceState:
        """How the source is doing. fallbacks: zone readings without a fresh value, by reason, since the start."""
        with self._lock:
            fallbacks = dict(self._fallbacks)
        return replace(self._source.state(), fallbacks=fallbacks, shared_by=self._shared.scope)

    def read(self, pin: Pin, zones: Sequence[str], *, now: datetime, forecast: bool) -> dict[str, ZoneReading]:
        """A reading of each zone. A late one has the last good value or the reason "late", and its call continues."""
        snapshot, clock = pin.snapshot, self._clock()
        self._refresher.count_requests(zones, snapshot)
        answers, due = self._answers(snapshot, zones, now, forecast, clock)
        stale = sum(answers[zone].reading.latest is not None for zone in due)
        self._count(INTENSITY.name, hit=len(zones) - len(due), stale=stale, miss=len(due) - stale)
        callable_now = bool(due) and self._source.hold() is None
        if callable_now and self._fetch(pin, self._refresher.due(snapshot, due, forecast, clock), now):
            answers, _ = self._answers(pin.snapshot, zones, now, forecast, clock)
        if fallbacks := [answer.fallback for answer in answers.values() if answer.fallback]:
            with self._lock:
                self._fallbacks.update(fallbacks)
        return {zone: answer.reading for zone, answer in answers.items()}

    def in_snapshot(self, pin: Pin, zones: Sequence[str], *, now: datetime, forecast: bool) -> dict[str, ZoneReading]:
        """A reading of each zone from the snapshot alone."""
        answers, _ = self._answers(pin.snapshot, zones, now, forecast, self._clock())
        return {zone: answer.reading for zone, answer in answers.items()}

    def shares(self, pin: Pin, zone: str, *, now: datetime) -> Shares | None:
        """Live shares of the zone, or None."""
        value = self._extra(SHARES, pin, zone, now)
        return value if isinstance(value, Shares) else None

    def percentile(self, pin: Pin, zone: str, *, now: datetime) -> Percentile | None:
        """Where the intensity of now stands among those of the zone, or None."""
        value = self._extra(PERCENTILE, pin, zone, now)
        return value if isinstance(value, Percentile) else None

    def _extra(self, kind: Kind, pin: Pin, zone: str, now: datetime) -> Value | None:
        """A value of a kind that is read for one zone at a time, or None."""
        if not self._refresher.offers(kind):
            return None
        snapshot, clock, key = pin.snapshot, self._clock(), self._refresher.key(zone)
        record: ZoneRecord | None = snapshot.of(kind).get(key)
        is_due = clock >= self._refresher.due_at(snapshot, zone, record, clock)
        has_value = usable(record, now) is not None
        self._count(kind.name, hit=not is_due, stale=is_due and has_value, miss=is_due and not has_value)
        if is_due:
            self._fetch(pin, [(kind, zone)], now)
        return usable(pin.snapshot.of(kind).get(key), now)

    def begin_past(self, pin: Pin, missing: Iterable[MissingPast]) -> list[Flight]:
        """Send calls for these times, as many as the request has left."""
        flights: list[Flight] = []
        if self.ranges is not None:
            for one in missing:
                begun = self.ranges.begin(one.zone, one.spans, pin.past_calls_left)
                pin.past_calls_left -= len(begun)
                flights += begun
        return flights

    def wait_for_past(self, pin: Pin, flights: Sequence[Flight]) -> None:
        """Return when these calls have ended, or the request can wait no longer."""
        if self.ranges is None or not flights or not self._source.responsive:
            return
        began = self._monotonic()
        self.ranges.wait(flights, seconds=max(0.0, min(pin.seconds_left, self.ranges.deadline_seconds)))
        pin.seconds_left -= self._monotonic() - began

    def peek(self, pin: Pin, zones: Iterable[str], *, now: datetime) -> Mapping[str, Observation]:
        """The usable values of these zones; sends no call and does not wait."""
        records = pin.snapshot.of(INTENSITY)
        values = ((zone, usable(records.get(self._refresher.key(zone)), now)) for zone in zones)
        return {zone: value for zone, value in values if isinstance(value, Observation)}

    def _answers(
        self, snapshot: Snapshot, zones: Sequence[str], now: datetime, forecast: bool, clock: float
    ) -> tuple[dict[str, _Answer], list[str]]:
        """The answer for each zone in the snapshot, and the zones for which a call is due."""
        at, memo = snapshot.memo.get((self.name, forecast), (None, {}))
        if at != now:
            snapshot.memo[self.name, forecast] = (now, memo := {})
        answers: dict[str, _Answer] = {}
        due: list[str] = []
        for zone in zones:
            answer = memo.get(zone)
            if answer is None:
                answer = memo[zone] = self._answer(snapshot, zone, now, forecast, clock)
            answers[zone] = answer
            if clock >= answer.due_at:
                due.append(zone)
        return answers, due

    def _answer(self, snapshot: Snapshot, zone: str, now: datetime, forecast: bool, clock: float) -> _Answer:
        key = self._refresher.key(zone)
        record: ZoneRecord | None = snapshot.of(INTENSITY).get(key)
        latest, upcoming = usable(record, now), None
        due_at = self._refresher.due_at(snapshot, zone, record, clock)
        if forecast and self._refresher.offers(FORECAST):
            forecast_record: ZoneRecord | None = snapshot.of(FORECAST).get(key)
            upcoming = usable(forecast_record, now)
            due_at = min(due_at, self._refresher.due_at(snapshot, zone, forecast_record, clock))
        reason = self._reason(snapshot, record, latest, now)
        return _Answer(
            ZoneReading(
                latest=latest if isinstance(latest, Observation) else None,
                forecast=upcoming if isinstance(upcoming, UpstreamForecast) else None,
                reason=reason,
                attempts=(Attempt(source=self.name, reason=reason),),
            ),
            None if reason is None else reason if latest is None else "last-value",
            due_at,
        )

    def _reason(self, snapshot: Snapshot, record: ZoneRecord | None, latest: Value | None, now: datetime) -> str | None:
        """Why there is no fresh value. Depends only on `now` and on parts of records that are in the version.

        A value whose interval is over is not fresh while calls to the source are held back.
        """
        if record is not None and record.reason is not None:
            return record.reason
        health: Health = snapshot.of(HEALTH).get(self.name) or Health()
        hold = health.hold if health.is_held(now.timestamp()) else None
        if record is None:
            return hold or "late"
        if isinstance(latest, Observation):
            return hold if now >= latest.ends_at else None
        return "stale"

    def _fetch(self, pin: Pin, items: Sequence[Item], now: datetime) -> bool:
        """Fetch; whether the request waited, so that the pin may have new values."""
        began, seconds = self._monotonic(), max(0.0, min(pin.seconds_left, self.deadline_seconds))
        if not self._refresher.fetch(pin.snapshot, items, now, seconds=seconds):
            return False
        pin.seconds_left -= self._monotonic() - began
        newest, key = self._shared.snapshot(), self._refresher.key
        pin.snapshot = pin.snapshot.replaced((kind, key(zone), newest.of(kind).get(key(zone))) for kind, zone in items)
        return True

    def _count(self, kind: str, **results: int) -> None:
        for result, count in results.items():
            if count:
                self._telemetry.cache_lookup(kind, result, count)

    def _clock(self) -> float:
        return self._utc_now().timestamp()
