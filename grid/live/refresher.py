"""When a live source is called: times to live, one call at a time for each zone, how long a request waits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from carbon.intensity import Signal
from carbon.reading import Observation, Percentile, Shares, UpstreamForecast
from carbon.units import HOUR
from grid.live.flights import Flight, Flights
from grid.live.live_source import (
    AnySource,
    ForecastSource,
    LiveSource,
    PastSource,
    PercentileSource,
    ReadPolicy,
    SharesSource,
    ZonesTogether,
)
from grid.live.missed_hours import MissedHours, Record
from grid.live.queue import PacedQueue
from grid.plausibility import refuse_implausible
from grid.records import CLOCK_SKEW_SECONDS, FORECAST, INTENSITY, PERCENTILE, SHARES, Value, ZoneRecord, record_key
from grid.source import RefreshInProgress, SourceError, SourceRefused, SourceUnavailable, ZoneNotCovered
from grid.upstream.pace import Paced
from grid.upstream.quota import Governor
from store.shared.snapshot import Kind, Snapshot
from store.shared.state import SharedState

logger = logging.getLogger(__name__)

Item = tuple[Kind, str]  # a kind of value and a zone


class Refresher:
    """Keeps the records of a source fresh for all workers; sends a call only if no other worker sends it."""

    def __init__(
        self,
        source: AnySource,
        policy: ReadPolicy,
        shared: SharedState,
        governor: Governor | None,
        *,
        floors: Mapping[str, float],
        record: Record | None,
        utc_now: Callable[[], datetime],
        monotonic: Callable[[], float],
        jitter: Callable[[], float],
    ) -> None:
        """governor: of the calls; None: no limit. floors: the least plausible average gCO2e/kWh by zone.

        record: takes every new value at once; None: none is stored. jitter: a factor for each time to live.
        """
        self._source = source
        self._policy = policy
        self._shared = shared
        self._governor = governor
        self._floors = floors if source.signal is Signal.AVERAGE_LIFECYCLE else {}  # marginal intensities can be 0
        self._record = record
        self._utc_now = utc_now
        self._jitter = jitter
        self._max_age = timedelta(minutes=policy.max_age_minutes)
        self._batch = source if isinstance(source, ZonesTogether) else None
        self._calls = {} if isinstance(source, ZonesTogether) else _calls_of(source)
        self._kinds = tuple(self._calls) if self._batch is None else self._batch.kinds
        self._queue = PacedQueue() if policy.is_paced else None
        self._missed: MissedHours | None = None
        if record is not None and isinstance(source, PastSource):
            self._missed = MissedHours(source, shared, governor, floors=self._floors, record=record, utc_now=utc_now)
        self._flights = Flights(at_once=policy.calls_at_once, monotonic=monotonic)

    def key(self, zone: str) -> str:
        """The name of the record of the zone."""
        return record_key(self._source.name, self._source.signal, zone)

    def offers(self, kind: Kind) -> bool:
        """Whether the source has this kind of value."""
        return kind.name in self._kinds

    def count_requests(self, zones: Sequence[str], snapshot: Snapshot) -> None:
        """Note which zones are requested, because a limited number of calls is spent by demand."""
        if self._governor is not None and self._governor.count_requests(zones, snapshot):
            self._flights.join("demand", self._governor.write_demand)

    def due_at(self, snapshot: Snapshot, zone: str, record: ZoneRecord | None, clock: float) -> float:
        """When the next call is due, in seconds since 1970; at once if the clock was set back since the last one."""
        if record is None or record.at > clock + CLOCK_SKEW_SECONDS:
            return 0.0
        stretch = 1.0 if self._governor is None or record.costs_no_calls else self._governor.stretch(zone, snapshot)
        return record.at + record.ttl_seconds * stretch

    def due(self, snapshot: Snapshot, zones: Sequence[str], forecast: bool, clock: float) -> list[Item]:
        """The items whose call is due: intensities first, and of those the zones requested most often."""
        if self._governor is not None:
            zones = self._governor.by_demand(zones)
        kinds = (INTENSITY, FORECAST) if forecast and self.offers(FORECAST) else (INTENSITY,)
        return [
            (kind, zone)
            for kind in kinds
            for zone in zones
            if clock >= self.due_at(snapshot, zone, snapshot.of(kind).get(self.key(zone)), clock)
        ]

    def fetch(self, snapshot: Snapshot, items: Sequence[Item], now: datetime, *, seconds: float) -> bool:
        """Start or join a call for each item, and wait up to `seconds` for those without a usable value.

        Returns whether it waited. It does not wait for a source that does not reply.
        """
        if self._source.hold() is not None:
            return False
        missing: dict[Flight, None] = {}
        for kind, zone in items:
            has_value = usable(snapshot.of(kind).get(self.key(zone)), now) is not None
            zones = (zone,) if self._batch is None else self._batch.together(zone)
            if has_value and self._flights.ended_just_now((kind.name, zones)):
                continue
            if self._queue is not None:
                self._queue.add((kind.name, zones), partial(self._refresh_paced, kind, zones))
                continue
            flight = self._flights.join((kind.name, zones), partial(self._refresh, kind, zones))
            if not has_value:
                missing[flight] = None
        if not missing or seconds <= 0 or not self._source.responsive:
            return False
        self._flights.wait(missing, seconds=seconds)
        return True

    def _refresh_paced(self, kind: Kind, zones: tuple[str, ...]) -> float | None:
        """As _refresh; the seconds after which to try again if another call was sent a moment ago."""
        if self._source.hold() is not None:
            return None
        try:
            self._refresh(kind, zones)
        except Paced as paced:
            return paced.retry_after_seconds
        return None

    def _refresh(self, kind: Kind, zones: tuple[str, ...]) -> None:
        """Call, unless another caller does, or did since this one looked. The first zone's record names the call."""
        is_complete = False

        def renew(record: ZoneRecord | None) -> ZoneRecord:
            first, clock = zones[0], self._clock()
            if record is not None and clock < self.due_at(self._shared.snapshot(), first, record, clock):
                return record
            records = self._call(kind, {zone: self._stored_record(kind, zone) for zone in zones} | {first: record})
            for zone in zones[1:]:
                self._shared.put(kind, self.key(zone), records[zone])
            return records[first]

        try:
            self._shared.refresh(kind, self.key(zones[0]), renew)
            is_complete = True
        except Paced:
            is_complete = True
            raise
        except RefreshInProgress:
            is_complete = True
        finally:
            if not is_complete:  # an error in this service
                for zone in zones:
                    record = self._stored_record(kind, zone)
                    record = self._after_failure(record, "internal-error", self._policy.failure_ttl_seconds)
                    self._shared.put(kind, self.key(zone), record)

    def _stored_record(self, kind: Kind, zone: str) -> ZoneRecord | None:
        return self._shared.snapshot().of(kind).get(self.key(zone))

    def _call(self, kind: Kind, records: Mapping[str, ZoneRecord | None]) -> dict[str, ZoneRecord]:
        """The records of these zones after one call. records: the present ones."""
        try:
            is_new = all(record is None or record.value is None for record in records.values())
            if self._governor is not None and is_new:
                self._governor.require_calls_for_new_zones()
            values = self._values(kind, tuple(records))
        except RefreshInProgress:
            raise
        except SourceError as error:
            self._log(kind, ", ".join(records), error)
            return self._due_together({zone: self._after_error(record, error) for zone, record in records.items()})
        return self._due_together(
            {zone: self._after_call(kind, zone, record, values.get(zone)) for zone, record in records.items()}
        )

    def _due_together(self, records: Mapping[str, ZoneRecord]) -> dict[str, ZoneRecord]:
        """With one time to live: all zones come with one call."""
        ttl_seconds = next(iter(records.values())).ttl_seconds
        return {zone: replace(record, ttl_seconds=ttl_seconds) for zone, record in records.items()}

    def _values(self, kind: Kind, zones: tuple[str, ...]) -> Mapping[str, Value | SourceError]:
        if self._batch is not None:
            return self._batch.values(kind.name, zones)
        (zone,) = zones
        return {zone: self._calls[kind.name](zone)}

    def _after_call(
        self, kind: Kind, zone: str, record: ZoneRecord | None, value: Value | SourceError | None
    ) -> ZoneRecord:
        try:
            if value is None:
                raise ZoneNotCovered("no-recent-data", zone)
            if isinstance(value, SourceError):
                raise value
            refuse_implausible(value, self._floors.get(zone, 0.0))
            if self._record is not None:
                self._record(self._source.signal, value)
            if self._missed is not None and isinstance(value, Observation):
                self._missed.note(self.key(zone), None if record is None else record.value, value)
            return self._after_success(record, value)
        except SourceError as error:
            self._log(kind, zone, error)
            return self._after_error(record, error)

    def _after_error(self, record: ZoneRecord | None, error: SourceError) -> ZoneRecord:
        return self._after_failure(record, error.reason, self._failure_ttl_seconds(error))

    def _after_success(self, record: ZoneRecord | None, value: Value) -> ZoneRecord:
        policy, now = self._policy, self._utc_now()
        match value:
            case Observation():
                good_until, ttl_seconds = value.ends_at + self._max_age, policy.intensity_ttl_seconds
            case UpstreamForecast():
                last_step = value.starts_at + len(value.gco2e_per_kwh) * timedelta(seconds=value.step_seconds)
                ttl_seconds = policy.forecast_ttl_seconds
                good_until = min(last_step, now + max(self._max_age, timedelta(seconds=ttl_seconds)))
            case Shares():
                good_until, ttl_seconds = value.starts_at + HOUR + self._max_age, policy.shares_ttl_seconds
            case Percentile():
                good_until, ttl_seconds = value.ends_at + self._max_age, policy.intensity_ttl_seconds
        return ZoneRecord(
            value=value,
            good_until=good_until,
            reason=None,
            at=now.timestamp(),
            ttl_seconds=ttl_seconds * self._jitter(),
            turn=_next_turn(record),
        )

    def _after_failure(self, record: ZoneRecord | None, reason: str, ttl_seconds: float) -> ZoneRecord:
        now = self._utc_now()
        return ZoneRecord(
            value=None if record is None else record.value,
            good_until=now if record is None else record.good_until,
            reason=reason,
            at=now.timestamp(),
            ttl_seconds=ttl_seconds,
            turn=_next_turn(record),
        )

    def _failure_ttl_seconds(self, error: SourceError) -> float:
        policy = self._policy
        if error.reason == "quota":
            return min(max(error.retry_after_seconds or 0.0, policy.failure_ttl_seconds), policy.intensity_ttl_seconds)
        if isinstance(error, SourceUnavailable | SourceRefused):
            return policy.failure_ttl_seconds  # a longer pause is a hold of the source, see hold()
        if error.retry_after_seconds is not None:
            return error.retry_after_seconds
        return policy.intensity_ttl_seconds  # an unusable reply is not requested more often than a good one

    def _log(self, kind: Kind, zone: str, error: SourceError) -> None:
        if error.reason != "quota" and self._source.hold() is None:  # otherwise the source has logged it once
            level = logging.DEBUG if isinstance(error, ZoneNotCovered) else logging.WARNING  # plans lack many zones
            logger.log(level, "no live %s for %s from %s: %s", kind.name, zone, self._source.name, error)

    def _clock(self) -> float:
        return self._utc_now().timestamp()


def _calls_of(source: LiveSource) -> dict[str, Callable[[str], Value]]:
    """What gets each kind of value that the source has."""
    calls: dict[str, Callable[[str], Value]] = {INTENSITY.name: source.latest}
    if isinstance(source, ForecastSource):
        calls[FORECAST.name] = source.forecast
    if isinstance(source, SharesSource):
        calls[SHARES.name] = source.shares
    if isinstance(source, PercentileSource):
        calls[PERCENTILE.name] = source.percentile
    return calls


def _next_turn(record: ZoneRecord | None) -> int:
    return 1 if record is None else record.turn + 1


def usable(record: ZoneRecord | None, now: datetime) -> Value | None:
    """The value of a record if it may be served at `now`."""
    return record.value if record is not None and now <= record.good_until else None
