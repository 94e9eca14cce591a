"""What the next hours rest on: live, forecast, the profile scaled to both, the bare profile. Numbers by hand."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from tests.fakes.grid import forecast, known, observation
from tests.unit.zone_hours import HOUR, NOW, TEN, outlook, steps


def test_the_hour_of_now_is_live_and_the_forecast_follows() -> None:
    zone_outlook = outlook(ZoneReading(latest=observation(NOW, 40), forecast=forecast(NOW, [55, 60, 65])), hours=3)

    assert steps(zone_outlook) == [40, 60, 65]
    assert (zone_outlook.first_hour_at, zone_outlook.offset_seconds) == (TEN, 1200)
    assert zone_outlook.current("CLOCK").gco2e_per_kwh == 40


def test_after_the_forecast_the_profile_goes_on_at_its_level_and_the_answer_says_from_where_on() -> None:
    zone_outlook = outlook(ZoneReading(latest=observation(NOW, 40), forecast=forecast(NOW, [55, 60, 65])), hours=6)

    mean = zone_outlook.mean("CLOCK", 0, 5 * HOUR)

    # 40, 60 and 65 over the profile's 110, 111 and 112 are 165/333 = 0.495495. One hour later 1 - 0.504505 x
    # 2^(-1/96) = 0.499125 of 113, two hours later 0.502728 of 114.
    assert steps(zone_outlook)[3:5] == pytest.approx([56.4011, 57.3110], rel=1e-5)
    assert mean.gco2e_per_kwh == pytest.approx((40 + 60 + 65 + 56.4011 + 57.3110) / 5, rel=1e-5)
    assert mean.provenance.quality is Quality.BASELINE
    assert mean.provenance.source == "electricity-maps-forecast"
    assert mean.provenance.baseline_from == TEN + timedelta(hours=3)


def test_a_gap_in_the_forecast_takes_the_profile_between_the_ratios_on_its_two_sides() -> None:
    reading = ZoneReading(latest=observation(NOW, 55), forecast=forecast(NOW, [None, 60, None, 70]))

    zone_outlook = outlook(reading, hours=4)

    # 60/111 = 0.540541 and 70/113 = 0.619469: half-way 0.580005, times the 12:00 profile of 112.
    assert steps(zone_outlook) == pytest.approx([55, 60, 64.9606, 70], rel=1e-5)
    assert zone_outlook.mean("CLOCK", 0, 4 * HOUR).provenance.quality is Quality.FORECAST


def test_every_hour_of_the_upstream_is_used() -> None:
    zone_outlook = outlook(known(NOW, [50.0] * 100), hours=110)

    assert steps(zone_outlook)[:100] == [50.0] * 100
    beyond = zone_outlook.mean("CLOCK", 100 * HOUR, HOUR)
    assert (beyond.provenance.quality, beyond.provenance.source) == (Quality.BASELINE, "profile-scaled-to-forecast")
    assert beyond.provenance.age_seconds is None
    across = zone_outlook.mean("CLOCK", 99 * HOUR, 2 * HOUR)
    assert across.provenance.baseline_from == TEN + timedelta(hours=100)


@pytest.mark.parametrize("hours", [13, 25, 49, 73])
def test_a_flat_forecast_goes_on_with_the_profile_s_shape_and_without_a_jump(hours: int) -> None:
    values = steps(outlook(known(NOW, [50.0] * hours), hours=200))

    # The last 24 hours (of all, if fewer) hold every hour of the clock once: a mean of 111.5, or for the 13 hours from
    # 10:00 to 22:00 of 116. The ratio 50/111.5 relaxes by 2^(-1/96) in the first hour after.
    usual = 111.5 if hours > 24 else 116.0
    after = [100 + (10 + hour) % 24 for hour in range(hours, 200)]
    ratios = [1 + (50 / usual - 1) * 2 ** (-lead / 96) for lead in range(1, 201 - hours)]
    assert values[:hours] == [50.0] * hours
    assert values[hours:] == pytest.approx([value * ratio for value, ratio in zip(after, ratios, strict=True)])


@pytest.mark.parametrize("hours", [13, 25, 49, 73])
def test_a_forecast_with_the_profile_s_shape_goes_on_smoothly(hours: int) -> None:
    halved = [(100 + (10 + hour) % 24) / 2 for hour in range(hours)]

    values = np.array(steps(outlook(known(NOW, halved), hours=200)))

    # Half the profile at the end; its ratio then moves by less than half a percent an hour.
    ratio = values / np.array([100 + (10 + hour) % 24 for hour in range(200)])
    assert ratio[:hours] == pytest.approx(0.5)
    assert np.all(np.diff(ratio[hours - 1 :]) > 0)
    assert np.all(np.diff(ratio) < 0.005)


def test_an_upstream_forecast_that_began_earlier_is_read_at_the_right_hour() -> None:
    reading = ZoneReading(latest=observation(NOW, 40), forecast=forecast(NOW, [1, 2, 3, 4, 5], starts_in=-2))

    assert steps(outlook(reading, hours=3)) == [40, 4, 5]


def test_without_a_forecast_the_profile_is_scaled_to_live_and_the_ratio_halves_in_96_hours() -> None:
    zone_outlook = outlook(ZoneReading(latest=observation(NOW, 220), forecast=None), hours=80)

    # 220/110 = 2. After 48 h the excess of 1 is 2^-0.5 = 0.70711: the profile's 110 becomes 187.782.
    assert steps(zone_outlook)[0] == 220
    assert steps(zone_outlook)[48] == pytest.approx(110 * (1 + 2**-0.5), rel=1e-6)
    assert steps(zone_outlook)[48] == pytest.approx(187.782, rel=1e-5)
    # It goes on: after 72 h the excess is 2^-0.75 = 0.59460.
    assert steps(zone_outlook)[72] == pytest.approx(110 * 1.59460, rel=1e-5)
    mean = zone_outlook.mean("CLOCK", 0, 2 * HOUR)
    assert (mean.provenance.quality, mean.provenance.source) == (Quality.FORECAST, "profile-scaled-to-live")


@pytest.mark.parametrize("live", [5.0, 2000.0, 27.5, 440.0, 330.0])
def test_the_ratio_of_live_to_profile_is_not_bounded(live: float) -> None:
    zone_outlook = outlook(ZoneReading(latest=observation(NOW, live)), hours=2)

    # One hour on the profile is 111 and the excess has decayed by 2^(-1/96).
    assert steps(zone_outlook) == pytest.approx([live, 111 * (1 + (live / 110 - 1) * 2 ** (-1 / 96))], rel=1e-6)


def test_an_older_live_value_is_set_against_the_profile_of_its_own_hour() -> None:
    zone_outlook = outlook(ZoneReading(latest=observation(NOW, 54.5, hours_ago=1)), hours=2)

    # 54.5 stood for 09:00, whose profile is 109: ratio 0.5, applied to 11:00's 111 after one hour of decay.
    assert steps(zone_outlook) == pytest.approx([54.5, 111 * (1 - 0.5 * 0.992806)], rel=1e-6)
    assert zone_outlook.current("CLOCK").provenance.starts_at == TEN - timedelta(hours=1)


def test_age_counts_from_the_end_of_the_interval_a_value_stands_for() -> None:
    lasting = outlook(ZoneReading(latest=observation(NOW, 40))).current("CLOCK")
    past = outlook(ZoneReading(latest=observation(NOW, 40, hours_ago=1))).current("CLOCK")

    assert lasting.provenance.age_seconds == 0
    # 09:00-10:00 ended 20 minutes ago.
    assert past.provenance.age_seconds == 1200


@pytest.mark.parametrize("quality", [Quality.MEASURED, Quality.ESTIMATED])
def test_a_mean_is_measured_or_estimated_only_within_the_hour_of_now(quality: Quality) -> None:
    zone_outlook = outlook(known(NOW, [40, 60, 80], quality=quality), hours=3)

    within = zone_outlook.mean("CLOCK", zone_outlook.offset_seconds, 2400)
    beyond = zone_outlook.mean("CLOCK", zone_outlook.offset_seconds, 2401)

    assert (within.provenance.quality, within.provenance.source) == (quality, "electricity-maps")
    assert within.gco2e_per_kwh == pytest.approx(40)
    assert (beyond.provenance.quality, beyond.provenance.source) == (Quality.FORECAST, "electricity-maps-forecast")


def test_a_mean_weighs_partial_hours_by_their_seconds() -> None:
    zone_outlook = outlook(known(NOW, [40, 60, 80, 100]), hours=4)

    mean = zone_outlook.mean("CLOCK", zone_outlook.offset_seconds, 2 * HOUR)

    # From 10:20 to 12:20: 40 minutes of 40, 60 of 60, 20 of 80.
    assert mean.gco2e_per_kwh == pytest.approx((40 * 40 + 60 * 60 + 20 * 80) / 120)
    assert mean.provenance.starts_at == NOW


def test_a_forecast_without_a_live_value_is_a_forecast_from_this_hour_on() -> None:
    zone_outlook = outlook(ZoneReading(forecast=forecast(NOW, [55, 60, 65]), reason="timeout"), hours=5)

    current = zone_outlook.current("CLOCK")

    # 180 over the profile's 333 is 0.540541; an hour later 0.543846 of 113, then 0.547128 of 114.
    assert steps(zone_outlook) == pytest.approx([55, 60, 65, 61.4546, 62.3726], rel=1e-5)
    assert current.gco2e_per_kwh == 55
    assert current.provenance.quality is Quality.FORECAST
    assert current.provenance.source == "electricity-maps-forecast"
    assert current.provenance.fallback_reason == "timeout"
    assert zone_outlook.mean("CLOCK", 0, 4 * HOUR).provenance.baseline_from == TEN + timedelta(hours=3)


def test_without_live_and_forecast_everything_is_the_profile_and_says_why() -> None:
    zone_outlook = outlook(ZoneReading(reason="plan-lacks-zone"))

    current, mean = zone_outlook.current("CLOCK"), zone_outlook.mean("CLOCK", zone_outlook.offset_seconds, 4 * HOUR)

    assert current.gco2e_per_kwh == pytest.approx(110)
    for figure in (current, mean):
        assert figure.provenance.quality is Quality.BASELINE
        assert figure.provenance.source == "profile"
        assert figure.provenance.age_seconds is None
        assert figure.provenance.fallback_reason == "plan-lacks-zone"
    # 40 minutes of 110, 111, 112, 113, and 20 minutes of 114.
    assert mean.gco2e_per_kwh == pytest.approx((40 * 110 + 60 * (111 + 112 + 113) + 20 * 114) / 240)


def test_a_zone_without_a_profile_says_annual_now_and_over_hours() -> None:
    zone_outlook = outlook(zone="FLAT")

    current, mean = zone_outlook.current("FLAT"), zone_outlook.mean("FLAT", zone_outlook.offset_seconds, 4 * HOUR)

    assert (current.gco2e_per_kwh, current.provenance.source) == (500, "annual")
    assert mean.gco2e_per_kwh == pytest.approx(500)
    assert mean.provenance.source == "annual"
    assert mean.provenance.age_seconds is None


def test_a_zone_without_a_profile_relaxes_to_its_annual_figure_beyond_its_forecast() -> None:
    zone_outlook = outlook(known(NOW, [400.0] * 72), zone="FLAT", hours=80)

    mean = zone_outlook.mean("FLAT", 72 * HOUR, HOUR)

    # 400/500 = 0.8: 500 x (1 - 0.2 x 2^(-1/96)).
    assert mean.gco2e_per_kwh == pytest.approx(400.7194, rel=1e-6)
    assert mean.provenance.quality is Quality.BASELINE


def test_a_zone_without_any_figure_has_none_rather_than_zero() -> None:
    zone_outlook = outlook(zone="NOBODY")

    assert zone_outlook.current("NOBODY").gco2e_per_kwh is None
    assert zone_outlook.mean("NOBODY", 0, 4 * HOUR).gco2e_per_kwh is None
