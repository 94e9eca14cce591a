"""Hours of the past that a question needs and the store lacks: fetched from a source that tells any past time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from carbon.errors import StateUnavailable
from carbon.intensity import Signal
from carbon.reading import Observation
from carbon.spans import Span, gathered, without
from carbon.units import HOUR
from grid.live.flights import Flight, Flights
from grid.live.live_source import PastRangeSource, ReadPolicy
from grid.plausibility import refuse_implausible
from grid.records import CLOCK_SKEW_SECONDS, PAST_RANGE, Fact, record_key
from grid.source import MalformedReply, RefreshInProgress, SourceError, SourceRefused, SourceUnavailable, ZoneNotCovered
from grid.upstream.plan import DAY_SECONDS
from grid.upstream.quota import Governor
from store.shared.state import SharedState

logger = logging.getLogger(__name__)

Keep = Callable[[Signal, Sequence[Observation]], None]  # stores readings of any age now; raises StateUnavailable
ANSWERED_SECONDS = 3600.0  # hours without a value in a reply are not asked for again so soon


class TellsRanges(PastRangeSource, Protocol):
    """A source that tells any past time, as far as it is used here."""

    name: str
    signal: Signal

    def hold(self) -> SourceError | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStore:
    """Where fetched hours are stored, and for how many days: older ones are not fetched, since they would not stay."""

    keep: Keep
    days: int


class PastRanges:
    """Calls of one source for past times, each in a thread of its own; equal ones of a process are one call.

    A plan that lacks the past of a zone is remembered for all workers, as long as the source says. What a reply had no
    value for is remembered by the process for an hour, a failure for as long as failures of live values. Half of a
    limited number of calls is left to the values of now.
    """

    def __init__(
        self,
        source: TellsRanges,
        shared: SharedState,
        governor: Governor | None,
        store: PastStore,
        *,
        policy: ReadPolicy,
        floors: Mapping[str, float],
        utc_now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        """floors: the least plausible average gCO2e/kWh by zone."""
        self.deadline_seconds = policy.past_deadline_seconds
        self._source = source
        self._shared = shared
        self._governor = governor
        self._store = store
        self._floors = floors if source.signal is Signal.AVERAGE_LIFECYCLE else {}  # marginal intensities can be 0
        self._failure_seconds = policy.failure_ttl_seconds
        self._utc_now = utc_now
        self._flights = Flights(at_once=policy.calls_at_once, monotonic=monotonic)
        self._lock = threading.Lock()
        self._asked: dict[str, list[tuple[Span, float]]] = {}  # by zone, until when in seconds since 1970

    def may_ask(self, zone: str) -> bool:
        """Whether a call for the zone may be sent now: the source answers, and the plan is not known to lack it."""
        if self._source.hold() is not None:
            return False
        refusal: Fact | None = self._shared.snapshot().of(PAST_RANGE).get(self._key(zone))
        if refusal is None:
            return True
        age = self._clock() - refusal.at
        return not -CLOCK_SKEW_SECONDS <= age < refusal.figure

    def begin(self, zone: str, spans: Sequence[Span], most: int) -> list[Flight]:
        """Send calls for these times, or join those in progress: at most so many, the newest times first."""
        if not self.may_ask(zone):
            return []
        calls = gathered(self._worth_asking(zone, spans), self._source.longest_range)
        return [
            self._flights.join((zone, span), partial(self._fetch, zone, span)) for span in calls[::-1][: max(0, most)]
        ]

    def wait(self, flights: Sequence[Flight], *, seconds: float) -> None:
        """Return when these calls have ended, at the latest after `seconds`."""
        self._flights.wait(flights, seconds=seconds)

    def _worth_asking(self, zone: str, spans: Sequence[Span]) -> list[Span]:
        """The full hours of these times that are over, would stay in the store, and were not asked for just now."""
        now = self._utc_now()
        until, since = _hour_of(now), _next_hour(now - timedelta(days=self._store.days))
        hours = [(max(_hour_of(start), since), min(_next_hour(end), until)) for start, end in spans]
        clock = now.timestamp()
        with self._lock:
            asked = [(span, end) for span, end in self._asked.get(zone, ()) if end > clock]
            self._asked[zone] = asked
        return without([span for span in hours if span[0] < span[1]], [span for span, _ in asked])

    def _fetch(self, zone: str, span: Span) -> None:
        seconds = self._failure_seconds
        try:
            if self._governor is not None:
                self._governor.require_calls_for_new_zones()
            self._store.keep(self._source.signal, self._plausible(zone, self._source.past_range(zone, *span)))
            seconds = ANSWERED_SECONDS
        except RefreshInProgress:
            seconds = 0.0
        except SourceError as error:
            self._log(zone, error)
            seconds = self._seconds_after(zone, error)
        except StateUnavailable as error:
            logger.warning("the past of %s from %s cannot be stored: %s", zone, self._source.name, error)
        finally:
            with self._lock:
                self._asked.setdefault(zone, []).append((span, self._clock() + seconds))

    def _plausible(self, zone: str, values: Sequence[Observation]) -> list[Observation]:
        """Those values that can be right; the log says how many cannot."""
        good = []
        for value in values:
            try:
                refuse_implausible(value, self._floors.get(zone, 0.0))
            except MalformedReply:
                continue
            good.append(value)
        if refused := len(values) - len(good):
            logger.warning("%d past values of %s from %s are implausible", refused, zone, self._source.name)
        return good

    def _seconds_after(self, zone: str, error: SourceError) -> float:
        """For how long not to ask again; what the plan lacks is remembered for all workers."""
        if error.reason.startswith("plan-"):
            seconds = error.retry_after_seconds or DAY_SECONDS
            self._shared.put(PAST_RANGE, self._key(zone), Fact(at=self._clock(), figure=seconds))
            return 0.0
        if isinstance(error, SourceUnavailable | SourceRefused):
            return self._failure_seconds
        return max(ANSWERED_SECONDS, error.retry_after_seconds or 0.0)

    def _log(self, zone: str, error: SourceError) -> None:
        if error.reason != "quota" and self._source.hold() is None:  # otherwise the source has logged it once
            level = logging.DEBUG if isinstance(error, ZoneNotCovered) else logging.WARNING
            logger.log(level, "no past range of %s from %s: %s", zone, self._source.name, error)

    def _key(self, zone: str) -> str:
        return record_key(self._source.name, self._source.signal, zone)

    def _clock(self) -> float:
        return self._utc_now().timestamp()


def _hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _next_hour(moment: datetime) -> datetime:
    """The moment if it is a full hour, else the next one."""
    hour = _hour_of(moment)
    return hour if hour == moment else hour + HOUR
