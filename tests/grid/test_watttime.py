"""WattTime: marginal intensities in g/kWh, percentiles, one login for all, and what a plan does not have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from carbon.intensity import Quality, Signal
from grid.source import MalformedReply, ZoneNotCovered
from grid.sources import watttime
from grid.sources.watttime import replies
from grid.sources.watttime.zones import REGIONS
from tests.fakes.background import reader_of
from tests.fakes.clock import SteppedClock
from tests.fakes.watttime import FakeWattTime
from tests.grid.watttime_clients import (
    CALIFORNIA,
    FORECAST,
    HISTORICAL,
    NOW,
    body,
    paths,
    settings,
    settled_marginal,
    source,
)


@pytest.fixture
def server() -> Iterator[FakeWattTime]:
    with FakeWattTime().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


# --- figures


def test_pounds_per_mwh_become_grams_per_kwh_exactly() -> None:
    steps = replies.observations(body("historical"), REGIONS[CALIFORNIA], NOW, timedelta(days=1))

    # 861 lb/MWh x 453.59237 g/lb / 1000 kWh/MWh
    assert steps[0].gco2e_per_kwh == pytest.approx(390.54303057, abs=1e-9)
    assert (steps[0].starts_at, steps[0].ends_at) == (NOW.replace(hour=3, minute=0), NOW.replace(hour=3, minute=5))
    assert len(steps) == 6


def test_a_marginal_value_is_an_estimate_of_the_part_of_the_zone_that_it_names(server: FakeWattTime) -> None:
    latest = source(server).latest(CALIFORNIA)

    assert latest.gco2e_per_kwh == pytest.approx(408.233133, abs=1e-9)  # 900 x 0.45359237
    assert latest.ends_at == NOW.replace(minute=5)
    assert (latest.quality, latest.source, latest.derivation.exact) == (Quality.ESTIMATED, "watttime", False)
    assert (
        latest.derivation.method == "marginal operating emissions rate, direct CO2, of CAISO_NORTH, a part of the zone"
    )
    assert latest.derivation.attribution == "WattTime"


def test_zero_is_a_value_since_held_back_wind_answers_more_load(server: FakeWattTime) -> None:
    server.pounds = 0.0

    assert source(server).latest(CALIFORNIA).gco2e_per_kwh == 0


def test_a_forecast_is_72_hours_of_hourly_means() -> None:
    forecast = replies.forecast(body("forecast"), REGIONS[CALIFORNIA], NOW)

    # The mean of the twelve values from 880.0 to 991.1 is 11272.9 / 12 = 939.40833 lb/MWh.
    (mean,) = forecast.gco2e_per_kwh
    assert mean == pytest.approx(939.4083333 * 0.45359237, abs=1e-6)
    assert (forecast.starts_at, forecast.step_seconds) == (NOW.replace(minute=0), 3600)


def test_the_horizon_has_the_name_that_is_not_silently_ignored(server: FakeWattTime) -> None:
    forecast = source(server).forecast(CALIFORNIA)

    (call,) = (call for call in server.calls if call.path == FORECAST)
    assert call.query == {"region": "CAISO_NORTH", "signal_type": "co2_moer", "horizon_hours": "72"}
    assert len(forecast.gco2e_per_kwh) == 73  # the first and the last hour in part


def test_a_percentile_is_no_intensity() -> None:
    percentile = replies.percentile(body("signal_index"), REGIONS[CALIFORNIA], NOW, timedelta(hours=1))

    assert (percentile.zone, percentile.percentile, percentile.starts_at) == (CALIFORNIA, 37, NOW.replace(minute=0))


def test_the_past_day_comes_in_steps_of_five_minutes(server: FakeWattTime) -> None:
    steps = source(server).past(CALIFORNIA)

    # From 9:07 of the day before, in steps that begin at 9:10 first, to the one that ended at 9:05.
    assert len(steps) == 24 * 12 - 1
    assert steps[-1].ends_at == NOW.replace(minute=5)


def test_any_past_time_comes_in_steps_of_five_minutes(server: FakeWattTime) -> None:
    start = NOW.replace(minute=0) - timedelta(days=20)

    steps = source(server).past_range(CALIFORNIA, start, start + timedelta(hours=2))

    call = next(call for call in server.calls if call.path == HISTORICAL)
    assert (call.query["start"], call.query["end"]) == ("2026-02-11T09:00:00Z", "2026-02-11T10:55:00Z")
    assert len(steps) == 2 * 12  # from 9:00 to 10:55, both included
    assert (steps[0].starts_at, steps[-1].ends_at) == (start, start + timedelta(hours=2))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"region": "PJM_DC"}, "wrong-zone"),
        ({"signal_type": "co2_aoer"}, "wrong-signal"),
        ({"units": "percentile"}, "wrong-unit"),
        ({"units": None}, "wrong-unit"),
        ({"data_point_period_seconds": 3600}, "wrong-granularity"),
    ],
)
def test_a_reply_about_another_region_signal_or_unit_is_refused(changes: dict[str, object], reason: str) -> None:
    good = body("historical")

    with pytest.raises(MalformedReply) as error:
        replies.observations({**good, "meta": {**good["meta"], **changes}}, REGIONS[CALIFORNIA], NOW, timedelta(days=1))

    assert error.value.reason == reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"value": None}, "null-value"),
        ({"value": "900"}, "not-a-number"),
        ({"value": -1}, "implausible-value"),
        ({"value": 1e6}, "implausible-value"),
        ({"point_time": "soon"}, "bad-datetime"),
        ({"point_time": "2026-03-03T09:00:00"}, "bad-datetime"),
        ({"point_time": "2026-02-03T09:00:00+00:00"}, "stale"),
        ({"point_time": "2026-03-03T12:00:00+00:00"}, "null-value"),  # it has not begun
    ],
)
def test_a_row_that_cannot_be_used_is_refused(row: dict[str, object], reason: str) -> None:
    good = body("historical")
    rows = [{"point_time": "2026-03-03T09:00:00+00:00", "value": 900.0, **row}]

    with pytest.raises(MalformedReply) as error:
        replies.observations({**good, "data": rows}, REGIONS[CALIFORNIA], NOW, timedelta(days=1))

    assert error.value.reason == reason


@pytest.mark.parametrize("figure", [-0.1, 100.1, None, "37"])
def test_a_percentile_out_of_range_is_refused(figure: object) -> None:
    good = body("signal_index")
    rows = [{"point_time": "2026-03-03T09:00:00+00:00", "value": figure}]

    with pytest.raises(MalformedReply):
        replies.percentile({**good, "data": rows}, REGIONS[CALIFORNIA], NOW, timedelta(hours=1))


def test_the_access_lists_say_what_the_account_may_use() -> None:
    grants = replies.access(body("my_access"))

    assert grants == {
        "CAISO_NORTH": {"signal-index", "forecast", "historical", "forecast/historical"},
        "PJM_DC": {"signal-index"},
    }


# --- the plan


def test_a_zone_of_which_the_account_has_only_percentiles_is_not_asked_for_values(server: FakeWattTime) -> None:
    with pytest.raises(ZoneNotCovered) as error:
        source(server).latest("US-MIDA-PJM")

    assert error.value.reason == "plan-percentile-only"
    assert HISTORICAL not in paths(server)
    assert source(server).percentile("US-MIDA-PJM").percentile == 37


def test_without_my_access_a_refusal_is_remembered_for_a_day(server: FakeWattTime) -> None:
    server.access = None
    clock = SteppedClock(NOW)
    server.utc_now = clock.utc_now
    reader = reader_of(watttime.ENTRY, clock.utc_now, **settings(server))

    for _ in range(4):
        read = reader.open(Signal.MARGINAL).read(["DE"], now=clock.utc_now(), forecast=False)
        settled_marginal(reader, "DE", now=clock.utc_now())
        clock.advance(3600.0)

    assert read["DE"].reason == "plan-lacks-zone"
    assert paths(server).count(HISTORICAL) == 1
