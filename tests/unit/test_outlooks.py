"""Outlooks are cached by zones, hours and the version of the data, never longer than these stay the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from carbon.reading import ZoneReading
from planning.outlook.outlooks import Outlooks
from planning.outlook.zone_hours import USUAL_HOURS
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import observation

MAPPING = cloud_map()
NOW = datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
ZONE = "DE"


def readings(gco2e_per_kwh: float, *, hours_ago: int = 0) -> dict[str, ZoneReading]:
    return {ZONE: ZoneReading(latest=observation(NOW, gco2e_per_kwh, hours_ago=hours_ago, zone=ZONE))}


def test_an_equal_question_about_the_same_data_gets_the_same_outlook() -> None:
    outlooks = Outlooks(MAPPING)
    first = outlooks.of([ZONE], readings(300), "v1", now=NOW, hours=24)
    assert outlooks.of((ZONE,), readings(300), "v1", now=NOW, hours=24) is first


def test_new_data_give_a_new_outlook() -> None:
    outlooks = Outlooks(MAPPING)
    before = outlooks.of([ZONE], readings(300), "v1", now=NOW, hours=24)
    after = outlooks.of([ZONE], readings(200), "v2", now=NOW, hours=24)
    assert (before.current(ZONE).gco2e_per_kwh, after.current(ZONE).gco2e_per_kwh) == (300, 200)


def test_another_minute_or_another_number_of_hours_is_another_outlook() -> None:
    outlooks = Outlooks(MAPPING)
    first = outlooks.of([ZONE], readings(300), "v1", now=NOW, hours=24)
    later = outlooks.of([ZONE], readings(300), "v1", now=NOW + timedelta(minutes=1), hours=24)
    longer = outlooks.of([ZONE], readings(300), "v1", now=NOW, hours=25)
    assert (first.offset_seconds, later.offset_seconds) == (1800, 1860)
    assert (first.hours, longer.hours) == (24, 25)


def test_a_live_value_is_left_out_for_those_who_ask_for_newer_ones() -> None:
    # It stood for 09:00 to 10:00, and so ended 30 minutes before 10:30.
    outlooks, old = Outlooks(MAPPING), readings(300, hours_ago=1)
    assert outlooks.of([ZONE], old, "v1", now=NOW, hours=24).current(ZONE).gco2e_per_kwh == 300
    newer_only = outlooks.of([ZONE], old, "v1", now=NOW, hours=24, max_age_minutes=20).current(ZONE)
    assert newer_only.provenance.fallback_reason == "stale"


def test_an_outlook_longer_than_usual_is_not_kept_in_memory() -> None:
    outlooks = Outlooks(MAPPING)
    first = outlooks.of([ZONE], readings(300), "v1", now=NOW, hours=USUAL_HOURS + 1)
    assert outlooks.of([ZONE], readings(300), "v1", now=NOW, hours=USUAL_HOURS + 1) is not first
