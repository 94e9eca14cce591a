"""Our own forecasts: made from stored readings in the background, and then in every answer about hours to come."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from carbon.errors import StateUnavailable
from carbon.forecasts import ForecastBasis
from carbon.intensity import Quality, Signal
from carbon.jobs import ScheduleQuery
from engine import Engine
from mapping import CloudMap
from settings import Settings
from store.history.history import History
from store.ledger.usage import UsageLedger
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, hour_of
from tests.fakes.own_facts import overlaid
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW
from wiring import build_forecasts

DAY = [300.0 + 10 * hour for hour in range(24)]
SOURCE = "recent-hours-336h"


def past(days: int = 14, zone: str = "DE") -> FakePast:
    return FakePast({zone: [readings(hour_of(NOW) - timedelta(days=days), DAY * days)]})


def engine(stored: FakePast, mapping: CloudMap | None = None) -> Engine:
    return Engine(mapping or cloud_map(), FakeReader(), stored)


def renewed(stored: FakePast, mapping: CloudMap | None = None, now: datetime = NOW) -> Engine:
    one = engine(stored, mapping)
    list(one.renew_forecasts(now))
    return one


def source(one: Engine, zone: str = "DE", hour: int = 5) -> str:
    return one.at(NOW).zone_forecast(zone, ForecastBasis.OUTLOOK, 24).hours[hour].intensity.provenance.source


def test_before_the_first_renewal_answers_are_from_the_profile_and_say_so() -> None:
    hour = engine(past()).at(NOW).zone_forecast("DE", ForecastBasis.OUTLOOK, 24).hours[5]

    assert (hour.intensity.provenance.quality, hour.intensity.provenance.source) == (Quality.BASELINE, "profile")


def test_afterwards_the_outlook_of_the_zone_is_the_forecast_of_its_recent_hours_with_its_range() -> None:
    session = renewed(past()).at(NOW)

    outlook = session.zone_forecast("DE", ForecastBasis.OUTLOOK, 168).hours
    asked_for = session.zone_forecast("DE", ForecastBasis.RECENT_HOURS, 168).hours
    for one, other in zip(outlook, asked_for, strict=True):
        assert one.intensity.provenance.source == other.intensity.provenance.source == SOURCE
        for field in ("gco2e_per_kwh", "low_gco2e_per_kwh", "high_gco2e_per_kwh"):
            assert getattr(one.intensity, field) == pytest.approx(getattr(other.intensity, field), rel=1e-5)


def test_a_schedule_follows_the_recent_days() -> None:
    # Of every day the hour from 10:00 was the best: 300 g. It is 10:30, so the next one begins at 10:00 tomorrow.
    query = ScheduleQuery(region="aws:eu-central-1", duration_hours=1, search_hours=48)

    plan = renewed(past()).at(NOW).schedule(query)

    assert plan.best.starts_at == hour_of(NOW) + timedelta(hours=24)
    assert plan.best.mean.provenance.source == SOURCE


@pytest.mark.parametrize(("days", "named"), [(7, "recent-hours-168h"), (1, "recent-hours-24h")])
def test_with_a_shorter_history_the_model_for_it_is_used(days: int, named: str) -> None:
    assert source(renewed(past(days))) == named


def test_with_too_short_a_history_and_in_zones_without_one_the_profile_stays() -> None:
    few = FakePast({"DE": [readings(hour_of(NOW) - timedelta(hours=6), DAY[:6])]})

    assert source(renewed(few)) == "profile"
    assert source(renewed(past()), zone="PL") == "profile"


def test_no_request_reads_the_history_and_a_renewal_that_fails_leaves_the_forecasts_of_before() -> None:
    stored = past()
    one = renewed(stored)
    stored.fails = True

    assert source(one) == SOURCE
    with pytest.raises(StateUnavailable):
        list(one.renew_forecasts(NOW + timedelta(hours=1)))
    assert source(one) == SOURCE


@pytest.mark.parametrize("named", [{"live": "off"}, {"history_days": 0}])
def test_where_no_readings_are_stored_nothing_looks_for_any(named: dict[str, object], tmp_path: Path) -> None:
    one = engine(past())

    assert build_forecasts(Settings(**named), one, UsageLedger(History(tmp_path))) is None  # type: ignore[arg-type]
    assert build_forecasts(Settings(), one, UsageLedger(History(tmp_path))) is not None


def test_every_six_hours_the_forecasts_are_stored_as_they_were_issued() -> None:
    stored, noon = past(), hour_of(NOW) + timedelta(hours=2)
    one = engine(stored)
    for hours in range(3):  # at 10:30, 11:30 and 12:30
        list(one.renew_forecasts(NOW + timedelta(hours=hours)))

    ((signal, issued),) = stored.recorded

    hour = one.at(NOW + timedelta(hours=2)).grid.outlook(["DE"], hours=2).hour("DE", 1)
    assert (signal, issued.zone, issued.source) == (Signal.AVERAGE_LIFECYCLE, "DE", SOURCE)
    assert (issued.starts_at, issued.step_seconds, len(issued.gco2e_per_kwh)) == (noon, 3600, 168)
    assert issued.gco2e_per_kwh[1] == pytest.approx(hour.gco2e_per_kwh)
    assert (len(issued.low), len(issued.high)) == (168, 168)
    assert (issued.low[1], issued.high[1]) == pytest.approx((hour.low_gco2e_per_kwh, hour.high_gco2e_per_kwh), rel=1e-5)


def test_an_open_session_keeps_its_forecasts_and_the_data_version_names_them() -> None:
    one = engine(past())
    before = one.at(NOW)
    list(one.renew_forecasts(NOW))
    after = one.at(NOW)

    assert before.zone_forecast("DE", ForecastBasis.OUTLOOK, 1).hours[0].intensity.provenance.source == "profile"
    assert before.data_version != after.data_version == one.at(NOW).data_version
    assert after.data_version == renewed(past()).at(NOW).data_version != renewed(past(7)).at(NOW).data_version


def test_a_figure_of_the_operator_s_own_and_the_marginal_signal_have_no_forecast_of_ours() -> None:
    factor = overlaid(zones="zone,gco2e_per_kwh,source,as_of\nDE,363,agency,2024\n")
    one = engine(past())
    list(one.renew_forecasts(NOW))

    assert source(renewed(past(), factor)) == "overlay:zones.csv"
    assert one.at(NOW).about(Signal.MARGINAL).grid.outlook(["DE"], hours=2).hour("DE", 1).gco2e_per_kwh is None
    one.swap(factor)  # the forecast was made before the operator's figure came
    assert source(one) == "overlay:zones.csv"
