"""A reader of Electricity Maps that fetches hours of the past, and what it had stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from carbon.errors import StateUnavailable
from carbon.intensity import Signal
from carbon.reading import Observation
from carbon.spans import Span
from grid.chain import ChainReader
from grid.registry import build_reader
from grid.source import MissingPast
from settings import Settings
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import KEY, PAST_RANGE, FakeElectricityMaps
from tests.fakes.patience import HANG_SECONDS

NOW = datetime(2026, 3, 3, 9, 7, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAME = "electricity-maps"


class Trial:
    """A reader of Electricity Maps, and what it had stored."""

    def __init__(self, server: FakeElectricityMaps, *, deadline: float = HANG_SECONDS, **settings: object) -> None:
        self.server = server
        self.clock = SteppedClock(NOW)
        self.stored: list[Observation] = []
        self.fails = False
        server.utc_now = self.clock.utc_now
        values: dict[str, object] = {
            "sources": NAME,
            "el_maps_api_key": KEY,
            "el_maps_base_url": server.base_url,
            "el_maps_calls_per_hour": "off",
            "upstream_retries": 0,
            "upstream_read_timeout_seconds": HANG_SECONDS,
            "upstream_total_seconds": HANG_SECONDS,
            "upstream_deadline_seconds": deadline,
            **settings,
        }
        self.reader: ChainReader = build_reader(
            Settings(**values),  # type: ignore[arg-type]
            keep=self.keep,
            floors={"DE": 5.0},
            utc_now=self.clock.utc_now,
        )

    def keep(self, signal: Signal, values: Sequence[Observation]) -> None:
        if self.fails:
            raise StateUnavailable("the history")
        self.stored += values

    def ask(self, *spans: Span, zones: Sequence[str] = ("DE",)) -> None:
        """Ask for these times of zones in one request, if the source may be asked."""
        snapshot = self.reader.open()
        missing = [
            MissingPast(source=source, zone=zone, spans=spans)
            for zone in zones
            for source in snapshot.past_sources(zone)
        ]
        if missing:
            snapshot.fetch_past(missing)

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Start and end of each call."""
        return [(call.query["start"], call.query["end"]) for call in self.server.calls if call.path == PAST_RANGE]


def hours_ago(first: int, last: int) -> Span:
    nine = NOW.replace(minute=0)
    return nine - first * HOUR, nine - last * HOUR
