"""How long a region stays about as green as it is ranked, and how long a job may run. Numbers by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from carbon.locations import ScheduleLimits
from carbon.reading import ZoneReading
from catalog.profiles import hour_of
from planning.outlook.zone_hours import ZoneHours, zone_hours
from planning.scheduling.green_run import stays_until
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import forecast, known, observation

NOW = datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
HOUR = 3600.0
HALF_PAST = 0.5 * HOUR  # now, counted from the hour's start


def hours(reading: ZoneReading, zone: str = "GB", count: int = 200) -> ZoneHours:
    return zone_hours(zone, cloud_map().profiles, reading, hour_of(NOW), count)


def test_the_run_goes_on_while_a_step_is_at_most_a_tenth_higher() -> None:
    # 1.10 x 20 = 22: 21 and 22 belong to the run, 22.1 ends it at 13:00.
    assert stays_until(hours(known(NOW, [20.0, 21.0, 22.0, 22.1, 20.0])), HALF_PAST, 20.0) == 3 * HOUR


@pytest.mark.parametrize(("ranked", "step"), [(11.12, 12.232), (23.1, 25.41), (41.5, 45.65), (17.3, 19.03)])
def test_exactly_a_tenth_higher_belongs_to_the_run(ranked: float, step: float) -> None:
    assert stays_until(hours(known(NOW, [ranked, step, 999.0])), HALF_PAST, ranked) == 2 * HOUR


def test_the_run_is_unbroken_a_later_green_hour_does_not_count() -> None:
    assert stays_until(hours(known(NOW, [20.0, 30.0, 20.0, 20.0])), HALF_PAST, 20.0) == HOUR


def test_the_first_step_always_counts() -> None:
    # Ranked by a mean of 20 over a job that begins in an hour of 40.
    assert stays_until(hours(known(NOW, [40.0, 19.0, 19.0, 99.0])), HALF_PAST, 20.0) == 3 * HOUR


def test_the_run_is_followed_to_the_end_of_the_forecast() -> None:
    assert stays_until(hours(known(NOW, [20.0] * 5)), HALF_PAST, 20.0) == 5 * HOUR


def test_the_run_may_begin_in_a_later_hour() -> None:
    # From 14:00, the fourth hour after 10:00: 40, 43 and 44 are at most 1.10 x 41.5 = 45.65, 46 is not.
    zone = hours(known(NOW, [100.0, 50.0, 54.0, 56.0, 40.0, 43.0, 44.0, 46.0, 40.0]))

    assert stays_until(zone, 4 * HOUR, 41.5) == 7 * HOUR


def test_without_a_forecast_the_run_is_followed_for_24_hours() -> None:
    # A zone without a profile is flat at its annual figure, which never ends the run.
    flat = next(name for name, zone in cloud_map().zones.items() if zone.profile_basis == "flat" and zone.gco2e_per_kwh)
    zone = hours(ZoneReading(reason="no-key"), flat)

    assert stays_until(zone, HALF_PAST, float(zone.values[0])) == 24 * HOUR


def test_after_the_forecast_has_ended_the_run_is_followed_for_24_hours() -> None:
    flat = next(name for name, zone in cloud_map().zones.items() if zone.profile_basis == "flat" and zone.gco2e_per_kwh)
    usual = float(hours(ZoneReading(reason="no-key"), flat).values[0])
    zone = hours(ZoneReading(latest=observation(NOW, usual), forecast=forecast(NOW, [usual] * 5)), flat)

    assert stays_until(zone, 6.5 * HOUR, float(zone.values[6])) == 30 * HOUR


def test_where_no_intensity_is_known_only_the_first_step_counts() -> None:
    zone = hours(ZoneReading(reason="no-key"), "AU-TAS-CBI")

    assert stays_until(zone, HALF_PAST, float(zone.values[0])) == HOUR


@pytest.mark.parametrize(
    ("seconds", "minutes", "hours"),
    [
        (0, 0, 0),
        (29, 0, 0),
        (30, 1, 0),
        (89, 1, 0),
        (90, 2, 0),
        (1799, 30, 0),
        (1800, 30, 1),
        (5399, 90, 1),
        (5400, 90, 2),
    ],
)
def test_limits_are_whole_seconds_and_the_same_rounded_half_up(seconds: int, minutes: int, hours: int) -> None:
    limits = ScheduleLimits.between(NOW, NOW + timedelta(seconds=seconds))

    assert (limits.seconds, limits.minutes, limits.hours) == (seconds, minutes, hours)


def test_where_the_run_has_ended_no_job_may_run() -> None:
    assert ScheduleLimits.between(NOW, NOW - timedelta(seconds=1)) == ScheduleLimits(seconds=0, minutes=0, hours=0)
