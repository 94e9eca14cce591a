"""Hours of the past that the store lacks, from Electricity Maps: what is called, and what is remembered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from carbon.intensity import Quality
from tests.fakes.electricity_maps import FORECAST, LATEST, FakeElectricityMaps
from tests.grid.past_range_trials import DAY, HOUR, NOW, Trial, hours_ago


@pytest.fixture
def server() -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps({"DE": 311.2, "FR": 41.2}).serving() as fake:
        yield fake


def test_missing_hours_are_fetched_in_one_call_and_stored_as_they_were_given(server: FakeElectricityMaps) -> None:
    trial = Trial(server)
    start = NOW.replace(minute=0) - 48 * HOUR
    server.past = {start: 280.5}
    server.estimated = {start + HOUR}

    trial.ask(hours_ago(48, 45))

    assert trial.calls == [("2026-03-01T09:00:00Z", "2026-03-01T12:00:00Z")]
    figures = [(value.starts_at, value.gco2e_per_kwh, value.quality) for value in trial.stored]
    assert figures == [
        (start, 280.5, Quality.MEASURED),
        (start + HOUR, 311.2, Quality.ESTIMATED),
        (start + 2 * HOUR, 311.2, Quality.MEASURED),
    ]
    assert trial.stored[1].estimation_method == "TIME_SLICER_AVERAGE"


def test_parts_of_hours_are_fetched_as_full_hours_that_are_over(server: FakeElectricityMaps) -> None:
    trial = Trial(server)

    trial.ask((NOW - 3 * HOUR, NOW))

    assert trial.calls == [("2026-03-03T06:00:00Z", "2026-03-03T09:00:00Z")]


def test_a_call_asks_for_ten_days_at_most(server: FakeElectricityMaps) -> None:
    """25 days are calls of 10, 10 and 5."""
    trial = Trial(server)

    trial.ask(hours_ago(25 * 24, 0))

    assert sorted(trial.calls) == [
        ("2026-02-06T09:00:00Z", "2026-02-16T09:00:00Z"),
        ("2026-02-16T09:00:00Z", "2026-02-26T09:00:00Z"),
        ("2026-02-26T09:00:00Z", "2026-03-03T09:00:00Z"),
    ]
    assert len(trial.stored) == 25 * 24


def test_a_request_sends_eight_calls_at_most_of_the_newest_hours_first(server: FakeElectricityMaps) -> None:
    trial = Trial(server)

    trial.ask(hours_ago(200 * 24, 0))

    assert len(trial.calls) == 8
    assert min(value.starts_at for value in trial.stored) == NOW.replace(minute=0) - 80 * DAY


def test_the_zones_of_a_request_share_its_calls(server: FakeElectricityMaps) -> None:
    trial = Trial(server)

    trial.ask(hours_ago(75 * 24, 0), zones=("DE", "FR"))

    assert len(trial.calls) == 8


def test_hours_that_would_not_stay_in_the_store_are_not_fetched(server: FakeElectricityMaps) -> None:
    trial = Trial(server, history_days=2)

    trial.ask(hours_ago(100 * 24, 0))
    trial.ask(hours_ago(100 * 24, 90 * 24))

    assert trial.calls == [("2026-03-01T10:00:00Z", "2026-03-03T09:00:00Z")]


def test_hours_without_a_value_stay_unknown_and_are_asked_for_again_after_an_hour(server: FakeElectricityMaps) -> None:
    trial = Trial(server)
    server.unknown = {NOW.replace(minute=0) - 3 * HOUR}

    trial.ask(hours_ago(4, 2))
    trial.ask(hours_ago(3, 2))
    assert [value.starts_at.hour for value in trial.stored] == [5]
    assert len(trial.calls) == 1

    trial.clock.advance(3601)
    trial.ask(hours_ago(3, 2))
    assert len(trial.calls) == 2


def test_a_plan_without_past_range_costs_no_call(server: FakeElectricityMaps) -> None:
    server.access = {"DE": [LATEST, FORECAST]}
    trial = Trial(server)

    trial.ask(hours_ago(5, 0))

    assert trial.reader.open().past_sources("DE") == []
    assert trial.calls == []


def test_a_refusal_by_the_plan_is_remembered_for_a_day_for_all_workers(server: FakeElectricityMaps) -> None:
    server.tells_access = False
    server.access = {"DE": [LATEST]}
    trial = Trial(server)

    trial.ask(hours_ago(5, 0))
    trial.ask(hours_ago(50, 40))
    assert len(trial.calls) == 1
    assert trial.reader.open().past_sources("DE") == []

    trial.clock.advance(86_401)
    trial.ask(hours_ago(5, 0))
    assert len(trial.calls) == 2
