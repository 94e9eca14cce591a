"""What the `build` function of a source gets and returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

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


LATEST = "latest"  # the signal of the value of now, in words of all sources without a key
NOWCAST_MINUTES = 24 * 60  # a value of this age still makes a nowcast


def keyless_policy_of(settings: Settings) -> ReadPolicy:
    """The policy of a source without a key: no request waits for it, and its last value is used for a day."""
    return replace(policy_of(settings), deadline_seconds=0.0, calls_at_once=1, max_age_minutes=NOWCAST_MINUTES)


def policy_of(settings: Settings) -> ReadPolicy:
    """The times in the settings, which hold for all sources; a source may replace some."""
    return ReadPolicy(
        intensity_ttl_seconds=settings.intensity_ttl_seconds,
        forecast_ttl_seconds=settings.forecast_ttl_seconds,
        failure_ttl_seconds=settings.failure_ttl_seconds,
        deadline_seconds=settings.upstream_deadline_seconds,
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


def keyless_upstream(
    facts: SourceFacts,
    base_url: str,
    settings: Settings,
    tools: Tools,
    *,
    retries: int | None = None,
    pause_seconds: float | None = None,
) -> Upstream:
    """The upstream of a source without a key.

    retries: at most so many for each call; None: as in the settings. pause_seconds: between two calls of any workers.
    """
    limits = http_limits_of(settings)
    if retries is not None:
        limits = replace(limits, retries=min(retries, limits.retries))
    return Upstream(
        facts.name,
        Address(base_url=base_url, limits=limits),
        shared=tools.shared,
        governor=None,
        pace=None
        if pause_seconds is None
        else Pace(facts.name, tools.shared, seconds=pause_seconds, utc_now=tools.utc_now),
        telemetry=tools.telemetry,
        utc_now=tools.utc_now,
        essential=LATEST,
    )
