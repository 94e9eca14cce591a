"""A grid reader that answers from given readings, and short ways to write those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from functools import cached_property

from carbon.intensity import Quality, Signal
from carbon.reading import Observation, Percentile, Shares, UpstreamForecast, ZoneReading
from carbon.units import HOUR
from grid.source import MissingPast, SourceState


class FakeReader:
    """A GridReader and its snapshot. Zones without a reading get `others`, which by default says that no key is set."""

    def __init__(
        self,
        readings: Mapping[str, ZoneReading] | None = None,
        *,
        others: ZoneReading | None = None,
        shares: Mapping[str, Shares] | None = None,
        states: Sequence[SourceState] = (),
    ) -> None:
        self._readings = dict(readings or {})
        self._others = others or ZoneReading(reason="no-key")
        self._shares = dict(shares or {})
        self._states = tuple(states)
        self.known = "from the start"
        self.percentiles: dict[str, Percentile] = {}
        self.sources: dict[str, dict[str, ZoneReading]] = {}
        self.disagreements: list[tuple[dict[str, float], frozenset[str]]] = []
        self.reads: list[tuple[tuple[str, ...], bool]] = []

    def read(self, zones: Iterable[str], *, now: datetime, forecast: bool) -> Mapping[str, ZoneReading]:
        requested_zones = tuple(zones)
        self.reads.append((requested_zones, forecast))
        readings = {zone: self._readings.get(zone, self._others) for zone in requested_zones}
        if forecast:
            return readings
        return {zone: ZoneReading(latest=one.latest, reason=one.reason) for zone, one in readings.items()}

    def shares(self, zone: str, *, now: datetime) -> Shares | None:
        return self._shares.get(zone)

    def peek(self, zones: Iterable[str], *, now: datetime) -> Mapping[str, Observation]:
        values = ((zone, self._readings[zone].latest) for zone in zones if zone in self._readings)
        return {zone: latest for zone, latest in values if latest is not None}

    def of_signal(self, signal: Signal) -> FakeReader:
        """The values of `marginal`, which are those of no zone unless a test sets them."""
        return self if signal is Signal.AVERAGE_LIFECYCLE else self.marginal

    def without_waiting(self) -> FakeReader:
        return self

    def percentile(self, zone: str, *, now: datetime) -> Percentile | None:
        return self.percentiles.get(zone)

    @cached_property
    def marginal(self) -> FakeReader:
        return FakeReader(others=ZoneReading(reason="no-source"))

    def by_source(self, zone: str, *, now: datetime) -> Mapping[str, ZoneReading]:
        return {name: readings[zone] for name, readings in self.sources.items() if zone in readings}

    def past_sources(self, zone: str) -> Sequence[str]:
        return ()

    def fetch_past(self, missing: Sequence[MissingPast]) -> None:
        raise AssertionError("no source tells the past")

    def note_disagreement(self, disagreeing: Mapping[str, float], agreeing: Set[str]) -> None:
        self.disagreements.append((dict(disagreeing), frozenset(agreeing)))

    def open(self) -> FakeReader:
        return self

    @property
    def version(self) -> str:
        return self.known

    def states(self) -> tuple[SourceState, ...]:
        return self._states


def hour_of(now: datetime) -> datetime:
    """The start of the UTC hour that holds now."""
    return now.replace(minute=0, second=0, microsecond=0)


def observation(
    now: datetime, gco2e_per_kwh: float, *, hours_ago: int = 0, quality: Quality = Quality.MEASURED, zone: str = "X"
) -> Observation:
    """An hourly live value for the hour that holds now, or one `hours_ago`."""
    starts_at = hour_of(now) - hours_ago * HOUR
    return Observation(
        zone=zone,
        gco2e_per_kwh=gco2e_per_kwh,
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
        quality=quality,
        source="electricity-maps",
    )


def forecast(now: datetime, values: Sequence[float | None], *, starts_in: int = 0, zone: str = "X") -> UpstreamForecast:
    """Hourly values from the hour that holds now, or `starts_in` hours later."""
    return UpstreamForecast(
        zone=zone,
        starts_at=hour_of(now) + starts_in * HOUR,
        gco2e_per_kwh=tuple(values),
        source="electricity-maps-forecast",
    )


def known(now: datetime, values: Sequence[float], *, quality: Quality = Quality.MEASURED) -> ZoneReading:
    """A zone whose hours from now's on are these: the first live, all of them forecast."""
    return ZoneReading(latest=observation(now, values[0], quality=quality), forecast=forecast(now, values))


def flat(now: datetime, gco2e_per_kwh: float) -> ZoneReading:
    """A zone that is, and for 72 h stays, at one intensity."""
    return known(now, [gco2e_per_kwh] * 72)
