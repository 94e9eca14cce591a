"""Electricity Maps: what is asked of it, in which order, and what its refusals mean."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from carbon.intensity import Signal
from carbon.reading import Observation, Shares, UpstreamForecast
from grid.records import KINDS
from grid.source import SourceError, SourceRefused, SourceState, SourceUnavailable, ZoneNotCovered
from grid.sources.electricity_maps import replies
from grid.sources.electricity_maps.access import (
    ANY,
    BREAKDOWN,
    CARBON_FREE,
    FORECAST,
    LATEST,
    RENEWABLE,
    SOURCE,
    ZONES,
    Access,
    access_of,
)
from grid.upstream.gate import Gate
from grid.upstream.plan import DAY_SECONDS, Grants, PlanBook
from grid.upstream.quota import Governor
from grid.upstream.session import JsonSession, Outcomes, Refusal
from net import HttpClient, HttpLimits, Reply
from store.shared.state import SharedState
from telemetry import SILENT, Telemetry

logger = logging.getLogger(__name__)
T = TypeVar("T")

HORIZONS_HOURS = (72, 48, 24)  # what the upstream offers, longest first; plans differ

HOUR_SECONDS = 3600.0
HALF_HOUR_SECONDS = 1800.0
KEY_RECENT_SECONDS = 600.0  # a 401 this soon after the key worked may be a disguised rate limit
ZONE_RECENT_SECONDS = 3600.0  # longer than the time between two forecasts of a zone
PAUSE_BEFORE_SECOND_401_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricityMapsConfig:
    """How to reach Electricity Maps. The last path segment of base_url names the version (v3 or v4)."""

    api_key: str = field(repr=False)
    base_url: str = "https://api.electricitymaps.com/v4"
    limits: HttpLimits = field(default_factory=HttpLimits)


class ElectricityMaps:
    """The calls a plan allows, one zone at a time. Blocks; raises SourceError; safe to share between threads.

    One call of /zones tells what the plan covers, once a day for all workers; what it lacks is refused without a
    call. A source in trouble is not asked either (upstream/gate.py), nor one whose calls are spent (upstream/quota.py).
    """

    name = SOURCE
    signal = Signal.AVERAGE_LIFECYCLE

    def __init__(
        self,
        config: ElectricityMapsConfig,
        *,
        max_age_minutes: float,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        shared: SharedState | None = None,
        governor: Governor | None = None,
        telemetry: Telemetry = SILENT,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """shared: what all workers know; None: this process alone. governor: of the calls; None: no limit."""
        shared = shared or SharedState(None, KINDS)
        self._governor = governor
        self._outcomes = Outcomes(SOURCE, telemetry)
        client = HttpClient(
            config.limits, before=self._before_attempt, after=self._after_attempt, monotonic=monotonic, sleep=sleep
        )
        self._session = JsonSession(client, base_url=config.base_url, key_header="auth-token", key=config.api_key)
        self._is_v3 = config.base_url.rstrip("/").endswith("/v3")
        self._max_age = timedelta(minutes=max_age_minutes)
        self._utc_now = utc_now
        self._sleep = sleep
        self._gate = Gate(SOURCE, shared, utc_now=utc_now, essential=LATEST)
        self._plan = PlanBook(SOURCE, shared, clock=lambda: utc_now().timestamp())

    def covers(self, zone: str) -> bool:
        """Every zone: the catalog's zones have the names that Electricity Maps gave them."""
        return True

    def held(self) -> SourceError | None:
        """Why no call may go out now, or None."""
        return self._gate.held()

    @property
    def responsive(self) -> bool:
        """False while repeated calls brought no answer at all."""
        return self._gate.responsive

    def latest(self, zone: str) -> Observation:
        """The newest carbon intensity, not older than the age limit."""
        self._require(LATEST, zone)
        return self._ask(LATEST, zone, lambda body: replies.observation(body, zone, self._utc_now(), self._max_age))

    def forecast(self, zone: str) -> UpstreamForecast:
        """Hourly values as far ahead as the plan allows: 72 hours, else 48, else 24.

        The horizon that worked is kept for a day, for all zones; so is a zone's refusal of every horizon.
        """
        granted = self._require(FORECAST, zone)
        for hours in self._horizons():
            try:
                forecast = self._ask(
                    FORECAST, zone, lambda body: replies.forecast(body, zone, self._utc_now()), horizonHours=str(hours)
                )
            except ZoneNotCovered as error:
                if error.reason == "no-recent-data":
                    raise
                zone_known = granted or self._worked(LATEST, zone)
                if error.reason == "plan-lacks-zone" and not zone_known:  # two more calls would not tell more
                    raise ZoneNotCovered("plan-lacks-zone", zone, retry_after_seconds=HALF_HOUR_SECONDS) from error
            else:
                self._plan.keep_horizon(hours)
                return forecast
        raise ZoneNotCovered("plan-lacks-forecast", zone, retry_after_seconds=DAY_SECONDS)

    def shares(self, zone: str) -> Shares:
        """Renewable and fossil-free share: two calls, or one of power-breakdown where the plan has only that."""

        def breakdown(body: object) -> Shares:
            return replies.breakdown(body, zone, self._utc_now(), self._max_age)

        def share(body: object) -> replies.Share:
            return replies.share(body, zone, self._utc_now(), self._max_age)

        access = self._access()
        if self._is_v3 if access is None else not (access.grants(zone, RENEWABLE) and access.grants(zone, CARBON_FREE)):
            self._require(BREAKDOWN, zone)
            return self._ask(BREAKDOWN, zone, breakdown)
        return replies.shares(zone, self._ask(RENEWABLE, zone, share), self._ask(CARBON_FREE, zone, share))

    def state(self) -> SourceState:
        """How it is doing, without a call.

        degraded: calls are held back, the last call of some zone and signal failed, or the first one still waits.
        """
        health, held, plan = self._gate.health, self._gate.held(), access_of(self._plan.known())
        if held is not None:
            state, detail = "degraded", f"{held.reason}: no calls are sent for {held.retry_after_seconds:.0f} s"
        elif health.failing:
            state, detail = "degraded", "the last call of a zone failed"
        elif self._gate.last_success_at is None and self._session.calls:
            state, detail = "degraded", "calls were sent, but none was answered yet"
        elif self._gate.last_success_at is None:
            state, detail = "untried", "a key is set; no call was sent yet"
        else:
            state, detail = "ok", "the source answers"
        return SourceState(
            source=SOURCE,
            state=state,
            detail=detail,
            zones_covered=None if plan is None else plan.count(LATEST),
            last_success_at=self._gate.last_success_at,
            last_error=health.last_error,
            calls=self._session.calls,
            quota=None if self._governor is None else self._governor.quota(),
            breaker_open=held is not None,
        )

    def _require(self, signal: str, zone: str) -> bool:
        """Whether /zones grants the signal (False: not known). Raises ZoneNotCovered if it does not."""
        access = self._access()
        if access is None:
            return False
        if not access.grants(zone, signal):
            lacking = "plan-lacks-signal" if access.grants(zone, ANY) else "plan-lacks-zone"
            raise ZoneNotCovered(lacking, f"{signal} of {zone}", retry_after_seconds=DAY_SECONDS)
        return True

    def _access(self) -> Access | None:
        return access_of(self._plan.grants(self._ask_grants))

    def _ask_grants(self) -> Grants | None:
        try:
            access = self._ask(ZONES, "", replies.access)
        except ZoneNotCovered:  # no such path, or not for this plan
            access = None
        if access is None:
            logger.warning("%s did not say what the plan covers; zones are tried one by one", SOURCE)
        else:
            logger.info("%s: the plan covers %d zones", SOURCE, access.count(LATEST))
        return None if access is None else access.signals

    def _horizons(self) -> tuple[int, ...]:
        known = self._plan.horizon_hours()
        return HORIZONS_HOURS if known is None else (known,)

    def _ask(self, signal: str, zone: str, parse: Callable[[Any], T], **params: str) -> T:
        answered = False
        try:
            with self._outcomes.judging():
                body = self._get(signal, zone, {"zone": zone, **params} if zone else params)
                answered = signal != ZONES  # which answers any key, and none
                replies.refuse_sandbox(body)
                value = parse(body)
        except _Withheld as withheld:
            raise withheld.reason from None
        except Refusal as refusal:
            error = self._meaning(refusal, signal, zone)
            self._note(error, signal, zone, answered)
            raise error from refusal
        except SourceError as error:
            self._note(error, signal, zone, answered)
            raise
        self._gate.succeeded(signal, zone, with_key=answered)
        return value

    def _note(self, error: SourceError, signal: str, zone: str, answered: bool) -> None:
        if not isinstance(error, ZoneNotCovered):  # the plan's limits are no trouble
            self._gate.failed(error, asked=f"{signal} {zone}", nothing_works_without=signal == ZONES, with_key=answered)

    def _before_attempt(self) -> None:
        held = self._gate.held()
        if held is not None:
            raise _Withheld(held)
        if self._governor is not None:
            try:
                self._governor.take()
            except SourceError as error:
                raise _Withheld(error) from None

    def _after_attempt(self, result: Reply | Exception, seconds: float) -> None:
        self._outcomes.attempted(result, seconds)
        if isinstance(result, Reply) and result.status == 429:  # all workers stop now, not when the tries are over
            hold = result.retry_after_seconds
            self._gate.failed(SourceUnavailable("rate-limited", "status 429", retry_after_seconds=hold))
            if self._governor is not None:
                self._governor.limited(hold)

    def _get(self, signal: str, zone: str, params: Mapping[str, str]) -> object:
        params = {**params, "disableCallerLookup": "true"}
        try:
            return self._session.get(signal, params)
        except Refusal as refusal:
            doubtful = _blames_key(refusal) or self._granted(signal, zone) or self._worked(signal, zone)
            if refusal.status != 401 or not doubtful or not self._gate.key_worked_within(KEY_RECENT_SECONDS):
                raise
            self._sleep(PAUSE_BEFORE_SECOND_401_SECONDS * random.uniform(1, 2))  # noqa: S311 - spreads load  # nosec B311
            return self._session.get(signal, params)

    def _meaning(self, refusal: Refusal, signal: str, zone: str) -> SourceError:
        """What a 4xx says about key, plan or zone; a 401 alone says nothing."""
        detail = f"{signal} {zone}: status {refusal.status} {refusal.text}".rstrip()
        if refusal.status == 404:
            return ZoneNotCovered("no-recent-data", detail)
        if refusal.status == 400:
            return ZoneNotCovered("request-refused", detail, retry_after_seconds=HOUR_SECONDS)
        if refusal.status == 401 and _blames_key(refusal):
            return SourceRefused("bad-key", detail)
        if refusal.status == 401 and self._worked(signal, zone):
            return SourceUnavailable("rate-limited", detail)
        if refusal.status not in (401, 403) or not refusal.text:
            return SourceRefused("refused", detail)
        contradicts_plan = self._granted(signal, zone)
        return ZoneNotCovered("plan-lacks-zone", detail, retry_after_seconds=None if contradicts_plan else DAY_SECONDS)

    def _worked(self, signal: str, zone: str) -> bool:
        return self._gate.worked_within(signal, zone, ZONE_RECENT_SECONDS)

    def _granted(self, signal: str, zone: str) -> bool:
        access = access_of(self._plan.known())
        return access is not None and access.grants(zone, signal)


class _Withheld(Exception):
    """A call that was not sent, so that it tells nothing of the source."""

    def __init__(self, reason: SourceError) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _blames_key(refusal: Refusal) -> bool:
    text = refusal.text.lower()
    return "invalid" in text and "token" in text
