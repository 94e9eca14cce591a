"""Every new value of a source is handed to the history once; refused ones are not."""

from __future__ import annotations

from datetime import UTC, datetime

from carbon.intensity import Signal
from carbon.reading import Observation, UpstreamForecast
from grid.live.live_source import ReadPolicy
from grid.records import Value
from grid.source import SourceUnavailable
from tests.fakes.clock import SteppedClock
from tests.fakes.live_source import FakeLiveSource, reader_of


def handed_over(clock: SteppedClock, source: FakeLiveSource, reads: int = 1) -> list[tuple[Signal, Value]]:
    values: list[tuple[Signal, Value]] = []
    reader = reader_of(
        source,
        ReadPolicy(),
        floors={"DE": 5.0},
        record=lambda signal, value: values.append((signal, value)),
        utc_now=clock.utc_now,
    )
    for _ in range(reads):
        reader.open().read(["DE"], now=clock.utc_now(), forecast=True)
    return values


def new_source() -> tuple[SteppedClock, FakeLiveSource]:
    clock = SteppedClock(datetime(2026, 3, 3, 9, 10, tzinfo=UTC))
    return clock, FakeLiveSource(clock.utc_now)


def test_a_reading_and_a_forecast_are_handed_over_with_their_signal_once_for_each_call() -> None:
    clock, source = new_source()

    values = handed_over(clock, source, reads=3)

    assert {type(value) for _, value in values} == {Observation, UpstreamForecast}
    assert {signal for signal, _ in values} == {source.signal}
    assert len(values) == len(source.calls) == 2


def test_an_implausible_value_and_a_failure_are_not_handed_over() -> None:
    clock, source = new_source()
    source.value = 4.9
    source.errors["forecast", "DE"] = SourceUnavailable("timeout")

    assert handed_over(clock, source) == []
