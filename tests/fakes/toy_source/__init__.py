"""A second source, as a new one would be added: its own folder, one line where sources are listed, its zones."""

from __future__ import annotations

from datetime import datetime, timedelta

from carbon.intensity import Quality, Signal
from carbon.reading import Observation, Shares, UpstreamForecast
from grid.live.tools import Live, Tools, policy_of
from grid.source import SourceError, SourceState, ZoneNotCovered
from settings import Settings

NAME = "toy"
ZONES = {"DE": "Germany", "FR": "France"}  # the names that the upstream gives our zones
VALUES = {"Germany": 123.0, "France": 45.0}


def build(settings: Settings, tools: Tools) -> Live | None:
    """The source; it needs no key."""
    return Live(source=Toy(tools), policy=policy_of(settings))


class Toy:
    """Knows two zones under names of its own and has no forecast."""

    name = NAME
    signal = Signal.AVERAGE_LIFECYCLE
    responsive = True

    def __init__(self, tools: Tools) -> None:
        self._utc_now = tools.utc_now
        self.calls = 0
        self.last_success_at: datetime | None = None

    def covers(self, zone: str) -> bool:
        return zone in ZONES

    def held(self) -> SourceError | None:
        return None

    def latest(self, zone: str) -> Observation:
        hour = self._utc_now().replace(minute=0, second=0, microsecond=0)
        self.calls += 1
        self.last_success_at = self._utc_now()
        return Observation(
            zone=zone,
            gco2e_per_kwh=VALUES[ZONES[zone]],
            starts_at=hour,
            ends_at=hour + timedelta(hours=1),
            quality=Quality.MEASURED,
            source=NAME,
        )

    def forecast(self, zone: str) -> UpstreamForecast:
        raise ZoneNotCovered("no-forecast", zone)

    def shares(self, zone: str) -> Shares:
        raise ZoneNotCovered("no-shares", zone)

    def state(self) -> SourceState:
        return SourceState(
            source=NAME,
            state="ok" if self.last_success_at else "untried",
            detail="a toy",
            last_success_at=self.last_success_at,
            calls=self.calls,
            breaker_open=False,
        )
