"""The events of the last hour, in each of both stores, and the publisher that all workers are together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carbon.events import ZoneLook
from carbon.intensity import CarbonIntensity, Provenance, Quality
from push.codec import decode_event
from push.publisher import LOCK, Publisher
from store.push import event_log, redis_log, sqlite_log
from store.push.event_log import MICROSECONDS, EventLog, StoredLook
from store.push.redis_log import RedisLog
from store.push.sqlite_log import SqliteLog
from store.redis_link import RedisLink
from telemetry import SILENT
from tests.fakes.clock import SteppedClock
from tests.store.shared_places import Place

NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)
AT = NOON.timestamp()
FIRST_ID = round(AT * MICROSECONDS)


def log_at(place: Place) -> EventLog:
    """As one worker has it."""
    if place.redis is None:
        return SqliteLog(Path(place.where))
    return RedisLog(RedisLink(place.where, telemetry=SILENT, timeout_seconds=place.redis_seconds))


@pytest.fixture
def log(place: Place) -> EventLog:
    return log_at(place)


class Grid:
    """What a look sees, and how often anybody looked."""

    def __init__(self) -> None:
        self.grams: dict[str, float | None] = {}
        self.looks: list[tuple[str, ...]] = []
        self.unknown: set[str] = set()

    def look(self, now: datetime, zones: Sequence[str]) -> Mapping[str, ZoneLook]:
        self.looks.append(tuple(zones))
        origin = Provenance(quality=Quality.MEASURED, source="a-source", starts_at=NOON, age_seconds=0)
        return {
            zone: ZoneLook(zone=zone, now=CarbonIntensity(gco2e_per_kwh=self.grams.get(zone), provenance=origin))
            for zone in zones
            if zone not in self.unknown
        }


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(NOON)


@pytest.fixture
def grid() -> Grid:
    return Grid()


@pytest.fixture
def workers(place: Place, grid: Grid, clock: SteppedClock) -> list[Publisher]:
    return [Publisher(log_at(place), place.store(), grid.look, utc_now=clock.utc_now) for _ in range(2)]


def told(worker: Publisher) -> list[tuple[str, float | None]]:
    events = [decode_event(*row) for row in worker.log.behind(0, 100).events]
    return [(event.zone, event.now.gco2e_per_kwh) for event in events if event is not None]


def test_an_empty_log_has_nothing(log: EventLog) -> None:
    assert log.look() == StoredLook()
    part = log.behind(0, 10)
    assert (part.events, part.newest) == ((), 0)


def test_nobody_can_go_on_behind_an_id_of_an_empty_log_which_gave_none(log: EventLog) -> None:
    assert [log.behind(after, 10).is_gapless for after in (0, 1, FIRST_ID)] == [False, False, False]


def test_events_are_read_by_another_worker_in_order_with_ids_that_rise(place: Place) -> None:
    one, other = log_at(place), log_at(place)

    assert one.append(StoredLook(), b"a look", [b"first", b"second"], AT)
    assert other.append(other.look(), None, [b"second"], AT)

    ids = [FIRST_ID, FIRST_ID + 1, FIRST_ID + 2]
    assert one.behind(0, 10).events == tuple(zip(ids, [b"first", b"second", b"second"], strict=True))
    assert one.behind(ids[0], 1).events == ((ids[1], b"second"),)
    assert one.behind(ids[2], 10).events == ()
    assert one.behind(ids[0], 1).newest == ids[2]


def test_a_look_that_saw_nothing_new_keeps_what_the_one_before_saw(log: EventLog) -> None:
    log.append(StoredLook(), b"a look", [], AT)
    log.append(log.look(), None, [], AT + 60)

    assert log.look() == StoredLook(number=2, at=AT + 60, body=b"a look")


def test_the_look_of_a_worker_that_was_too_slow_is_refused_with_its_events(log: EventLog) -> None:
    before = log.look()
    assert log.append(before, b"newer", [b"told"], AT)

    assert not log.append(before, b"late", [b"told twice"], AT)

    assert log.look().body == b"newer"
    assert [body for _, body in log.behind(0, 10).events] == [b"told"]


def test_ids_rise_while_the_clock_is_set_back(log: EventLog) -> None:
    log.append(StoredLook(), b"", [b"first"], AT)
    log.append(log.look(), None, [b"second"], AT - 3600)

    assert [event for event, _ in log.behind(0, 10).events] == [FIRST_ID, FIRST_ID + 1]


def test_events_older_than_the_promised_hour_are_dropped_and_their_readers_told_of_the_gap(log: EventLog) -> None:
    log.append(StoredLook(), b"", [b"old", b"older than it will be"], AT)
    log.append(log.look(), None, [b"middle"], AT + 1800)
    log.append(log.look(), None, [b"new"], AT + 3600)
    assert log.behind(FIRST_ID, 10).is_gapless

    log.append(log.look(), None, [b"newest"], AT + 4600)

    assert [body for _, body in log.behind(0, 10).events] == [b"middle", b"new", b"newest"]
    assert not log.behind(FIRST_ID, 10).is_gapless
    assert log.behind(FIRST_ID + 1, 10).is_gapless  # the last one that was dropped


def test_no_more_events_than_allowed_are_stored(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_log, "MOST_EVENTS", 3)
    limited = redis_log._APPEND.replace(f"-{event_log.MOST_EVENTS} ", "-3 ")
    monkeypatch.setattr(redis_log, "_APPEND", limited)
    log = log_at(place)
    log.append(StoredLook(), b"", [b"1", b"2", b"3", b"4", b"5"], AT)

    assert [body for _, body in log.behind(0, 10).events] == [b"3", b"4", b"5"]
    assert (log.behind(FIRST_ID, 10).is_gapless, log.behind(FIRST_ID + 1, 10).is_gapless) == (False, True)


def test_an_id_that_this_log_never_gave_is_a_gap(log: EventLog) -> None:
    log.append(StoredLook(), b"", [b"first"], AT)

    assert not log.behind(FIRST_ID + 5, 10).is_gapless
    assert not log.behind(FIRST_ID - MICROSECONDS, 10).is_gapless


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path)
    log.append(StoredLook(), b"a look", [b"first"], AT)
    (tmp_path / sqlite_log.FILE).write_bytes(b"no database" * 1000)

    other = SqliteLog(tmp_path)

    assert other.look() == StoredLook()
    assert other.append(StoredLook(), b"a look", [b"after"], AT + 60)
    assert [body for _, body in other.behind(0, 10).events] == [b"after"]
    assert (tmp_path / f"{sqlite_log.FILE}.damaged").exists()


def test_nobody_looks_while_nobody_listens(workers: list[Publisher], grid: Grid) -> None:
    assert [worker.look() for worker in workers] == [False, False]
    assert grid.looks == []


def test_one_worker_looks_in_each_minute_at_what_others_listen_to(
    workers: list[Publisher], grid: Grid, clock: SteppedClock
) -> None:
    workers[0].listen(lambda: ["GB"])
    workers[0].look()
    grid.looks.clear()

    for _ in range(3):
        clock.advance(60)
        assert [workers[1].look(), workers[0].look(), workers[1].look()] == [True, False, False]

    assert grid.looks == [("GB",)] * 3


def test_a_zone_that_is_new_to_the_listeners_is_looked_at_at_once(
    workers: list[Publisher], grid: Grid, clock: SteppedClock
) -> None:
    zones = ["GB"]
    workers[0].listen(lambda: zones)
    workers[0].look()
    clock.advance(61)
    workers[0].look()
    zones.append("DE")

    clock.advance(1)

    assert workers[0].look()
    assert grid.looks[-1] == ("DE", "GB")


def test_a_zone_that_the_facts_do_not_have_any_more_is_not_looked_for_every_second(
    workers: list[Publisher], grid: Grid, clock: SteppedClock
) -> None:
    grid.unknown = {"XX"}
    workers[0].listen(lambda: ["GB", "XX"])

    assert [workers[0].look(), workers[0].look(), workers[0].look()] == [True, False, False]


def test_what_changes_is_logged_once_and_the_first_sight_of_a_zone_is_no_change(
    workers: list[Publisher], grid: Grid, clock: SteppedClock
) -> None:
    for worker in workers:
        worker.listen(lambda: ["GB", "DE"])
    for grams in (200.0, 200.0, 150.0, None):
        grid.grams["GB"] = grams
        for worker in workers:
            worker.look()
        clock.advance(60)

    assert told(workers[0]) == told(workers[1]) == [("GB", 150.0), ("GB", None)]


def test_looks_go_on_for_an_hour_after_the_last_listener(
    workers: list[Publisher], grid: Grid, clock: SteppedClock
) -> None:
    zones = ["GB"]
    workers[0].listen(lambda: zones)
    workers[0].look()
    zones.clear()

    clock.advance(3540)
    assert workers[1].look()
    clock.advance(120)
    assert not workers[1].look()


def test_a_worker_that_holds_the_lock_looks_alone_and_one_that_died_is_followed_by_another(
    workers: list[Publisher], place: Place, grid: Grid, clock: SteppedClock
) -> None:
    workers[0].listen(lambda: ["GB"])
    lock = place.store().lock(LOCK)
    assert lock.acquire(wait=False)

    assert not workers[0].look()
    lock.release()
    assert workers[0].look()


def test_the_changes_of_the_time_without_a_publisher_are_told_by_the_next_one(
    workers: list[Publisher], grid: Grid, clock: SteppedClock
) -> None:
    workers[0].listen(lambda: ["GB"])
    grid.grams["GB"] = 200.0
    workers[0].look()
    grid.grams["GB"] = 100.0

    clock.advance(timedelta(minutes=20).total_seconds())
    workers[1].look()

    assert told(workers[1]) == [("GB", 100.0)]


def test_a_value_that_changes_between_an_answer_and_the_first_look_is_told(
    workers: list[Publisher], grid: Grid, clock: SteppedClock
) -> None:
    one, other = workers
    grid.grams["DE"] = 300.0
    one.compare_with(grid.look(NOON, ["DE"]))  # what a client is told as the present value
    grid.grams["DE"] = 200.0
    other.listen(lambda: ["DE"])

    assert other.look()
    assert told(other) == [("DE", 200.0)]


def test_a_value_that_an_answer_shows_first_is_told_to_all_others(
    workers: list[Publisher], grid: Grid, clock: SteppedClock
) -> None:
    one, other = workers
    grid.grams = {"DE": 300.0, "FR": 50.0}
    other.listen(lambda: ["DE", "FR"])
    other.look()
    grid.grams["DE"] = 250.0

    for _ in range(2):
        one.compare_with(grid.look(NOON, ["DE"]))

    assert told(other) == [("DE", 250.0)]
    clock.advance(60)
    grid.grams |= {"DE": 300.0, "FR": 60.0}
    other.look()
    assert told(other) == [("DE", 250.0), ("DE", 300.0), ("FR", 60.0)]
