"""What the `build` function of a source gets and returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from grid.live.refresher import LiveSource, ReadPolicy
from grid.upstream.quota import Governor
from net import HttpLimits
from settings import Settings
from store.shared.state import SharedState
from telemetry import Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What all sources of a process have in common. shared: the state of all workers."""

    shared: SharedState
    telemetry: Telemetry
    utc_now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A source, how long its values are stored and requests wait for it, and its budget of calls (None: no limit)."""

    source: LiveSource
    policy: ReadPolicy
    governor: Governor | None = None


Build = Callable[[Settings, Tools], Live | None]  # None: a setting that the source needs is empty


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
