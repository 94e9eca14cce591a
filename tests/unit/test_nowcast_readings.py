"""A value older than an hour becomes a nowcast of the hour of now. Numbers by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from carbon.intensity import Derivation, Quality
from carbon.ranges import Factors
from carbon.reading import Observation, UpstreamForecast, ZoneReading
from carbon.units import HOUR
from planning.outlook.nowcast import OVER_FORECAST, OVER_PROFILE, with_nowcasts
from planning.outlook.zones import build_outlook, current_reading
from tests.fakes.clouds import cloud_map
from tests.unit.zone_hours import PROFILES

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
TEN = NOW.replace(minute=0)


def value(gco2e_per_kwh: float, starts_at: datetime, *, source: str = "mix", zone: str = "CLOCK") -> Observation:
    return Observation(
        zone=zone,
        gco2e_per_kwh=gco2e_per_kwh,
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
        quality=Quality.MEASURED,
        source=source,
        derivation=Derivation(method="mix", attribution="a mix", licence="CC0"),
    )


def forecast(starts_at: datetime, *values: float) -> UpstreamForecast:
    return UpstreamForecast(zone="CLOCK", starts_at=starts_at, gco2e_per_kwh=values, source="mix-forecast")


def nowcast_of(reading: ZoneReading, *, now: datetime = NOW) -> ZoneReading:
    return with_nowcasts({"CLOCK": reading}, PROFILES, now)["CLOCK"]


def test_a_value_of_the_last_hour_stays_as_it_is() -> None:
    reading = ZoneReading(latest=value(200, TEN - 2 * HOUR + timedelta(minutes=20)))  # ended at 09:20, an hour ago

    assert nowcast_of(reading) is reading


def test_an_older_value_is_carried_over_the_profile_and_is_an_estimate_with_its_age() -> None:
    latest = nowcast_of(ZoneReading(latest=value(214, TEN - 3 * HOUR))).latest

    # The profile has 107 in the hour of the value, 07:00, and 110 now. The ratio of 2 relaxes to 1 with a half-life of
    # 96 h over the age of 2 h: 110 x (1 + 2 ** (-2 / 96)).
    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(110 * (1 + 2 ** (-2 / 96)))
    assert (latest.starts_at, latest.ends_at) == (TEN, TEN + HOUR)
    assert (latest.quality, latest.source, latest.as_of) == (Quality.ESTIMATED, "mix", TEN - 2 * HOUR)
    assert latest.derivation.method == f"mix; {OVER_PROFILE}"
    assert (latest.derivation.attribution, latest.derivation.licence) == ("a mix", "CC0")


def test_the_answers_age_is_that_of_the_value_it_rests_on() -> None:
    reading = nowcast_of(ZoneReading(latest=value(214, TEN - 3 * HOUR)))

    now = build_outlook(["CLOCK"], PROFILES, {"CLOCK": reading}, now=NOW, hours=2).current("CLOCK")

    assert now.provenance.age_seconds == 2 * 3600 + 20 * 60  # ended at 08:00
    assert now.provenance.quality is Quality.ESTIMATED


def test_a_caller_who_demands_a_younger_value_gets_none() -> None:
    reading = nowcast_of(ZoneReading(latest=value(214, TEN - 3 * HOUR)))  # rests on 140 minutes

    assert current_reading(reading, NOW, 140).latest is reading.latest
    assert current_reading(reading, NOW, 139).latest is None


def test_the_forecast_of_the_same_source_gives_the_shape_and_takes_the_level() -> None:
    reading = ZoneReading(latest=value(150, TEN - 3 * HOUR), forecast=forecast(TEN - 3 * HOUR, 100, 110, 120, 130, 140))

    carried = nowcast_of(reading)

    assert carried.latest is not None
    assert carried.forecast is not None
    assert carried.latest.gco2e_per_kwh == pytest.approx(150 * 130 / 100)
    assert carried.forecast.gco2e_per_kwh[-1] == pytest.approx(150 * 140 / 100)
    assert carried.latest.derivation.method == f"mix; {OVER_FORECAST}"


def test_a_forecast_of_another_source_does_not_touch_the_level() -> None:
    other = replace(forecast(TEN - 3 * HOUR, 100, 110, 120, 130), source="other-forecast")

    carried = nowcast_of(ZoneReading(latest=value(214, TEN - 3 * HOUR), forecast=other))

    assert carried.forecast is other
    assert carried.latest is not None
    assert carried.latest.derivation.method == f"mix; {OVER_PROFILE}"


def test_the_older_the_value_the_wider_the_range() -> None:
    profiles = cloud_map().profiles

    def high(hours_ago: int) -> float:
        reading = ZoneReading(latest=value(400, TEN - hours_ago * HOUR, zone="DE"))
        readings = with_nowcasts({"DE": reading}, profiles, NOW)
        grid = build_outlook(["DE"], profiles, readings, now=NOW, hours=2).current("DE").grid
        assert isinstance(grid, Factors)
        return grid.high

    assert high(1) < high(4) < high(12)


def test_the_values_of_other_sources_are_carried_too() -> None:
    reading = ZoneReading(latest=value(200, TEN), others=(value(214, TEN - 3 * HOUR),))

    carried = nowcast_of(reading)

    assert carried.latest is reading.latest
    assert carried.others[0].starts_at == TEN
