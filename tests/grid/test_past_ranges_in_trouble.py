"""Hours of the past from a source that fails, is slow or may send few calls: nothing is made up, nothing waits long."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from grid.registry import build_reader
from settings import Settings
from tests.fakes.electricity_maps import KEY, PAST_RANGE, FakeElectricityMaps
from tests.fakes.patience import HANG_SECONDS, eventually, promptly
from tests.fakes.upstream import Answer, Call, always, changed, only, reply
from tests.grid.past_range_trials import NAME, Trial, hours_ago


@pytest.fixture
def server() -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps({"DE": 311.2, "FR": 41.2}).serving() as fake:
        yield fake


@pytest.mark.parametrize(
    "answer",
    [
        reply({"error": "down"}, 500),
        reply("<html>"),
        reply({"zone": "DE", "data": {}}),
        reply({"zone": "FR", "data": []}),
        reply({"zone": "DE", "data": [{"carbonIntensity": -1, "datetime": "2026-03-03T05:00:00Z"}]}),
        reply({"zone": "DE", "data": [{"carbonIntensity": 300, "datetime": "soon"}]}),
        reply({"zone": "DE", "data": [{"carbonIntensity": 300}], "temporalGranularity": "daily"}),
        reply({"error": 'No recent data for zone "DE"'}, 404),
        reply({"status": "error", "message": "bad"}, 400),
    ],
)
def test_trouble_stores_nothing_and_is_not_asked_again_at_once(server: FakeElectricityMaps, answer: object) -> None:
    server.fault = only(PAST_RANGE, always(answer))  # type: ignore[arg-type]
    trial = Trial(server)

    trial.ask(hours_ago(5, 0))
    trial.ask(hours_ago(5, 0))

    assert (len(trial.calls), trial.stored) == (1, [])


def test_a_failure_is_logged_once_and_tried_again_after_half_a_minute(
    server: FakeElectricityMaps, caplog: pytest.LogCaptureFixture
) -> None:
    server.fault = only(PAST_RANGE, always(reply({"error": "down"}, 503)))
    trial = Trial(server)

    trial.ask(hours_ago(5, 0))
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert warnings == [
        "no past range of DE from electricity-maps: server-error: carbon-intensity/past-range: status 503"
    ]

    server.fault = None
    trial.clock.advance(31)
    trial.ask(hours_ago(5, 0))
    assert len(trial.stored) == 5


def test_values_of_another_time_or_below_the_floor_are_not_stored(server: FakeElectricityMaps) -> None:
    """The floor of DE is 5 g: 2 g cannot be right. The hour at 02:00 was not asked for."""
    rows = [
        {"zone": "DE", "carbonIntensity": value, "datetime": f"2026-03-03T{hour:02}:00:00Z", "isEstimated": False}
        for hour, value in ((2, 300), (6, 2), (7, 301))
    ]
    server.fault = only(PAST_RANGE, changed(data=rows))
    trial = Trial(server)

    trial.ask(hours_ago(4, 0))

    assert [value.gco2e_per_kwh for value in trial.stored] == [301]


def test_the_numbers_of_a_sandbox_key_are_not_stored(server: FakeElectricityMaps) -> None:
    rows = [{"carbonIntensity": 300, "datetime": "2026-03-03T06:00:00Z", "estimationMethod": "SANDBOX_MODE_DATA"}]
    server.fault = only(PAST_RANGE, changed(data=rows))
    trial = Trial(server)

    trial.ask(hours_ago(4, 0))

    assert trial.stored == []


@contextmanager
def held(server: FakeElectricityMaps) -> Iterator[None]:
    """No answer of past-range arrives before the end of the block."""
    released = threading.Event()

    def wait(_call: Call, good: Answer) -> Answer:
        released.wait(HANG_SECONDS)
        return good

    server.fault = only(PAST_RANGE, wait)
    try:
        yield
    finally:
        released.set()


def test_a_request_waits_no_longer_than_its_deadline_and_the_values_come_later(server: FakeElectricityMaps) -> None:
    trial = Trial(server, deadline=0.1)

    with held(server), promptly():
        trial.ask(hours_ago(5, 0))
        assert trial.stored == []

    assert eventually(lambda: len(trial.stored) == 5)


def test_while_a_call_is_in_progress_the_same_question_joins_it(server: FakeElectricityMaps) -> None:
    trial = Trial(server, deadline=0.1)

    with held(server), promptly():
        for _ in range(3):
            trial.ask(hours_ago(5, 0))

    assert eventually(lambda: len(trial.stored) == 5)
    assert len(trial.calls) == 1


def test_no_call_is_sent_while_calls_are_held_back(server: FakeElectricityMaps) -> None:
    server.fault = only(PAST_RANGE, always(reply({}, 429, Retry_After="600")))
    trial = Trial(server)

    trial.ask(hours_ago(5, 0))
    server.fault = None
    trial.ask(hours_ago(9, 0))

    assert len(trial.calls) == 1


def test_half_of_a_limited_number_of_calls_is_left_to_the_values_of_now(server: FakeElectricityMaps) -> None:
    """Of ten calls an hour the first five may be for new zones and the past: one is for the plan, four are left."""
    trial = Trial(server, el_maps_calls_per_hour="10", upstream_concurrency=1)

    for first in range(200, 100, -10):
        trial.ask(hours_ago(first, first - 1))

    assert len(trial.calls) == 4


def test_what_cannot_be_stored_is_asked_for_again_after_half_a_minute(server: FakeElectricityMaps) -> None:
    trial = Trial(server)
    trial.fails = True
    trial.ask(hours_ago(5, 0))

    trial.fails = False
    trial.ask(hours_ago(5, 0))
    assert trial.stored == []
    trial.clock.advance(31)
    trial.ask(hours_ago(5, 0))
    assert len(trial.stored) == 5


def test_without_a_history_no_source_tells_the_past(server: FakeElectricityMaps) -> None:
    settings = Settings(el_maps_api_key=KEY, el_maps_base_url=server.base_url, sources=NAME)

    assert build_reader(settings).open().past_sources("DE") == []
