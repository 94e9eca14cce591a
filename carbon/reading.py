"""What live sources report about a grid zone: the newest value, a forecast, shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from carbon.intensity import AS_PUBLISHED, Derivation, Quality
from carbon.ranges import Factors


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The newest carbon intensity of a zone. It stands for [starts_at, ends_at).

    observed_until: of a nowcast, the end of the interval of the older value that it rests on; None for any other value.
    """

    zone: str
    gco2e_per_kwh: float
    starts_at: datetime
    ends_at: datetime
    quality: Quality  # MEASURED or ESTIMATED
    source: str
    estimation_method: str | None = None
    derivation: Derivation = AS_PUBLISHED
    observed_until: datetime | None = None

    @property
    def as_of(self) -> datetime:
        """The end of what was observed, from which its age counts."""
        return self.observed_until or self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamForecast:
    """Values from `starts_at` (a full UTC hour) on; None where the upstream gave none.

    step_seconds: what each stands for: an hour, 15 or 5 minutes. low, high: 10th and 90th centile of what may come, by
    step; empty for upstreams, which give none.
    """

    zone: str
    starts_at: datetime
    gco2e_per_kwh: tuple[float | None, ...]
    source: str
    step_seconds: Literal[3600, 900, 300] = 3600
    derivation: Derivation = AS_PUBLISHED
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Renewable and fossil-free (renewable + nuclear) share of consumption, 0 to 1; None where not known."""

    zone: str
    renewable_share: float | None
    fossil_free_share: float | None
    starts_at: datetime
    quality: Quality
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentile:
    """Where the marginal intensity of a zone stands among its own: 0 is the cleanest, 100 the dirtiest.

    It orders the hours of one place. It says nothing about another place, so it is no intensity.
    """

    zone: str
    percentile: float
    starts_at: datetime
    ends_at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A source that was asked about a zone. reason: why it gave no fresh value; None if it gave one."""

    source: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneReading:
    """What live sources report about a zone now.

    latest: never older than the age limit. reason: why there is no latest, or why it is the last good value
    rather than a fresh one (None when it is fresh); a stable token,
    such as "no-key", "plan-lacks-zone", "timeout", "rate-limited", "sandbox-key".
    attempts: every source that was asked, in the order of trust.
    others: the usable values of the other sources that were asked.
    spread: lowest and highest of the others over the latest, if the sources disagree; else None.
    """

    latest: Observation | None = None
    forecast: UpstreamForecast | None = None
    reason: str | None = None
    attempts: tuple[Attempt, ...] = ()
    others: tuple[Observation, ...] = ()
    spread: Factors | None = None
