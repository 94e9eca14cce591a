"""The bodies of carbon-intensity/past-range."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from carbon.intensity import Quality
from grid.source import MalformedReply
from grid.sources.electricity_maps import replies
from tests.grid.electricity_maps.bodies import body

SIX = datetime(2026, 2, 10, 6, tzinfo=UTC)
RANGE = SIX, SIX + timedelta(hours=4), datetime(2026, 3, 3, 9, 50, tzinfo=UTC)  # start, end, now


def test_a_past_range_is_each_hour_with_its_value_and_quality() -> None:
    hours = replies.past_range(body("carbon_intensity_past_range"), "FR", *RANGE)

    assert [(hour.starts_at.hour, hour.gco2e_per_kwh) for hour in hours] == [(6, 31), (7, 33), (8, 35), (9, 37)]
    assert {hour.quality for hour in hours} == {Quality.MEASURED}
    assert {hour.ends_at - hour.starts_at for hour in hours} == {timedelta(hours=1)}


def test_a_past_range_without_any_value_is_empty_and_not_wrong() -> None:
    row = {"datetime": "2026-02-10T06:00:00.000Z", "carbonIntensity": None}

    assert replies.past_range({"zone": "FR", "data": []}, "FR", *RANGE) == []
    assert replies.past_range({"zone": "FR", "data": [row]}, "FR", *RANGE) == []


def test_a_past_range_that_says_what_it_summed_is_read_by_its_granularity() -> None:
    """A mean over days stands for no hour."""
    rows = [{"datetime": "2026-02-10T06:00:00.000Z", "carbonIntensity": 31}]
    hourly = {"zone": "FR", "data": rows, "temporalGranularity": "hourly", "aggregationPeriod": "hourly"}

    assert len(replies.past_range(hourly, "FR", *RANGE)) == 1
    with pytest.raises(MalformedReply, match="wrong-granularity"):
        replies.past_range({**hourly, "temporalGranularity": "daily"}, "FR", *RANGE)
