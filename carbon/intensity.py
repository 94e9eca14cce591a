"""Carbon intensity of grid electricity, and where a figure comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carbon.ranges import Factors


class Quality(StrEnum):
    """How a carbon intensity was obtained, best first."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    FORECAST = "forecast"
    BASELINE = "baseline"

    @property
    def is_estimate(self) -> bool:
        """True for everything that was not measured."""
        return self is not Quality.MEASURED


class Signal(StrEnum):
    """What a carbon intensity counts; figures of two signals are never mixed within one answer."""

    AVERAGE_LIFECYCLE = "average-lifecycle"
    AVERAGE_DIRECT = "average-direct"
    MARGINAL = "marginal"


class SignalName(StrEnum):
    """What a question asks for.

    average: of all plants that run. marginal: of the plants that answer a change of load.
    """

    AVERAGE = "average"
    MARGINAL = "marginal"

    @property
    def counted(self) -> Signal:
        """What the figures of the answer count."""
        return Signal.MARGINAL if self is SignalName.MARGINAL else Signal.AVERAGE_LIFECYCLE


# What electricity a figure is of: that of the grid where it is used, or that of a contract or a residual mix.
LOCATION_BASED, MARKET_BASED = "location", "market"
BASES = (LOCATION_BASED, MARKET_BASED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """How a source's figures became an average lifecycle intensity, and on which terms they may be used.

    method: None if the source publishes such intensities itself. range: 10th to 90th centile of the settled value over
    the figure, because of the method; None if that is not known.
    flow_traced: whether imports are in the figure at their own intensity; None for what no live source tells.
    exact: False if the figure is that of a larger area, such as the country of a bidding zone.
    attribution: the words that the licence asks for; None if it asks for none.
    """

    method: str | None = None
    range: Factors | None = None
    flow_traced: bool | None = True
    exact: bool = True
    attribution: str | None = None
    licence: str | None = None

    @property
    def error(self) -> float | None:
        """The wider side of the range as a relative error: the value is within 1 / (1 + error) and 1 + error."""
        return None if self.range is None else max(self.range.high, 1 / self.range.low) - 1


AS_PUBLISHED = Derivation()
NOT_LIVE = Derivation(flow_traced=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where one carbon intensity comes from.

    source: the name of a live source, such as "electricity-maps", or of its forecast, such as
        "electricity-maps-forecast"; "recent-hours-336h" (our own forecast, from so many hours),
        "profile-scaled-to-live", "profile" (season and hour of past years), "annual", or "overlay:zones.csv" for a
        figure of the operator's own.
    starts_at: start of the interval the value stands for.
    age_seconds: since the end of that interval, 0 while it lasts; None for a baseline, which is not observed.
    fallback_reason: why no fresh live value is used (the last good one may be); None when one is.
    baseline_from: for a mean, the time from which bare profile steps enter it; None if none do, or all.
    derivation: of the live value or forecast that the figure is from; NOT_LIVE for a bare profile.
    basis: LOCATION_BASED or MARKET_BASED.
    """

    quality: Quality
    source: str
    starts_at: datetime
    age_seconds: int | None
    fallback_reason: str | None = None
    baseline_from: datetime | None = None
    derivation: Derivation = NOT_LIVE
    basis: str = LOCATION_BASED


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonIntensity:
    """gCO2e per kWh of consumed electricity with its provenance; None where no figure exists.

    grid: 10th to 90th centile of what comes over this figure; None where no backtest says.
    """

    gco2e_per_kwh: float | None
    provenance: Provenance
    grid: Factors | None = None

    @property
    def low_gco2e_per_kwh(self) -> float | None:
        """The 10th centile."""
        return None if self.grid is None or self.gco2e_per_kwh is None else self.gco2e_per_kwh * self.grid.low

    @property
    def high_gco2e_per_kwh(self) -> float | None:
        """The 90th centile."""
        return None if self.grid is None or self.gco2e_per_kwh is None else self.gco2e_per_kwh * self.grid.high
