"""The floor under live values: 5 g, or a fifth of the zone's lowest known hour if that is lower."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from carbon.reading import ZoneReading
from grid.chain import ChainReader
from grid.live.live_source import ReadPolicy
from grid.live.reader import SourceReader
from grid.plausibility import floor_gco2e_per_kwh, plausible_floors
from grid.records import KINDS
from store.shared.state import SharedState
from tests.fakes.clock import SteppedClock
from tests.fakes.clouds import cloud_map
from tests.fakes.live_source import FakeLiveSource, reader_of
from tests.fakes.patience import eventually
from tests.fakes.telemetry import Counts
from tests.grid.readings import is_at_rest

FLOORS = {"DE": 5.0, "SE-SE3": 2.7}


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(datetime(2026, 3, 3, 9, 10, tzinfo=UTC))


@pytest.fixture
def source(clock: SteppedClock) -> FakeLiveSource:
    return FakeLiveSource(clock.utc_now)


def read(source: FakeLiveSource, clock: SteppedClock, zone: str, telemetry: Counts | None = None) -> ZoneReading:
    shared = SharedState(None, KINDS)
    one = SourceReader(source, ReadPolicy(), shared=shared, floors=FLOORS, utc_now=clock.utc_now)
    reader = ChainReader([one], shared, telemetry=telemetry or Counts())
    return reader.open().read([zone], now=clock.utc_now(), forecast=True)[zone]


@pytest.mark.parametrize(
    ("lowest_hour", "floor"),
    [
        (200.0, 5.0),  # a fifth is 40
        (25.0, 5.0),  # a fifth is 5
        (13.5, 2.7),
        (None, 5.0),
    ],
)
def test_the_floor_is_5_g_or_a_fifth_of_the_lowest_hour_whichever_is_lower(
    lowest_hour: float | None, floor: float
) -> None:
    assert floor_gco2e_per_kwh(lowest_hour) == pytest.approx(floor)


def test_every_zone_of_the_catalog_has_a_floor_between_1_and_5_g() -> None:
    mapping = cloud_map()

    floors = plausible_floors(mapping)

    assert set(floors) == set(mapping.zones)
    assert all(1.0 < floor <= 5.0 for floor in floors.values())
    # Sweden's lowest hour is 13.54 g (21 g a year): a fifth is 2.708. Germany's are all above 25 g.
    assert floors["SE-SE3"] == pytest.approx(2.708, abs=1e-3)
    assert floors["DE"] == 5.0


@pytest.mark.parametrize("value", [0.1, 1e-320, 4.99])
@pytest.mark.parametrize("zone", ["DE"])
def test_a_value_below_the_floor_is_refused_as_implausible(
    value: float, zone: str, source: FakeLiveSource, clock: SteppedClock
) -> None:
    source.value = value

    reading = read(source, clock, zone)

    assert (reading.latest, reading.forecast, reading.reason) == (None, None, "implausible")


@pytest.mark.parametrize(("zone", "value"), [("DE", 5.0), ("SE-SE3", 2.8), ("XX-NOT-LISTED", 0.1)])
def test_a_value_at_the_floor_or_of_a_zone_without_one_is_served(
    zone: str, value: float, source: FakeLiveSource, clock: SteppedClock
) -> None:
    source.value = value

    reading = read(source, clock, zone)

    assert reading.latest is not None
    assert (reading.latest.gco2e_per_kwh, reading.reason) == (value, None)


def test_an_implausible_value_is_logged_once_and_counted_under_its_reason(
    source: FakeLiveSource, clock: SteppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    source.value, counts = 0.1, Counts()

    with caplog.at_level(logging.WARNING):
        read(source, clock, "DE", counts)

    lines = [record.getMessage() for record in caplog.records if "intensity" in record.getMessage()]
    assert lines == ["no live intensity for DE from fake: implausible: 0.1 gCO2e/kWh, below 5"]
    assert counts.seen["fallback", "implausible"] == 1


def test_the_next_source_answers_where_the_first_is_implausible(source: FakeLiveSource, clock: SteppedClock) -> None:
    class Second(FakeLiveSource):
        name = "second"

    source.value, second, shared = 0.1, Second(clock.utc_now), SharedState(None, KINDS)
    readers = [
        SourceReader(each, ReadPolicy(), shared=shared, floors=FLOORS, utc_now=clock.utc_now)
        for each in (source, second)
    ]

    reading = ChainReader(readers, shared).open().read(["DE"], now=clock.utc_now(), forecast=False)["DE"]

    assert reading.latest is not None
    assert (reading.latest.source, reading.reason) == ("second", None)
    assert [attempt.reason for attempt in reading.attempts] == ["implausible", None]


def test_the_last_good_value_is_served_beside_the_reason(source: FakeLiveSource, clock: SteppedClock) -> None:
    clocks: dict[str, Any] = {"utc_now": clock.utc_now, "monotonic": clock.monotonic}
    reader = reader_of(source, ReadPolicy(), floors=FLOORS, jitter=lambda: 1.0, **clocks)
    reader.open().read(["DE"], now=clock.utc_now(), forecast=False)
    source.value = 1e-320
    clock.advance(310)
    reader.open().read(["DE"], now=clock.utc_now(), forecast=False)

    assert eventually(lambda: is_at_rest(reader))  # the refresh goes on in a thread
    reading = reader.open().read(["DE"], now=clock.utc_now(), forecast=False)["DE"]

    assert reading.latest is not None
    assert (reading.latest.gco2e_per_kwh, reading.reason) == (300, "implausible")
