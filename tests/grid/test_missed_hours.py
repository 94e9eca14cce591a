"""The last 24 hours of Electricity Maps: when they are fetched, and that they reach the history and delay nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carbon.intensity import Signal
from carbon.reading import Observation
from grid.chain import ChainReader
from grid.live.live_source import ReadPolicy
from grid.records import Value
from grid.registry import build_reader
from settings import Settings
from store.history.history import History
from tests.fakes.clock import SteppedClock
from tests.fakes.electricity_maps import KEY, LATEST, FakeElectricityMaps
from tests.fakes.live_source import FakeLiveSource, reader_of
from tests.fakes.patience import HANG_SECONDS, PATIENCE_SECONDS, eventually, promptly
from tests.fakes.upstream import Answer, Call, reply
from tests.grid.readings import is_at_rest

HISTORY = "carbon-intensity/history"
START = datetime(2026, 3, 3, 9, 7, tzinfo=UTC)
HOUR_SECONDS, TTL_SECONDS = 3600.0, 300.0


class Trial:
    """A reader of Electricity Maps, and what it handed over. No question ends before its call does."""

    def __init__(self, server: FakeElectricityMaps, *, has_history: bool = True, **settings: object) -> None:
        self.server = server
        self.clock = SteppedClock(START)
        self.values: list[Value] = []
        server.utc_now = self.clock.utc_now
        self.reader = self._reader(has_history, settings)

    def _reader(self, has_history: bool, settings: dict[str, object]) -> ChainReader:
        def record(signal: Signal, value: Value) -> None:
            self.values.append(value)

        values = {
            "sources": "electricity-maps",
            "el_maps_api_key": KEY,
            "el_maps_base_url": self.server.base_url,
            "upstream_retries": 0,
            "upstream_read_timeout_seconds": HANG_SECONDS,
            "upstream_total_seconds": HANG_SECONDS,
            "upstream_deadline_seconds": HANG_SECONDS,
            **settings,
        }
        return build_reader(
            Settings(**values),  # type: ignore[arg-type]
            record=record if has_history else None,
            utc_now=self.clock.utc_now,
            monotonic=self.clock.monotonic,
        )

    def ask(self, zone: str = "DE") -> None:
        """Read a zone, and wait until every call has ended."""
        self.reader.open().read([zone], now=self.clock.utc_now(), forecast=False)
        assert eventually(lambda: is_at_rest(self.reader))

    def calls(self, path: str) -> int:
        return sum(call.path == path for call in self.server.calls)

    def hours(self) -> list[datetime]:
        return [value.starts_at for value in self.values if isinstance(value, Observation)]


@pytest.fixture
def server() -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps({"DE": 311.2, "FR": 41.2}).serving() as fake:
        yield fake


def test_the_first_value_of_a_zone_brings_its_last_24_hours_in_one_call(server: FakeElectricityMaps) -> None:
    trial = Trial(server)

    trial.ask()

    nine = START.replace(minute=0)
    assert trial.calls(HISTORY) == 1
    assert sorted(set(trial.hours())) == [nine - timedelta(hours=back) for back in range(23, -1, -1)]


class Source(FakeLiveSource):
    """Has a past, which is empty."""

    def past(self, zone: str) -> list[Observation]:
        self._call("past", zone)
        return []


def test_hours_that_were_read_while_they_lasted_are_fetched_again_twice_a_day() -> None:
    clock = SteppedClock(START)
    source = Source(clock.utc_now)
    reader = reader_of(
        source,
        ReadPolicy(),
        record=lambda signal, value: None,
        utc_now=clock.utc_now,
        monotonic=clock.monotonic,
    )
    counts = []

    for _ in range(25):
        reader.open().read(["DE"], now=clock.utc_now(), forecast=False)
        assert eventually(lambda: is_at_rest(reader))
        counts.append(source.count("past"))
        clock.advance(HOUR_SECONDS)

    assert counts == [1] * 12 + [2] * 12 + [3]


def test_after_hours_without_a_question_the_missed_ones_are_fetched(server: FakeElectricityMaps) -> None:
    trial = Trial(server)
    trial.ask()

    trial.clock.advance(3 * HOUR_SECONDS)
    trial.ask()

    assert trial.calls(HISTORY) == 2
    assert START.replace(hour=11, minute=0) in trial.hours()


def test_a_failure_is_remembered_for_an_hour_like_a_success(server: FakeElectricityMaps) -> None:
    server.fault = lambda call, good: reply("<html>") if call.path == HISTORY else good
    trial = Trial(server)

    for _ in range(3):
        trial.ask()
        trial.clock.advance(TTL_SECONDS)

    assert trial.calls(LATEST) == 3
    assert trial.calls(HISTORY) == 1
    assert len(trial.hours()) == 3


def test_a_plan_without_history_costs_no_call(server: FakeElectricityMaps) -> None:
    server.access = {"DE": [LATEST]}

    trial = Trial(server, el_maps_calls_per_hour="off")
    trial.ask()

    assert (trial.calls(LATEST), trial.calls(HISTORY)) == (1, 0)


def test_half_of_a_limited_number_of_calls_is_left_to_the_values_of_now(server: FakeElectricityMaps) -> None:
    trial = Trial(server, el_maps_calls_per_hour="4")

    trial.ask("DE")  # the plan, its value and its past: 3 calls
    trial.ask("FR")  # no zone is new after half of the calls, and no past is fetched

    assert trial.calls(HISTORY) <= 1
    assert len(server.calls) <= 3


def test_without_a_history_nothing_is_fetched_for_it(server: FakeElectricityMaps) -> None:
    trial = Trial(server, has_history=False)

    trial.ask()

    assert (trial.calls(LATEST), trial.calls(HISTORY)) == (1, 0)


def test_the_answer_does_not_wait_for_the_past(server: FakeElectricityMaps) -> None:
    def slow_past(call: Call, good: Answer) -> Answer:
        return replace(good, wait_seconds=HANG_SECONDS) if call.path == HISTORY else good

    server.fault = slow_past
    trial = Trial(server)

    with promptly():
        for zone in ("DE", "FR"):
            reading = trial.reader.open().read([zone], now=START, forecast=False)[zone]
            assert reading.latest is not None


def test_each_missed_hour_is_in_the_history_once(server: FakeElectricityMaps, tmp_path: Path) -> None:
    trial = Trial(server)
    history = History(tmp_path, utc_now=trial.clock.utc_now)

    trial.ask()
    for value in trial.values:
        history.record(Signal.AVERAGE_LIFECYCLE, value)
    history.recorder.close(PATIENCE_SECONDS)

    (readings,) = stored(history)
    assert readings == [311.2] * 24


def stored(history: History) -> Sequence[list[float]]:
    readings = history.readings(Signal.AVERAGE_LIFECYCLE, "DE", START - timedelta(days=2), START + timedelta(hours=1))
    return [one.gco2e_per_kwh.tolist() for one in readings]
