"""Our own forecast in the outlook: after what an upstream tells, before the profile. Numbers by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from catalog.profiles import hour_of
from planning.outlook.forecast_choice import RecentForecast, RecentForecasts
from planning.outlook.grid_range import grid_range
from planning.outlook.zones import build_outlook
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import forecast, known, observation
from tests.unit.zone_hours import HOUR, NOW, TEN, outlook, steps


def recent(*values: float, low: float = 0.8, high: float = 1.3, hours_ago: int = 0) -> RecentForecast:
    """Our own forecast from 10:00 on, or from earlier; low, high: times the values."""
    hours = np.array(values, np.float32)
    return RecentForecast(
        origin=hour_of(TEN) - hours_ago,
        values=hours,
        low=(hours * low).astype(np.float32),
        high=(hours * high).astype(np.float32),
        history_hours=336,
    )


def test_without_a_live_value_every_hour_is_our_own_forecast() -> None:
    found = outlook(recent=recent(*range(200, 212)))

    assert steps(found)[:12] == list(range(200, 212))
    now, later = found.current("CLOCK"), found.hour("CLOCK", 5)
    for intensity in (now, later):
        assert (intensity.provenance.quality, intensity.provenance.source) == (Quality.FORECAST, "recent-hours-336h")
        assert intensity.provenance.derivation.method == "own forecast from the last 336 h"
        assert (intensity.provenance.age_seconds, intensity.provenance.fallback_reason) == (0, "no-key")
    assert later.low_gco2e_per_kwh == pytest.approx(205 * 0.8)
    assert later.high_gco2e_per_kwh == pytest.approx(205 * 1.3)


def test_a_live_value_that_is_newer_than_the_forecast_moves_its_first_hours() -> None:
    found = outlook(ZoneReading(latest=observation(NOW, 240)), recent=recent(*[200] * 12))

    # 240 is a fifth above the 200 expected; the fifth halves in 6 h: 200 x (1 + 0.2 x 2^(-1/6)) = 235.636.
    assert steps(found)[0:2] == pytest.approx([240, 235.636], rel=1e-5)
    assert steps(found)[6] == pytest.approx(220)
    assert found.current("CLOCK").provenance.source == "electricity-maps"
    assert found.hour("CLOCK", 6).low_gco2e_per_kwh == pytest.approx(220 * 0.8)


def test_a_live_value_that_the_history_held_already_moves_nothing() -> None:
    found = outlook(ZoneReading(latest=observation(NOW, 240, hours_ago=1)), recent=recent(*[200] * 12))

    assert steps(found)[:3] == [240, 200, 200]


def test_an_upstream_s_forecast_counts_as_far_as_it_reaches_then_our_own_at_its_level_and_then_the_profile() -> None:
    found = outlook(known(NOW, [300, 300, 300]), recent=recent(*[200] * 6))

    # 300 over 200 is 1.5, which relaxes with a half-life of 24 h: 200 x (1 + 0.5 x 2^(-1/24)) = 297.1532 at 13:00.
    # Our own six hours are 1200 over the profile's 110 + ... + 115 = 675. At 16:00 the profile of 116 has the level
    # 1 + (1200/675 - 1) x 2^(-1/96) = 1.772183, so 205.5732; the upstream's ratio is 1 + 0.5 x 2^(-4/24) = 1.445449.
    assert steps(found)[:3] == [300, 300, 300]
    assert steps(found)[3] == pytest.approx(297.1532, rel=1e-5)
    assert steps(found)[6] == pytest.approx(297.1456, rel=1e-5)


def test_an_answer_names_what_its_hours_rest_on_and_where_the_profile_begins() -> None:
    found = outlook(known(NOW, [300, 300, 300]), recent=recent(*[200] * 6))

    def described(start: int, end: int) -> tuple[str, str, str | None]:
        origin = found.mean("CLOCK", start * HOUR, (end - start) * HOUR).provenance
        return origin.quality, origin.source, origin.derivation.method

    method = "own forecast from the last 336 h"
    assert described(1, 3) == ("forecast", "electricity-maps-forecast", None)
    assert described(2, 5) == ("forecast", "electricity-maps-forecast", method)
    assert described(3, 6) == ("forecast", "recent-hours-336h", method)
    assert described(5, 7) == ("baseline", "recent-hours-336h", method)
    assert described(6, 8) == ("baseline", "profile-scaled-to-forecast", None)
    assert found.mean("CLOCK", 5 * HOUR, 2 * HOUR).provenance.baseline_from == TEN + timedelta(hours=6)


def test_the_range_of_several_hours_is_that_of_the_mean_of_their_centiles() -> None:
    hours = recent(200, 100, 100)
    found = outlook(recent=replace(hours, low=np.array([160, 50, 90], np.float32)))

    # From 10:30 to 12:00: half of 200 and all of 100 are 200 in 1.5 h. Low: 80 + 50 = 130. High: 1.3 times all.
    mean = found.mean("CLOCK", 0.5 * HOUR, 1.5 * HOUR)

    assert mean.gco2e_per_kwh == pytest.approx(200 / 1.5)
    assert mean.grid is not None
    assert mean.grid.low == pytest.approx(130 / 200)
    assert mean.grid.high == pytest.approx(1.3)


def test_hours_before_and_after_our_own_have_the_range_of_backtests() -> None:
    profiles = cloud_map().profiles
    reading = ZoneReading(latest=observation(NOW, 240, hours_ago=1, zone="DE"))
    one = build_outlook(["DE"], profiles, {"DE": reading}, now=NOW, hours=24, recent={"DE": recent(200, 200, 200)})

    # 240 of the live hour and twice 200 of our own: each part's range, weighted by its grams.
    live = grid_range(profiles, "DE", live=True, upstream=False, lead_hours=0, duration_hours=1)
    mean = one.mean("DE", 0, 3 * HOUR)

    assert live is not None
    assert mean.grid is not None
    assert mean.grid.low == pytest.approx((240 * live.low + 400 * 0.8) / 640)
    assert mean.grid.high == pytest.approx((240 * live.high + 400 * 1.3) / 640)


def test_steps_shorter_than_an_hour_have_the_value_and_range_of_their_hour() -> None:
    quarters = replace(forecast(NOW, [300.0] * 8), step_seconds=900)
    found = outlook(ZoneReading(latest=observation(NOW, 300), forecast=quarters), recent=recent(*[200] * 24))

    # Two hours of the upstream at 1.5 times our own; the third hour's first quarter is a quarter of an hour later.
    assert steps(found)[8] == pytest.approx(200 * (1 + 0.5 * 2 ** (-0.25 / 24)), rel=1e-6)
    assert found.mean("CLOCK", 2 * HOUR, 900).low_gco2e_per_kwh == pytest.approx(0.8 * steps(found)[8])


def test_of_an_older_forecast_the_hours_that_are_left_count() -> None:
    assert steps(outlook(recent=recent(*range(200, 212), hours_ago=3)))[:9] == list(range(203, 212))
    assert steps(outlook(recent=recent(*range(200, 212), hours_ago=11)))[:2] == [110, 111]
    assert steps(outlook(recent=recent(*range(200, 212), hours_ago=-1)))[:2] == [110, 111]


def test_a_zone_without_a_profile_is_known_as_far_as_our_own_forecast_reaches() -> None:
    found = outlook(zone="NOBODY", recent=recent(200, 210, 220))

    assert steps(found)[:3] == [200, 210, 220]
    assert np.isnan(steps(found)[3:]).all()


def test_forecasts_with_other_values_have_another_version() -> None:
    first, same, other = (RecentForecasts.of({"X": recent(value)}).version for value in (200, 200, 201))

    assert first == same != other
    assert RecentForecasts.of({}).version == ""
