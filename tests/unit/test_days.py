"""The next 24 hours of one region."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from carbon.results import RegionDetails
from engine import Engine
from planning.outlook.region_day import lowest_steps
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat, forecast, known, observation

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
TEN = datetime(2026, 11, 18, 10, tzinfo=UTC)
# 200 for twelve hours from 10:00, 100 for the next twelve, 700 after.
DAY = [200.0] * 12 + [100.0] * 12 + [700.0] * 48


def details(reading: ZoneReading, *, now: datetime = NOW) -> RegionDetails:
    return Engine(cloud_map(), FakeReader({"US-NW-PACW": reading})).at(now).region_details("aws:us-west-2")


def test_the_average_is_weighted_by_time_and_the_extremes_are_of_the_hours_touched() -> None:
    region = details(known(NOW, DAY))

    # 10:20 to 10:20: 11 h 40 min of 200, 12 h of 100, 20 minutes of 700.
    assert region.average.gco2e_per_kwh == pytest.approx((700 * 200 + 720 * 100 + 20 * 700) / 1440)
    assert (region.minimum, region.maximum) == (100, 700)


def test_on_the_full_hour_the_25th_step_plays_no_part() -> None:
    region = details(known(TEN, DAY), now=TEN)

    assert region.average.gco2e_per_kwh == pytest.approx(150)
    assert (region.minimum, region.maximum) == (100, 200)


def test_the_nine_lowest_hours_are_named_in_time_order_the_earlier_of_equals() -> None:
    region = details(known(NOW, DAY))

    # 100 from 22:00 to 10:00; the first nine of those twelve.
    assert region.optimal_hours_utc == (22, 23, 0, 1, 2, 3, 4, 5, 6)


def test_the_lowest_hours_need_not_follow_each_other() -> None:
    values = [100.0 if hour % 2 else 200.0 + hour for hour in range(24)]

    # Twelve odd steps share the lowest value; the first nine of them.
    assert lowest_steps(np.array(values)) == [1, 3, 5, 7, 9, 11, 13, 15, 17]


def test_no_hour_is_named_where_they_differ_by_under_two_percent() -> None:
    assert details(flat(NOW, 300)).optimal_hours_utc == ()
    # 98.1 of 100 is within 2 %, 97.9 is not.
    assert lowest_steps(np.array([100.0] * 23 + [98.1])) == []
    assert lowest_steps(np.array([100.0] * 23 + [97.9])) == [0, 1, 2, 3, 4, 5, 6, 7, 23]


def test_each_hour_has_its_time_value_and_quality() -> None:
    reading = ZoneReading(latest=observation(NOW, 40), forecast=forecast(NOW, [55.0, 60.0, 65.0]))

    region = details(reading)

    assert len(region.hours) == 24
    assert [hour.starts_at for hour in region.hours] == [TEN + timedelta(hours=step) for step in range(24)]
    assert [hour.intensity.gco2e_per_kwh for hour in region.hours[:3]] == [40, 60, 65]
    assert [hour.intensity.provenance.quality for hour in region.hours[:4]] == [
        Quality.MEASURED,
        Quality.FORECAST,
        Quality.FORECAST,
        Quality.BASELINE,
    ]
    assert region.baseline_from == TEN + timedelta(hours=3)


def test_a_day_wholly_forecast_has_no_baseline_and_one_without_live_data_is_all_baseline() -> None:
    assert details(known(NOW, DAY)).baseline_from is None
    assert details(ZoneReading(latest=observation(NOW, 40))).baseline_from is None
    assert details(ZoneReading(reason="no-key")).baseline_from == TEN


def test_a_flat_baseline_says_so() -> None:
    # The baseline of Hong Kong is its annual figure at every hour, with its level corrected.
    region = Engine(cloud_map(), FakeReader()).at(NOW).region_details("aws:ap-east-1")

    assert region.average.gco2e_per_kwh == pytest.approx(region.now.intensity.gco2e_per_kwh)
    assert region.average.provenance.source == region.now.intensity.provenance.source == "annual-corrected"
    assert region.optimal_hours_utc == ()
