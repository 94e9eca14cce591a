"""How many calls an hour a source may get from all workers together, and for whom they are spent."""

from __future__ import annotations

import logging
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from grid.records import CLOCK_SKEW_SECONDS, DEMAND, INTENSITY, SPENT, Demand, Spent, records_of
from grid.source import Quota, SourceUnavailable
from store.shared.snapshot import Snapshot
from store.shared.state import SharedState

logger = logging.getLogger(__name__)

ONE_ZONE_PLAN_CALLS = 50  # an hour: what Electricity Maps' free plan of one zone allows
LEAST_LEARNED_CALLS = 14  # an hour: one zone's needs; another user of the key may have spent the rest before us
HOURLY_FROM_SECONDS = 120.0  # a shorter Retry-After tells of a limit by the second or minute, not of the hour's
LEARNED_SECONDS = 86_400.0
SHARE_FOR_THE_UNKNOWN = 0.5  # of the calls: the rest keeps fresh what is known
DEMAND_HALF_LIFE_SECONDS = 1800.0
DEMAND_EVERY_SECONDS = 10.0
FORGOTTEN_BELOW = 0.01
LARGEST_STRETCH = 1000.0
MINUTE, HOUR_MINUTES = 60.0, 60
NO_LIMIT: Mapping[str, float] = {"": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """calls_per_hour: of all workers together; None: no limit. auto: guess it from the plan, then from a 429."""

    calls_per_hour: int | None = None
    auto: bool = False


class Governor:
    """One budget of calls for any sixty minutes, counted in the shared state.

    While little is left the zones' times to live stretch, so that the calls last: the whole need is cut to what the
    rest of the hour allows, in proportion to the root of how often a zone is asked for. That spends a given number of
    refreshes so that the answers are, on average, as young as can be. Half of the budget is kept from zones that
    nothing is known of.
    """

    def __init__(
        self,
        source: str,
        budget: Budget,
        shared: SharedState,
        *,
        calls_per_zone_second: float,
        zones_covered: Callable[[], int | None],
        utc_now: Callable[[], datetime],
    ) -> None:
        """calls_per_zone_second: what keeping one zone fresh takes. zones_covered: of the plan; None: not known."""
        self._source = source
        self._budget = budget
        self._shared = shared
        self._need = calls_per_zone_second
        self._zones_covered = zones_covered
        self._utc_now = utc_now
        self._lock = threading.Lock()
        self._asked: Counter[str] = Counter()
        self._told_at = 0.0

    # --- demand

    def asked(self, zones: Sequence[str], snapshot: Snapshot) -> bool:
        """Count what requests ask for, where there is a limit; whether it is time to tell the other workers."""
        if self._pace(snapshot) is NO_LIMIT:
            return False
        with self._lock:
            self._asked.update(zones)
            return not 0 <= self._clock() - self._told_at < DEMAND_EVERY_SECONDS

    def tell_demand(self) -> None:
        """Add what was asked here to what all know."""
        clock = self._clock()
        with self._lock:
            asked, self._asked, self._told_at = self._asked, Counter(), clock

        def add(known: Demand | None) -> Demand:
            before = known or Demand(at=clock)
            counts = Counter(asked)
            counts.update({zone: count * _decay(clock - before.at) for zone, count in before.counts.items()})
            kept = {zone: count for zone, count in counts.items() if count >= FORGOTTEN_BELOW}
            return Demand(at=clock, counts=kept, turn=before.turn + 1)

        self._shared.update(DEMAND, self._source, add)

    def by_demand(self, zones: Iterable[str]) -> list[str]:
        """The zones, those asked for most first; ties by name."""
        counts = self._demand(self._shared.snapshot())
        return sorted(zones, key=lambda zone: (-counts.get(zone, 0.0), zone))

    # --- calls

    def take(self) -> None:
        """Count one call that goes out now. Raises SourceUnavailable, reason "quota", if none is left."""
        if self._budget == Budget():
            return
        clock = self._clock()
        refused: list[bool] = []
        told: list[bool] = []

        def spend(known: Spent | None) -> Spent | None:
            spent = known or Spent()
            limit, used = self._limit(spent, clock), _used(spent, clock)
            refused[:] = [limit is not None and used >= limit]
            told[:] = [refused[0] and not spent.gone]
            if refused[0]:
                return replace(spent, turn=spent.turn + 1, gone=True) if told[0] else None
            minute = str(int(clock // MINUTE))
            minutes = {**_recent(spent, clock), minute: spent.minutes.get(minute, 0) + 1}
            return replace(spent, turn=spent.turn + 1, minutes=minutes, gone=spent.gone and used + 1 >= (limit or 0))

        self._shared.update(SPENT, self._source, spend)
        if told[0]:
            logger.warning(
                "%s: this hour's calls are used up; answers use last good values and baselines", self._source
            )
        if refused[0]:
            raise self._nothing_left()

    def require_some_left_for_the_unknown(self) -> None:
        """Raises SourceUnavailable, reason "quota", if what is left is for zones that something is known of."""
        spent, clock = self._spent(), self._clock()
        limit = self._limit(spent, clock)
        if limit is not None and _used(spent, clock) >= max(1, math.ceil(limit * SHARE_FOR_THE_UNKNOWN)):
            raise self._nothing_left()

    def limited(self, retry_after_seconds: float | None) -> None:
        """A 429. If it speaks of the hour, take what was used in the hour before as the limit."""
        clock = self._clock()
        if not self._budget.auto or (retry_after_seconds or 0.0) < HOURLY_FROM_SECONDS:
            return

        def learn(known: Spent | None) -> Spent:
            spent = known or Spent()
            used = max(LEAST_LEARNED_CALLS, _used(spent, clock) - 1)  # the one that was refused is counted
            believed = spent.learned if spent.learned is not None and clock < spent.learned_until else used
            return replace(
                spent, turn=spent.turn + 1, learned=min(used, believed), learned_until=clock + LEARNED_SECONDS
            )

        self._shared.update(SPENT, self._source, learn)

    def quota(self) -> Quota | None:
        """The budget as it stands; None: no limit is known."""
        spent, clock = self._spent(), self._clock()
        limit = self._limit(spent, clock)
        if limit is None:
            return None
        used = _used(spent, clock)
        frees_at = None if used == 0 else datetime.fromtimestamp(_frees_at(spent, clock), UTC)
        return Quota(calls_per_hour=limit, calls_used=used, calls_left=max(0, limit - used), resets_at=frees_at)

    # --- stretch

    def stretch(self, zone: str, snapshot: Snapshot) -> float:
        """By how much longer than usual what is known of the zone is kept, 1 or more."""
        pace = self._pace(snapshot)
        return pace.get(zone, pace[""])

    def _pace(self, snapshot: Snapshot) -> Mapping[str, float]:
        pace: Mapping[str, float] | None = snapshot.memo.get(self)
        if pace is None:
            pace = snapshot.memo[self] = self._stretches(snapshot)
        return pace

    def _stretches(self, snapshot: Snapshot) -> Mapping[str, float]:
        """By zone; "": of the zones that nobody has asked for of late."""
        spent, clock = self._spent(), self._clock()
        limit = self._limit(spent, clock)
        if limit is None:
            return NO_LIMIT
        refused = {zone for zone, kept in records_of(snapshot, INTENSITY, self._source).items() if kept.lasting}
        counts = {zone: count for zone, count in self._demand(snapshot).items() if zone not in refused}
        most = max(counts.values(), default=0.0)
        roots = {zone: math.sqrt(count / most) for zone, count in counts.items()} or {"": 1.0}
        scale = _scale(sorted(roots.values(), reverse=True), _calls_per_second(spent, limit, clock) / self._need)
        stretched = {zone: min(LARGEST_STRETCH, max(1.0, scale / root)) for zone, root in roots.items()}
        return {"": max(stretched.values()), **stretched}

    def _demand(self, snapshot: Snapshot) -> Mapping[str, float]:
        demand: Demand = snapshot.of(DEMAND).get(self._source) or Demand()
        return demand.counts

    def _limit(self, spent: Spent, clock: float) -> int | None:
        if not self._budget.auto:
            return self._budget.calls_per_hour
        learned = spent.learned if clock < spent.learned_until <= clock + LEARNED_SECONDS + CLOCK_SKEW_SECONDS else None
        planned = ONE_ZONE_PLAN_CALLS if self._zones_covered() == 1 else None
        return min((limit for limit in (learned, planned) if limit is not None), default=None)

    def _spent(self) -> Spent:
        found: Spent = self._shared.snapshot().of(SPENT).get(self._source) or Spent()
        return found

    def _nothing_left(self) -> SourceUnavailable:
        clock = self._clock()
        seconds = _frees_at(self._spent(), clock) - clock
        return SourceUnavailable("quota", "this hour's calls are used up", retry_after_seconds=max(1.0, seconds))

    def _clock(self) -> float:
        return self._utc_now().timestamp()


def _decay(seconds: float) -> float:
    return float(0.5 ** (max(0.0, seconds) / DEMAND_HALF_LIFE_SECONDS))


def _recent(spent: Spent, clock: float) -> dict[str, int]:
    """The minutes that any part of the last hour falls into."""
    now = int(clock // MINUTE)
    return {minute: count for minute, count in spent.minutes.items() if now - HOUR_MINUTES <= int(minute) <= now}


def _used(spent: Spent, clock: float) -> int:
    return sum(_recent(spent, clock).values())


def _frees_at(spent: Spent, clock: float) -> float:
    """When the oldest calls leave the hour."""
    oldest = min((int(minute) for minute in _recent(spent, clock)), default=int(clock // MINUTE))
    return (oldest + HOUR_MINUTES + 1) * MINUTE


def _calls_per_second(spent: Spent, limit: int, clock: float) -> float:
    """The steady rate that never meets the limit: each call takes part in the count for an hour."""
    recent = sorted((int(minute), count) for minute, count in _recent(spent, clock).items())
    left = limit - sum(count for _, count in recent)
    rates = []
    for minute, count in recent:
        until = (minute + HOUR_MINUTES + 1) * MINUTE - clock
        rates.append(left / until)  # before these calls come back
        left += count
    rates.append(limit / (HOUR_MINUTES * MINUTE))
    return max(0.0, min(rates))


def _scale(roots: Sequence[float], zones_worth: float) -> float:
    """The c for which the sum of min(1, root / c) is zones_worth; 0 if that is as many as there are.

    roots: 1 or less, largest first.
    """
    if zones_worth >= len(roots):
        return 0.0
    if zones_worth <= 0:
        return math.inf
    rest = math.fsum(roots)
    for count, root in enumerate(roots):  # so many zones are kept as fresh as ever
        c = rest / (zones_worth - count) if zones_worth > count else math.inf
        if c >= root:
            return c
        rest -= root
    return 0.0
