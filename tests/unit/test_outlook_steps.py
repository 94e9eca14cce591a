"""The outlook in hours and quarters, and of a signal that profiles do not count."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from carbon.intensity import Quality
from carbon.reading import UpstreamForecast, ZoneReading
from catalog.profiles import ZoneProfiles
from planning.outlook.zones import build_outlook
from tests.fakes.grid import forecast, known, observation
from tests.unit.zone_hours import HOUR, NOW, PROFILES, TEN, outlook, steps, zone


@pytest.mark.parametrize(
    "values", [[55, 60, None, None, 75], [None, None, None, 70, 75], [None, 60, 65, None, None]], ids=str
)
@pytest.mark.parametrize("live", [True, False])
def test_the_first_hours_do_not_depend_on_how_far_one_looks(values: list[float | None], live: bool) -> None:
    reading = ZoneReading(
        latest=observation(NOW, 40) if live else None,
        forecast=forecast(NOW, values),
        reason=None if live else "timeout",
    )

    near, far = outlook(reading, hours=4), outlook(reading, hours=40)

    assert steps(near) == pytest.approx(steps(far)[:4])
    assert near.mean("CLOCK", 0, 4 * HOUR) == far.mean("CLOCK", 0, 4 * HOUR)


def test_weekday_and_hour_are_read_in_utc_whatever_the_offset_of_now() -> None:
    elsewhere = NOW.astimezone(datetime.fromisoformat("2026-11-18T15:50:00+05:30").tzinfo)

    assert steps(outlook(now=elsewhere, hours=3)) == steps(outlook(hours=3))
    assert outlook(now=elsewhere).offset_seconds == 1200


def test_hours_as_values_are_the_means_of_the_hours_with_unknown_ones_as_none() -> None:
    known_hours, unknown = (
        outlook(hours=3),
        build_outlook(["CLOCK"], PROFILES.without_figures(), {"CLOCK": ZoneReading()}, now=NOW, hours=1),
    )

    assert known_hours.hour_values("CLOCK") == [
        (known_hours.at(hour * HOUR), known_hours.hour("CLOCK", hour).gco2e_per_kwh) for hour in range(3)
    ]
    assert unknown.hour_values("CLOCK") == [(unknown.first_hour_at, None)]


def test_each_hour_says_its_own_quality() -> None:
    zone_outlook = outlook(ZoneReading(latest=observation(NOW, 40), forecast=forecast(NOW, [55, 60])), hours=4)

    assert [zone_outlook.hour("CLOCK", step).provenance.quality for step in range(4)] == [
        Quality.MEASURED,
        Quality.FORECAST,
        Quality.BASELINE,
        Quality.BASELINE,
    ]


def quarters(*values: float | None) -> UpstreamForecast:
    """A forecast in quarters of an hour from 10:00 on."""
    return UpstreamForecast(zone="X", starts_at=TEN, gco2e_per_kwh=values, source="test", step_seconds=900)


def test_steps_of_a_quarter_are_kept_and_the_live_value_holds_in_its_own() -> None:
    live = replace(observation(NOW, 40), ends_at=TEN + timedelta(minutes=15))

    zone_outlook = outlook(ZoneReading(latest=live, forecast=quarters(10, 20, 30, 50, 60, 61, 62, 63)), hours=2)

    # It is 10:20: the value that stood for 10:00 to 10:15 holds until 10:30.
    assert zone_outlook.series().step_seconds == 900
    assert steps(zone_outlook) == [40, 40, 30, 50, 60, 61, 62, 63]
    assert zone_outlook.mean("CLOCK", 1200, 600).provenance.quality is Quality.MEASURED
    assert zone_outlook.mean("CLOCK", 1200, 601).provenance.quality is Quality.FORECAST
    # 10 minutes of 40, 15 of 30 and 50 each.
    assert zone_outlook.mean("CLOCK", 1200, 2400).gco2e_per_kwh == pytest.approx((10 * 40 + 15 * 30 + 15 * 50) / 40)


def test_an_hourly_live_value_holds_to_the_end_of_its_hour() -> None:
    zone_outlook = outlook(ZoneReading(latest=observation(NOW, 40), forecast=quarters(*range(1, 9))), hours=2)

    assert steps(zone_outlook) == [40, 40, 40, 40, 5, 6, 7, 8]


def test_without_a_live_value_the_quarter_of_now_is_the_current_one() -> None:
    current = outlook(ZoneReading(forecast=quarters(10, 20, 30, 50), reason="timeout")).current("CLOCK")

    assert (current.gco2e_per_kwh, current.provenance.starts_at) == (20, TEN + timedelta(minutes=15))


def test_a_zone_in_hours_and_one_in_quarters_are_searched_together() -> None:
    readings = {"CLOCK": ZoneReading(forecast=quarters(*[50.0] * 8)), "FLAT": known(NOW, [300.0, 400.0])}

    series = build_outlook(["CLOCK", "FLAT"], PROFILES, readings, now=NOW, hours=2).series()

    assert series.step_seconds == 900
    assert series.values.tolist() == [[50.0] * 8, [300.0] * 4 + [400.0] * 4]
    assert series.means(np.array([900.0]), 2 * 1800).tolist() == [[50.0], [325.0]]


def test_in_quarters_too_the_last_24_hours_give_the_level() -> None:
    # 12 h of 50 and 12 h of 150 after a day of 900: 100 on average, over the annual 500 a ratio of 0.2.
    ahead = quarters(*[900.0] * 96, *[50.0] * 48, *[150.0] * 48)

    values = steps(outlook(ZoneReading(forecast=ahead), zone="FLAT", hours=50))

    # A quarter of an hour later 1 - 0.8 x 2^(-0.25/96), times 500.
    assert values[192] == pytest.approx(500 * (1 - 0.8 * 2 ** (-0.25 / 96)))


# --- a signal that profiles do not count


def test_profiles_without_figures_know_no_hour() -> None:
    profiles = ZoneProfiles({"X": zone("X", level=200.0, basis="flat")}, {}).without_figures()

    outlook = build_outlook(["X"], profiles, {"X": ZoneReading(reason="no-source")}, now=NOW, hours=30)

    assert outlook.current("X").gco2e_per_kwh is None
    assert outlook.current("X").provenance.source == "none"
    assert outlook.mean("X", 0.0, HOUR).gco2e_per_kwh is None


def test_without_profiles_a_forecast_is_known_to_its_end_and_no_longer() -> None:
    profiles = ZoneProfiles({"X": zone("X", level=200.0, basis="flat")}, {}).without_figures()

    outlook = build_outlook(["X"], profiles, {"X": known(NOW, [300.0, 400.0, 500.0])}, now=NOW, hours=30)

    assert outlook.mean("X", 0.0, 3 * HOUR).gco2e_per_kwh == 400.0
    assert outlook.mean("X", HOUR, 2 * HOUR).gco2e_per_kwh == 450.0
    assert outlook.mean("X", HOUR, 2 * HOUR + 1).gco2e_per_kwh is None
