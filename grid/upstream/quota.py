"""How many calls an hour all workers together may send to a source, and for which zones."""

from __future__ import annotations

import logging
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from grid.records import CLOCK_SKEW_SECONDS, DEMAND, INTENSITY, USAGE, Demand, Usage, records_of
from grid.source import Quota, SourceUnavailable
from store.shared.snapshot import Snapshot
from store.shared.state import SharedState

logger = logging.getLogger(__name__)

LEAST_LEARNED_CALLS = 14  # an hour: the need of one zone; another user of the key may have used the rest before us
HOURLY_FROM_SECONDS = 120.0  # a shorter Retry-After indicates a limit per second or minute, not per hour
LEARNED_SECONDS = 86_400.0
SHARE_FOR_NEW_ZONES = 0.5  # of the calls; the rest keeps stored values fresh
DEMAND_HALF_LIFE_SECONDS = 1800.0
DEMAND_EVERY_SECONDS = 10.0
LEAST_DEMAND = 0.01  # smaller counts are dropped
LARGEST_STRETCH = 1000.0
MINUTE, HOUR_MINUTES = 60.0, 60
NO_LIMIT: Mapping[str, float] = {"": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """calls_per_hour: of all workers together; None: no limit. auto: take it from the plan, later from a 429."""

    calls_per_hour: int | None = None
    auto: bool = False

    @classmethod
    def of(cls, calls_per_hour: str) -> Budget:
        """The budget of a setting: "auto", "off" or a number."""
        match calls_per_hour:
            case "auto":
                return cls(auto=True)
            case "off":
                return cls()
            case number:
                return cls(calls_per_hour=int(number))


class Governor:
    """One budget of calls for any sixty minutes, counted in the shared state.

    When few calls are left, the zones' times to live are stretched so that the calls last: the need of all zones is
    reduced to what the rest of the hour allows, in proportion to the square root of how often a zone is requested. For
    a given number of refreshes this minimises the average age of the answers. Half of the budget is not available to
    zones without a stored value.
    """

    def __init__(
        self,
        source: str,
        budget: Budget,
        shared: SharedState,
        *,
        calls_per_zone_second: float,
        plan_calls_per_hour: Callable[[], int | None] = lambda: None,
        utc_now: Callable[[], datetime],
    ) -> None:
        """calls_per_zone_second: needed to keep one zone fresh.

        plan_calls_per_hour: the limit of the plan of the key, for an automatic budget; None: unknown.
        """
        self._source = source
        self._budget = budget
        self._shared = shared
        self._need = calls_per_zone_second
        self._plan_calls_per_hour = plan_calls_per_hour
        self._utc_now = utc_now
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter()
        self._demand_written_at = 0.0

    # --- demand

    def count_requests(self, zones: Sequence[str], snapshot: Snapshot) -> bool:
        """Count requests of zones if there is a limit; whether it is time to write the counts to the store."""
        if self._pace(snapshot) is NO_LIMIT:
            return False
        with self._lock:
            self._requests.update(zones)
            return not 0 <= self._clock() - self._demand_written_at < DEMAND_EVERY_SECONDS

    def write_demand(self) -> None:
        """Add the counts of this worker to those of all."""
        clock = self._clock()
        with self._lock:
            requests, self._requests, self._demand_written_at = self._requests, Counter(), clock

        def add(shared: Demand | None) -> Demand:
            before = shared or Demand(at=clock)
            counts = Counter(requests)
            counts.update({zone: count * _decay(clock - before.at) for zone, count in before.counts.items()})
            counts_left = {zone: count for zone, count in counts.items() if count >= LEAST_DEMAND}
            return Demand(at=clock, counts=counts_left, turn=before.turn + 1)

        self._shared.update(DEMAND, self._source, add)

    def by_demand(self, zones: Iterable[str]) -> list[str]:
        """The zones, those requested most often first; ties by name."""
        counts = self._demand(self._shared.snapshot())
        return sorted(zones, key=lambda zone: (-counts.get(zone, 0.0), zone))

    # --- calls

    def take(self) -> None:
        """Count one call that is sent now. Raises SourceUnavailable, reason "quota", if none is left."""
        if self._budget == Budget():
            return
        clock = self._clock()
        is_refused: list[bool] = []
        is_first: list[bool] = []  # refusal since calls were left

        def spend(shared: Usage | None) -> Usage | None:
            usage = shared or Usage()
            limit, used = self._limit(usage, clock), _used(usage, clock)
            is_refused[:] = [limit is not None and used >= limit]
            is_first[:] = [is_refused[0] and not usage.gone]
            if is_refused[0]:
                return replace(usage, turn=usage.turn + 1, gone=True) if is_first[0] else None
            minute = str(int(clock // MINUTE))
            minutes = {**_recent(usage, clock), minute: usage.minutes.get(minute, 0) + 1}
            return replace(usage, turn=usage.turn + 1, minutes=minutes, gone=usage.gone and used + 1 >= (limit or 0))

        self._shared.update(USAGE, self._source, spend)
        if is_first[0]:
            logger.warning(
                "%s: this hour's calls are used up; answers use last good values and baselines", self._source
            )
        if is_refused[0]:
            raise self._nothing_left()

    def require_calls_for_new_zones(self) -> None:
        """Raises SourceUnavailable, reason "quota", if the calls left are reserved for zones with a stored value."""
        usage, clock = self._usage(), self._clock()
        limit = self._limit(usage, clock)
        if limit is not None and _used(usage, clock) >= max(1, math.ceil(limit * SHARE_FOR_NEW_ZONES)):
            raise self._nothing_left()

    def limited(self, retry_after_seconds: float | None) -> None:
        """Note a 429. If it is about the hour, the calls of the last hour become the limit."""
        clock = self._clock()
        if not self._budget.auto or (retry_after_seconds or 0.0) < HOURLY_FROM_SECONDS:
            return

        def learn(shared: Usage | None) -> Usage:
            usage = shared or Usage()
            used = max(LEAST_LEARNED_CALLS, _used(usage, clock) - 1)  # the refused call is counted too
            limit = usage.learned if usage.learned is not None and clock < usage.learned_until else used
            return replace(usage, turn=usage.turn + 1, learned=min(used, limit), learned_until=clock + LEARNED_SECONDS)

        self._shared.update(USAGE, self._source, learn)

    def quota(self) -> Quota | None:
        """The budget and its use now; None: no limit is known."""
        usage, clock = self._usage(), self._clock()
        limit = self._limit(usage, clock)
        if limit is None:
            return None
        used = _used(usage, clock)
        frees_at = None if used == 0 else datetime.fromtimestamp(_frees_at(usage, clock), UTC)
        return Quota(calls_per_hour=limit, calls_used=used, calls_left=max(0, limit - used), resets_at=frees_at)

    # --- stretch

    def stretch(self, zone: str, snapshot: Snapshot) -> float:
        """The factor by which times to live of the zone are longer than usual, 1 or more."""
        pace = self._pace(snapshot)
        return pace.get(zone, pace[""])

    def _pace(self, snapshot: Snapshot) -> Mapping[str, float]:
        pace: Mapping[str, float] | None = snapshot.memo.get(self)
        if pace is None:
            pace = snapshot.memo[self] = self._stretches(snapshot)
        return pace

    def _stretches(self, snapshot: Snapshot) -> Mapping[str, float]:
        """The factor by zone; "": for zones that were not requested lately."""
        usage, clock = self._usage(), self._clock()
        limit = self._limit(usage, clock)
        if limit is None:
            return NO_LIMIT
        records = records_of(snapshot, INTENSITY, self._source)
        not_in_plan = {zone for zone, record in records.items() if record.costs_no_calls}
        counts = {zone: count for zone, count in self._demand(snapshot).items() if zone not in not_in_plan}
        most = max(counts.values(), default=0.0)
        roots = {zone: math.sqrt(count / most) for zone, count in counts.items()} or {"": 1.0}
        scale = _scale(sorted(roots.values(), reverse=True), _calls_per_second(usage, limit, clock) / self._need)
        factors = {zone: min(LARGEST_STRETCH, max(1.0, scale / root)) for zone, root in roots.items()}
        return {"": max(factors.values()), **factors}

    def _demand(self, snapshot: Snapshot) -> Mapping[str, float]:
        demand: Demand = snapshot.of(DEMAND).get(self._source) or Demand()
        return demand.counts

    def _limit(self, usage: Usage, clock: float) -> int | None:
        if not self._budget.auto:
            return self._budget.calls_per_hour
        learned = usage.learned if clock < usage.learned_until <= clock + LEARNED_SECONDS + CLOCK_SKEW_SECONDS else None
        limits = (learned, self._plan_calls_per_hour())
        return min((limit for limit in limits if limit is not None), default=None)

    def _usage(self) -> Usage:
        usage: Usage = self._shared.snapshot().of(USAGE).get(self._source) or Usage()
        return usage

    def _nothing_left(self) -> SourceUnavailable:
        clock = self._clock()
        seconds = _frees_at(self._usage(), clock) - clock
        return SourceUnavailable("quota", "this hour's calls are used up", retry_after_seconds=max(1.0, seconds))

    def _clock(self) -> float:
        return self._utc_now().timestamp()


def _decay(seconds: float) -> float:
    return float(0.5 ** (max(0.0, seconds) / DEMAND_HALF_LIFE_SECONDS))


def _recent(usage: Usage, clock: float) -> dict[str, int]:
    """The minutes that any part of the last hour falls into."""
    now = int(clock // MINUTE)
    return {minute: count for minute, count in usage.minutes.items() if now - HOUR_MINUTES <= int(minute) <= now}


def _used(usage: Usage, clock: float) -> int:
    return sum(_recent(usage, clock).values())


def _frees_at(usage: Usage, clock: float) -> float:
    """When the oldest calls leave the hour, in seconds since 1970."""
    oldest = min((int(minute) for minute in _recent(usage, clock)), default=int(clock // MINUTE))
    return (oldest + HOUR_MINUTES + 1) * MINUTE


def _calls_per_second(usage: Usage, limit: int, clock: float) -> float:
    """The steady rate of calls that stays below the limit: each call counts for an hour."""
    recent = sorted((int(minute), count) for minute, count in _recent(usage, clock).items())
    calls_left = limit - sum(count for _, count in recent)
    rates = []
    for minute, count in recent:
        until = (minute + HOUR_MINUTES + 1) * MINUTE - clock
        rates.append(calls_left / until)  # until these calls leave the hour
        calls_left += count
    rates.append(limit / (HOUR_MINUTES * MINUTE))
    return max(0.0, min(rates))


def _scale(roots: Sequence[float], zones_worth: float) -> float:
    """The c for which the sum of min(1, root / c) is zones_worth; 0 if zones_worth is the number of zones or more.

    roots: 1 or less, largest first.
    """
    if zones_worth >= len(roots):
        return 0.0
    if zones_worth <= 0:
        return math.inf
    rest = math.fsum(roots)
    for count, root in enumerate(roots):  # so many zones keep their usual time to live
        c = rest / (zones_worth - count) if zones_worth > count else math.inf
        if c >= root:
            return c
        rest -= root
    return 0.0
