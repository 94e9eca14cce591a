"""WattTime: which calls are sent, with which token, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from carbon.intensity import Signal
from carbon.reading import Observation, Percentile, UpstreamForecast
from carbon.units import HOUR
from catalog.source_tables import SourceZone
from grid.conversion import Conversion
from grid.live.tools import LATEST
from grid.records import FORECAST, PERCENTILE
from grid.source import SourceError, SourceFacts, SourceRefused, SourceUnavailable, ZoneNotCovered
from grid.sources.watttime import replies
from grid.sources.watttime.zones import REGIONS
from grid.upstream.http_source import HttpSource
from grid.upstream.login import Login
from grid.upstream.plan import DAY_SECONDS, Grants, PlanBook
from grid.upstream.session import Refusal
from grid.upstream.upstream import Upstream
from store.shared.state import SharedState

T = TypeVar("T")

LOGIN, ACCESS = "login", "my-access"
HISTORICAL, AHEAD, INDEX = "historical", "forecast", "signal-index"  # as my-access names them, and the paths below v3
TOKEN_SECONDS = 29 * 60.0  # of the 30 minutes for which it is valid
LOOK_BACK = timedelta(hours=2)  # rows come some minutes late
DAY = timedelta(days=1)
LONGEST_RANGE = 30 * DAY  # of historical, which allows 32
HORIZON_HOURS = "72"


class WattTime(HttpSource):
    """A LiveSource of marginal intensities, with forecasts, percentiles and the past.

    One login serves all workers until its token ends. my-access tells once a day what the account may use.
    """

    signal = Signal.MARGINAL
    longest_range = LONGEST_RANGE

    def __init__(
        self,
        facts: SourceFacts,
        upstream: Upstream,
        shared: SharedState,
        *,
        max_age_minutes: float,
        conversion: Callable[[], Conversion],
        utc_now: Callable[[], datetime],
    ) -> None:
        super().__init__(facts, upstream, max_age_minutes=max_age_minutes, conversion=conversion, utc_now=utc_now)
        self._login = Login(facts.name, shared, fetch=self._log_in, seconds=TOKEN_SECONDS, utc_now=utc_now)
        self._plan = PlanBook(facts.name, shared, clock=lambda: utc_now().timestamp())

    def latest(self, zone: str) -> Observation:
        """The newest five minutes."""
        region = self._granted(zone, HISTORICAL)
        return replies.newest(
            self._call(
                LATEST,
                HISTORICAL,
                region,
                lambda body: replies.observations(body, region, self._utc_now(), self._max_age + LOOK_BACK),
                **self._span(LOOK_BACK),
            )
        )

    def past(self, zone: str) -> Sequence[Observation]:
        """The last day in steps of five minutes."""
        region = self._granted(zone, HISTORICAL)
        return self._call(
            HISTORICAL,
            HISTORICAL,
            region,
            lambda body: replies.observations(body, region, self._utc_now(), 2 * DAY),
            **self._span(DAY),
        )

    def past_range(self, zone: str, start: datetime, end: datetime) -> Sequence[Observation]:
        """The steps of [start, end), as far as they have values."""
        region = self._granted(zone, HISTORICAL)
        values = self._call(
            HISTORICAL,
            HISTORICAL,
            region,
            lambda body: replies.observations(body, region, self._utc_now(), self._utc_now() - start + HOUR),
            **_query_of(start, end - replies.STEP),  # whose end is inclusive
        )
        return [value for value in values if start <= value.starts_at < end]

    def forecast(self, zone: str) -> UpstreamForecast:
        """Hourly means of the next 72 hours."""
        region = self._granted(zone, AHEAD)
        return self._call(
            FORECAST.name,
            AHEAD,
            region,
            lambda body: replies.forecast(body, region, self._utc_now()),
            horizon_hours=HORIZON_HOURS,
        )

    def percentile(self, zone: str) -> Percentile:
        """Where the marginal intensity of now stands among those of the region."""
        region = self._granted(zone, INDEX)
        return self._call(
            PERCENTILE.name,
            INDEX,
            region,
            lambda body: replies.percentile(body, region, self._utc_now(), self._max_age),
        )

    def _span(self, length: timedelta) -> dict[str, str]:
        now = self._utc_now()
        return _query_of(now - length, now)

    def _granted(self, zone: str, endpoint: str) -> SourceZone:
        """The region of a zone. Raises ZoneNotCovered where the account may not use the endpoint for it."""
        region, grants = REGIONS[zone], self._plan.grants(self._fetch_grants)
        if grants is None or endpoint in grants.get(region.key, ()):
            return region
        usable = grants.get(region.key, frozenset())
        reason = "plan-lacks-zone" if not usable else "plan-lacks-signal"
        if usable == {INDEX}:
            reason = "plan-percentile-only"
        raise ZoneNotCovered(reason, f"{endpoint} of {region.key}", retry_after_seconds=DAY_SECONDS)

    def _fetch_grants(self) -> Grants | None:
        try:
            return self._with_token(ACCESS, "", ACCESS, {}, replies.access, all_depends_on_it=True)
        except ZoneNotCovered:  # no such path, or not for this account: regions are tried one by one
            return None

    def _call(self, kind: str, endpoint: str, region: SourceZone, read: Callable[[Any], T], **params: str) -> T:
        params = {"region": region.key, "signal_type": replies.SIGNAL, **params}
        return self._with_token(kind, region.zone, endpoint, params, read)

    def _with_token(
        self,
        kind: str,
        zone: str,
        endpoint: str,
        params: dict[str, str],
        read: Callable[[Any], T],
        *,
        all_depends_on_it: bool = False,
    ) -> T:
        """The result of a call; where its token is not accepted, of a second one after a new login."""

        def send(token: str, meaning: Callable[[Refusal], SourceError]) -> T:
            headers = {"Authorization": f"Bearer {token}"}
            return self._upstream.call(
                kind,
                zone,
                lambda: self._upstream.get(f"v3/{endpoint}", params, headers),
                read,
                meaning=meaning,
                all_depends_on_it=all_depends_on_it,
            )

        token = self._login.token()
        try:
            return send(token, _meaning_of_first)
        except _TokenRefused:
            return send(self._login.token(rejected_token=token), _meaning)

    def _log_in(self) -> str:
        return self._upstream.call(
            LOGIN,
            "",
            lambda: self._upstream.get(LOGIN, {}),
            replies.token,
            meaning=_meaning_of_login,
            all_depends_on_it=True,
        )


class _TokenRefused(ZoneNotCovered):
    """The token ended before its time. It is no failure of the source: a new login follows."""


def _query_of(start: datetime, end: datetime) -> dict[str, str]:
    """The parameters of historical; both ends are inclusive."""
    return {
        "start": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "include_imputed_marker": "true",
    }


def _meaning_of_first(refusal: Refusal) -> SourceError:
    return _TokenRefused("token-refused") if refusal.status == 401 else _meaning(refusal)


def _meaning(refusal: Refusal) -> SourceError:
    """What a 4xx says: about the account, the plan, the region or the time."""
    detail = f"status {refusal.status} {refusal.text}".rstrip()
    if refusal.status == 401:
        return SourceRefused("refused", detail)
    if refusal.status == 403:
        return ZoneNotCovered("plan-lacks-zone", detail, retry_after_seconds=DAY_SECONDS)
    if refusal.status == 404:
        return ZoneNotCovered("no-recent-data", detail)
    return ZoneNotCovered("request-refused", detail)


def _meaning_of_login(refusal: Refusal) -> SourceError:
    detail = f"login: status {refusal.status} {refusal.text}".rstrip()
    if refusal.status in (401, 403):
        return SourceRefused("bad-key", detail)
    return SourceUnavailable("login-failed", detail)
