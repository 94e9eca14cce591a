"""What happens to grid zones while others listen: a value has changed, or a forecast was renewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from carbon.intensity import CarbonIntensity

EventKind = Literal["intensity", "forecast"]
Side = Literal["below", "above"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedForecast:
    """A forecast of a source or of our own, as it was issued.

    starts_at: its first full UTC hour. gco2e_per_kwh: hour by hour from there on, None where unknown.
    """

    source: str
    starts_at: datetime
    gco2e_per_kwh: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLook:
    """What a look at a zone saw: its value now, and the forecast that its hours to come rest on, if there is one."""

    zone: str
    now: CarbonIntensity
    forecast: IssuedForecast | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is new in one zone.

    now: its value at the time of the look. before: that of the look before. forecast: the renewed one of a change of
    the kind "forecast", otherwise None.
    """

    kind: EventKind
    zone: str
    now: CarbonIntensity
    before: CarbonIntensity
    forecast: IssuedForecast | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change with its place in the order of all.

    id: rises strictly, and is the same for all workers that share a store; roughly the microseconds from 1970 to `at`,
    so that ids rise even where a store has lost all events. at: the minute of the look, aware UTC.
    """

    id: int
    at: datetime
    change: Change

    @property
    def kind(self) -> EventKind:
        return self.change.kind

    @property
    def zone(self) -> str:
        return self.change.zone

    @property
    def now(self) -> CarbonIntensity:
        """The value of the zone at the time of the look."""
        return self.change.now

    @property
    def before(self) -> CarbonIntensity:
        """The value of the zone at the look before."""
        return self.change.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A limit of an intensity in gCO2e/kWh.

    side: on which side of the limit a value counts as crossed; a value that equals the limit is not. hysteresis: how
    far beyond the limit a value must come back before the crossing is over, 0 or more.
    """

    side: Side
    gco2e_per_kwh: float
    hysteresis: float = 0.0
