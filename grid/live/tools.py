"""What the `build` function of a source gets and returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from grid.conversion import Conversion
from grid.live.live_source import AnySource, ReadPolicy
from grid.source import SourceFacts
from grid.upstream.pace import Pace
from grid.upstream.quota import Governor
from grid.upstream.session import Address
from grid.upstream.upstream import Upstream
from net import HttpLimits
from settings import Settings
from store.shared.state import SharedState
from telemetry import Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What all sources of a process have in common. shared: the state of all workers.

    conversion: loads the tables that bring figures to one footing, once.
    """

    shared: SharedState
    telemetry: Telemetry
    utc_now: Callable[[], datetime]
    conversion: Callable[[], Conversion]


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A source, how long its values are stored and requests wait for it, and its budget of calls (None: no limit)."""

    source: AnySource
    policy: ReadPolicy
    governor: Governor | None = None


Build = Callable[[Settings, Tools], Live | None]  # None: a setting that the source needs is empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A source in the registry: what it is, and how it is built."""

    facts: SourceFacts
    build: Build


LATEST = "latest"  # the signal of the value of now, in the words of all sources that are read in the background
NOWCAST_MINUTES = 24 * 60  # a value of this age still makes a nowcast


def policy_of(settings: Settings) -> ReadPolicy:
    """The times in the settings, which hold for all sources; a source may replace some."""
    return ReadPolicy(
        intensity_ttl_seconds=settings.intensity_ttl_seconds,
        forecast_ttl_seconds=settings.forecast_ttl_seconds,
        failure_ttl_seconds=settings.failure_ttl_seconds,
        deadline_seconds=settings.upstream_deadline_seconds,
        past_deadline_seconds=settings.upstream_deadline_seconds,
        max_age_minutes=settings.max_age_minutes,
        calls_at_once=settings.upstream_concurrency,
    )


def http_limits_of(settings: Settings) -> HttpLimits:
    """The limits of HTTP calls in the settings, which hold for all sources."""
    return HttpLimits(
        connect_seconds=settings.upstream_connect_timeout_seconds,
        read_seconds=settings.upstream_read_timeout_seconds,
        total_seconds=settings.upstream_total_seconds,
        retries=settings.upstream_retries,
    )


class Client(Protocol):
    """The constructor of a HttpSource that is a LiveSource or a BatchSource."""

    def __call__(
        self,
        facts: SourceFacts,
        upstream: Upstream,
        *,
        max_age_minutes: float,
        conversion: Callable[[], Conversion],
        utc_now: Callable[[], datetime],
    ) -> AnySource:
        """See HttpSource."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """How a source is called. headers, params: of every call; their values are secrets. hidden: more secrets, which no
    error may quote.

    intensity_seconds, forecast_seconds: how often it publishes at most. failure_seconds: how long it rests after a
    failure, at least. rate_limit_seconds: how long no call is sent after a 429 that does not say how long; None: a
    minute. pause_seconds: between two calls of any workers; None: no pause. patience_seconds: how long a call waits for
    its turn, see Pace. is_paced: see ReadPolicy. retries: at most so many a call; None: as in the settings.
    """

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    hidden: tuple[str, ...] = field(default=(), repr=False)
    intensity_seconds: float = 0.0
    forecast_seconds: float = 0.0
    failure_seconds: float = 0.0
    rate_limit_seconds: float | None = None
    pause_seconds: float | None = None
    patience_seconds: float = 0.0
    is_paced: bool = False
    retries: int | None = None

    def upstream(self, facts: SourceFacts, settings: Settings, tools: Tools) -> Upstream:
        """Where its calls are sent."""
        limits = http_limits_of(settings)
        if self.retries is not None:
            limits = replace(limits, retries=min(self.retries, limits.retries))
        pace = None
        if self.pause_seconds is not None:
            pace = Pace(
                facts.name,
                tools.shared,
                seconds=self.pause_seconds,
                utc_now=tools.utc_now,
                patience_seconds=self.patience_seconds,
            )
        return Upstream(
            facts.name,
            Address(
                base_url=self.base_url, headers=self.headers, params=self.params, limits=limits, hidden=self.hidden
            ),
            shared=tools.shared,
            governor=None,
            pace=pace,
            telemetry=tools.telemetry,
            utc_now=tools.utc_now,
            essential=LATEST,
            rate_limit_seconds=self.rate_limit_seconds,
        )

    def policy(self, settings: Settings) -> ReadPolicy:
        """No request waits for the source, and its last value is used for a day."""
        policy = policy_of(settings)
        return replace(
            policy,
            intensity_ttl_seconds=max(policy.intensity_ttl_seconds, self.intensity_seconds),
            forecast_ttl_seconds=max(policy.forecast_ttl_seconds, self.forecast_seconds),
            failure_ttl_seconds=max(policy.failure_ttl_seconds, self.failure_seconds),
            deadline_seconds=0.0,
            max_age_minutes=NOWCAST_MINUTES,
            calls_at_once=1,
            is_paced=self.is_paced,
        )


def background_source(client: Client, facts: SourceFacts, calls: Calls, settings: Settings, tools: Tools) -> Live:
    """A source that is read in the background, without a budget of calls. client: its class."""
    source = client(
        facts,
        calls.upstream(facts, settings, tools),
        max_age_minutes=NOWCAST_MINUTES,
        conversion=tools.conversion,
        utc_now=tools.utc_now,
    )
    return Live(source=source, policy=calls.policy(settings))
