"""The mean of a past time: the readings of one source without a gap, and the outlook from the present hour on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from carbon.errors import HistoryIncomplete
from carbon.intensity import CarbonIntensity, Quality
from planning.history.mean import past_mean
from planning.outlook.zones import build_outlook
from store.history.readings import Readings
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import flat
from tests.fakes.past import readings

NOW = datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
TEN = NOW.replace(minute=0)
HOUR = timedelta(hours=1)


def mean(sources: Sequence[Readings], start: datetime, end: datetime) -> CarbonIntensity:
    """In Germany, where it is 500 g now and will be."""
    outlook = build_outlook(["DE"], cloud_map().profiles, {"DE": flat(NOW, 500.0)}, now=NOW, hours=24)
    return past_mean("DE", sources, outlook, start, end)


def test_each_reading_counts_for_the_time_it_shares_with_the_run() -> None:
    intensity = mean([readings(TEN - 3 * HOUR, [100.0, 200.0, 400.0])], TEN - 2.5 * HOUR, TEN - 0.5 * HOUR)

    # Half an hour of 100, an hour of 200, half an hour of 400: 450 / 2.
    assert intensity.gco2e_per_kwh == pytest.approx(225.0)
    provenance = intensity.provenance
    assert (provenance.quality, provenance.source) == (Quality.MEASURED, "one")
    assert (provenance.starts_at, provenance.age_seconds) == (TEN - 2.5 * HOUR, 3600)  # it ended an hour ago


def test_seconds_count() -> None:
    intensity = mean([readings(TEN - HOUR, [100.0, 400.0], minutes=1)], TEN - HOUR, TEN - HOUR + timedelta(seconds=90))

    assert intensity.gco2e_per_kwh == pytest.approx(200.0)  # (60 x 100 + 30 x 400) / 90


def test_the_worst_quality_of_the_readings_used_is_named() -> None:
    estimated = readings(TEN - 2 * HOUR, [100.0, 100.0], quality=Quality.ESTIMATED)

    assert mean([estimated], TEN - 2 * HOUR, TEN).provenance.quality is Quality.ESTIMATED


def test_from_the_present_hour_on_the_outlook_is_used() -> None:
    intensity = mean([readings(TEN - 2 * HOUR, [100.0, 200.0])], TEN - 2 * HOUR, TEN + 2 * HOUR)

    assert intensity.gco2e_per_kwh == pytest.approx(325.0)  # (100 + 200 + 2 x 500) / 4
    assert intensity.provenance.quality is Quality.FORECAST
    assert intensity.provenance.age_seconds == 0
    assert intensity.grid is None


def test_a_gap_is_refused_and_named() -> None:
    with pytest.raises(HistoryIncomplete) as error:
        mean([readings(TEN - 4 * HOUR, [100.0, None, 300.0, None])], TEN - 4.5 * HOUR, TEN)

    gaps = [(gap["starts_at"], gap["ends_at"]) for gap in error.value.facts["missing"]]  # type: ignore[attr-defined]
    assert gaps == [
        (TEN - 4.5 * HOUR, TEN - 4 * HOUR),
        (TEN - 3 * HOUR, TEN - 2 * HOUR),
        (TEN - HOUR, TEN),
    ]
    assert str(error.value) == "the stored readings of DE lack 2.5 hours of the time asked for"


def test_without_any_reading_all_of_the_past_is_missing() -> None:
    with pytest.raises(HistoryIncomplete) as error:
        mean([], TEN - HOUR, TEN + 5 * HOUR)

    assert error.value.facts["missing"] == [{"starts_at": TEN - HOUR, "ends_at": TEN}]


def test_the_complete_source_is_used_and_of_two_the_trusted_one() -> None:
    broken = readings(TEN - 2 * HOUR, [100.0, None], source="broken")
    first = readings(TEN - 2 * HOUR, [200.0, 200.0], source="first")
    second = readings(TEN - 2 * HOUR, [300.0, 300.0], source="second")

    assert mean([broken, first, second], TEN - 2 * HOUR, TEN).provenance.source == "first"
