"""Electricity Maps: which calls are sent, in which order, and what its refusals mean."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
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
    HISTORY,
    LATEST,
    PAST_RANGE,
    RENEWABLE,
    SOURCE,
    ZONES,
    Access,
    access_of,
)
from grid.upstream.plan import DAY_SECONDS, Grants, PlanBook
from grid.upstream.quota import Governor
from grid.upstream.session import Address, Refusal
from grid.upstream.upstream import Upstream
from net import HttpLimits
from store.shared.state import SharedState
from telemetry import SILENT, Telemetry

logger = logging.getLogger(__name__)
T = TypeVar("T")

HORIZONS_HOURS = (72, 48, 24)  # of the plans of Electricity Maps, longest first

LONGEST_RANGE = timedelta(days=10)  # of past-range in hourly or finer steps
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
    """A LiveSource with forecasts, shares and the past, one zone a call.

    One call of /zones tells what the plan covers, once a day for all workers. A request that the plan does not cover is
    refused without a call.
    """

    name = SOURCE
    signal = Signal.AVERAGE_LIFECYCLE
    longest_range = LONGEST_RANGE

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
        self._upstream = Upstream(
            SOURCE,
            Address(base_url=config.base_url, headers={"auth-token": config.api_key}, limits=config.limits),
            shared=shared,
            governor=governor,
            telemetry=telemetry,
            utc_now=utc_now,
            essential=LATEST,
            monotonic=monotonic,
            sleep=sleep,
        )
        self._gate = self._upstream.gate
        self._is_v3 = config.base_url.rstrip("/").endswith("/v3")
        self._max_age = timedelta(minutes=max_age_minutes)
        self._utc_now = utc_now
        self._sleep = sleep
        self._plan = PlanBook(SOURCE, shared, clock=lambda: utc_now().timestamp())

    def covers(self, zone: str) -> bool:
        """Every zone: the catalog's zones have the names of Electricity Maps."""
        return True

    def hold(self) -> SourceError | None:
        """Why no call may be sent now, or None."""
        return self._gate.hold()

    @property
    def responsive(self) -> bool:
        """See LiveSource."""
        return self._gate.responsive

    def latest(self, zone: str) -> Observation:
        """The newest carbon intensity, not older than the age limit."""
        self._require(LATEST, zone)
        return self._call(LATEST, zone, lambda body: replies.observation(body, zone, self._utc_now(), self._max_age))

    def forecast(self, zone: str) -> UpstreamForecast:
        """Hourly values as far ahead as the plan allows: 72 hours, else 48, else 24.

        The horizon that worked is stored for a day, for all zones, and also a zone's refusal of every horizon.
        """
        is_granted = self._require(FORECAST, zone)
        for hours in self._horizons():
            try:
                forecast = self._call(
                    FORECAST, zone, lambda body: replies.forecast(body, zone, self._utc_now()), horizonHours=str(hours)
                )
            except ZoneNotCovered as error:
                if error.reason == "no-recent-data":
                    raise
                is_in_plan = is_granted or self._worked(LATEST, zone)
                if error.reason == "plan-lacks-zone" and not is_in_plan:  # other horizons would be refused too
                    raise ZoneNotCovered("plan-lacks-zone", zone, retry_after_seconds=HALF_HOUR_SECONDS) from error
            else:
                self._plan.keep_horizon(hours)
                return forecast
        raise ZoneNotCovered("plan-lacks-forecast", zone, retry_after_seconds=DAY_SECONDS)

    def past(self, zone: str) -> Sequence[Observation]:
        """The last 24 hours, as far as they have values."""
        self._require(HISTORY, zone)
        return self._call(HISTORY, zone, lambda body: replies.past(body, zone, self._utc_now()))

    def past_range(self, zone: str, start: datetime, end: datetime) -> Sequence[Observation]:
        """The hours of [start, end), as far as they have values."""
        self._require(PAST_RANGE, zone)
        return self._call(
            PAST_RANGE,
            zone,
            lambda body: replies.past_range(body, zone, start, end, self._utc_now()),
            start=f"{start:%Y-%m-%dT%H:%M:%SZ}",
            end=f"{end:%Y-%m-%dT%H:%M:%SZ}",
        )

    def shares(self, zone: str) -> Shares:
        """Renewable and fossil-free share: two calls, or one of power-breakdown where the plan has only that."""

        def breakdown(body: object) -> Shares:
            return replies.breakdown(body, zone, self._utc_now(), self._max_age)

        def share(body: object) -> replies.Share:
            return replies.share(body, zone, self._utc_now(), self._max_age)

        access = self._access()
        if self._is_v3 if access is None else not (access.grants(zone, RENEWABLE) and access.grants(zone, CARBON_FREE)):
            self._require(BREAKDOWN, zone)
            return self._call(BREAKDOWN, zone, breakdown)
        return replies.shares(zone, self._call(RENEWABLE, zone, share), self._call(CARBON_FREE, zone, share))

    def state(self) -> SourceState:
        """How it is doing, without a call."""
        plan = access_of(self._plan.current())
        return self._upstream.state(zones_covered=None if plan is None else plan.count(LATEST))

    def _require(self, signal: str, zone: str) -> bool:
        """Whether /zones grants the signal (False: unknown). Raises ZoneNotCovered if it does not."""
        access = self._access()
        if access is None:
            return False
        if not access.grants(zone, signal):
            reason = "plan-lacks-signal" if access.grants(zone, ANY) else "plan-lacks-zone"
            raise ZoneNotCovered(reason, f"{signal} of {zone}", retry_after_seconds=DAY_SECONDS)
        return True

    def _access(self) -> Access | None:
        return access_of(self._plan.grants(self._fetch_grants))

    def _fetch_grants(self) -> Grants | None:
        try:
            access = self._call(ZONES, "", replies.access)
        except ZoneNotCovered:  # no such path, or not for this plan
            access = None
        if access is None:
            logger.warning("%s did not say what the plan covers; zones are tried one by one", SOURCE)
        else:
            logger.info("%s: the plan covers %d zones", SOURCE, access.count(LATEST))
        return None if access is None else access.signals

    def _horizons(self) -> tuple[int, ...]:
        hours = self._plan.horizon_hours()
        return HORIZONS_HOURS if hours is None else (hours,)

    def _call(self, signal: str, zone: str, read: Callable[[Any], T], **params: str) -> T:
        def read_unless_sandbox(body: Any) -> T:
            replies.refuse_sandbox(body)
            return read(body)

        return self._upstream.call(
            signal,
            zone,
            lambda: self._get(signal, zone, {"zone": zone, **params} if zone else params),
            read_unless_sandbox,
            meaning=lambda refusal: self._meaning(refusal, signal, zone),
            proves_key=signal != ZONES,  # which needs no key
            all_depends_on_it=signal == ZONES,
        )

    def _get(self, signal: str, zone: str, params: Mapping[str, str]) -> object:
        params = {**params, "disableCallerLookup": "true"}
        try:
            return self._upstream.get(signal, params)
        except Refusal as refusal:
            is_doubtful = _blames_key(refusal) or self._is_granted(signal, zone) or self._worked(signal, zone)
            if refusal.status != 401 or not is_doubtful or not self._gate.key_worked_within(KEY_RECENT_SECONDS):
                raise
            self._sleep(PAUSE_BEFORE_SECOND_401_SECONDS * random.uniform(1, 2))  # noqa: S311 - spreads load  # nosec B311
            return self._upstream.get(signal, params)

    def _meaning(self, refusal: Refusal, signal: str, zone: str) -> SourceError:
        """What a 4xx says about key, plan or zone; a 401 without a text may mean any of them."""
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
        contradicts_plan = self._is_granted(signal, zone)
        return ZoneNotCovered("plan-lacks-zone", detail, retry_after_seconds=None if contradicts_plan else DAY_SECONDS)

    def _worked(self, signal: str, zone: str) -> bool:
        return self._gate.worked_within(signal, zone, ZONE_RECENT_SECONDS)

    def _is_granted(self, signal: str, zone: str) -> bool:
        access = access_of(self._plan.current())
        return access is not None and access.grants(zone, signal)


def _blames_key(refusal: Refusal) -> bool:
    text = refusal.text.lower()
    return "invalid" in text and "token" in text
