"""What a live source must offer, and how long its values are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from carbon.intensity import Signal
from carbon.reading import Observation, Percentile, Shares, UpstreamForecast
from grid.records import Value
from grid.source import SourceError, SourceState


class Source(Protocol):
    """One upstream with one signal. Its calls block and raise SourceError; threads share it.

    Zones have the catalog's names; a source with other names translates them (its zones.py). The retry_after_seconds of
    a ZoneNotCovered says for how long another call is pointless.
    """

    name: str
    signal: Signal

    def covers(self, zone: str) -> bool:
        """Whether the source may have data of the zone; it is not called for others."""
        ...

    @property
    def responsive(self) -> bool:
        """False after several calls in a row without a reply: then no request waits for one."""
        ...

    def hold(self) -> SourceError | None:
        """Why no call may be sent now, or None; returns at once."""
        ...

    def state(self) -> SourceState: ...


@runtime_checkable
class LiveSource(Source, Protocol):
    """A Source of which each call brings one zone. With forecasts or shares it is a ForecastSource or SharesSource."""

    def latest(self, zone: str) -> Observation: ...


@runtime_checkable
class ForecastSource(Protocol):
    """A LiveSource with forecasts."""

    def forecast(self, zone: str) -> UpstreamForecast: ...


@runtime_checkable
class SharesSource(Protocol):
    """A LiveSource with renewable and fossil-free shares."""

    def shares(self, zone: str) -> Shares: ...


@runtime_checkable
class PercentileSource(Protocol):
    """A LiveSource that says where the intensity of now stands among those of the same zone."""

    def percentile(self, zone: str) -> Percentile: ...


@runtime_checkable
class PastSource(Protocol):
    """A LiveSource of which one call brings the last hours of a zone, in the order of time."""

    def past(self, zone: str) -> Sequence[Observation]: ...


@runtime_checkable
class PastRangeSource(Protocol):
    """A LiveSource of which one call brings any time of the past of a zone. longest_range: the most of one call."""

    longest_range: timedelta

    def past_range(self, zone: str, start: datetime, end: datetime) -> Sequence[Observation]:
        """The values of [start, end), full hours, as far as there are any, in the order of time.

        A ZoneNotCovered whose reason begins with "plan-" says that the plan of the key lacks it.
        """
        ...


@runtime_checkable
class ZonesTogether(Protocol):
    """A source of which each call brings several zones. kinds: of its values, "intensity" and perhaps "forecast"."""

    kinds: tuple[str, ...]

    def together(self, zone: str) -> tuple[str, ...]:
        """The zones that one call brings, this one among them; the same for each of them."""
        ...

    def values(self, kind: str, zones: tuple[str, ...]) -> Mapping[str, Value | SourceError]:
        """The value of each zone, or why it has none."""
        ...


# Not checked at run time, nor is LiveSource in the service: that would read `responsive`, and so open the store.
class BatchSource(Source, ZonesTogether, Protocol):
    """A Source of which each call brings several zones."""


AnySource = LiveSource | BatchSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPolicy:
    """How long values are stored and requests wait.

    deadline_seconds: 0: no request waits, all calls are made in the background.
    max_age_minutes: how long after the end of its interval a value may still be served.
    past_deadline_seconds: the longest wait for hours of the past that are not stored.
    is_paced: whether the upstream asks for a pause between calls, so that they wait for each other in one thread.
    shares_ttl_seconds: longer than that of intensities, because two calls a zone are many for small hourly plans.
    """

    intensity_ttl_seconds: float = 300.0
    forecast_ttl_seconds: float = 1800.0
    shares_ttl_seconds: float = 900.0
    failure_ttl_seconds: float = 30.0
    deadline_seconds: float = 3.0
    max_age_minutes: float = 60.0
    calls_at_once: int = 8
    past_deadline_seconds: float = 3.0
    is_paced: bool = False
