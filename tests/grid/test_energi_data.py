"""Energi Data Service: both areas in one call, the newest step that has a value, UTC alone, one call a minute."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from carbon.reading import ZoneReading
from grid.sources import energi_data
from grid.sources.energi_data.client import NOW as NOW_PATH
from grid.sources.energi_data.replies import forecasts, observations
from tests.fakes.background import reader_of, settled
from tests.fakes.conversions import conversion
from tests.fakes.energi_data import FakeEnergiData
from tests.fakes.upstream import Fault, always, only, reply

NOW = datetime(2026, 3, 3, 9, 7, tzinfo=UTC)
ZONES = ("DK-DK1", "DK-DK2")
DAY = timedelta(days=1)


@pytest.fixture
def server() -> Iterator[FakeEnergiData]:
    with FakeEnergiData().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def read(server: FakeEnergiData, *, forecast: bool = True) -> dict[str, ZoneReading]:
    reader = reader_of(energi_data.ENTRY, NOW, energi_data_base_url=server.base_url)
    return dict(settled(reader, *ZONES, now=NOW, forecast=forecast))


def test_direct_figures_become_lifecycle_by_the_fit_of_the_area(server: FakeEnergiData) -> None:
    readings = read(server, forecast=False)

    # Both areas take the fit of Denmark: 26.40 + 1.2471 x direct.
    values = [readings[zone].latest for zone in ZONES]
    assert [value and value.gco2e_per_kwh for value in values] == [
        pytest.approx(26.40 + 1.2471 * 50, abs=0.01),
        pytest.approx(26.40 + 1.2471 * 80, abs=0.01),
    ]
    assert values[0] is not None
    assert (values[0].starts_at, values[0].ends_at) == (NOW.replace(minute=5), NOW.replace(minute=10))
    assert (values[0].derivation.flow_traced, values[0].derivation.attribution) == (
        True,
        "Energinet, Energi Data Service",
    )
    assert values[0].derivation.error is not None


def test_one_call_each_brings_values_and_forecasts_of_both_areas(server: FakeEnergiData) -> None:
    readings = read(server)

    assert sorted(call.path for call in server.calls) == ["dataset/CO2Emis", "dataset/CO2EmisProg"]
    assert all(call.query["filter"] == '{"PriceArea":["DK1","DK2"]}' for call in server.calls)
    forecast = readings["DK-DK2"].forecast
    assert forecast is not None
    assert (forecast.starts_at, len(forecast.gco2e_per_kwh)) == (NOW.replace(minute=0), 13)  # 09:05 to 21:00
    assert forecast.gco2e_per_kwh[0] == pytest.approx(26.40 + 1.2471 * 90, abs=0.01)


def test_a_null_in_the_newest_step_of_one_area_leaves_its_step_before_and_the_other_area(
    server: FakeEnergiData,
) -> None:
    server.without_newest = frozenset({"DK2"})

    latest = read(server, forecast=False)["DK-DK2"].latest

    assert latest is not None
    assert latest.starts_at == NOW.replace(minute=0)


def test_an_area_that_is_missing_has_no_value_and_the_other_has_its_own(server: FakeEnergiData) -> None:
    server.direct = {"DK1": 50.0}

    readings = read(server, forecast=False)

    assert readings["DK-DK1"].latest is not None
    assert (readings["DK-DK2"].latest, readings["DK-DK2"].reason) == (None, "no-recent-data")


def test_the_hour_that_local_time_repeats_in_october_counts_once_each(server: FakeEnergiData) -> None:
    night = datetime(2026, 10, 25, 1, 2, tzinfo=UTC)
    rows = [
        {"Minutes5UTC": f"2026-10-25T0{utc}:00:00", "Minutes5DK": "2026-10-25T02:00:00", "PriceArea": "DK1", **value}
        for utc, value in ((0, {"CO2Emission": 88.0}), (1, {"CO2Emission": 85.0}))
    ]

    result = observations({"records": rows}, night, DAY, conversion())["DK-DK1"]

    assert not isinstance(result, Exception)
    assert result.starts_at == datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert result.gco2e_per_kwh == pytest.approx(26.40 + 1.2471 * 85, abs=0.01)


def test_a_row_of_the_future_does_not_hide_the_newest_that_has_begun(server: FakeEnergiData) -> None:
    times = ((NOW + timedelta(hours=3), 10.0), (NOW.replace(minute=0), 50.0))
    rows = [{"Minutes5UTC": f"{at:%Y-%m-%dT%H:%M:%S}", "PriceArea": "DK1", "CO2Emission": value} for at, value in times]

    result = observations({"records": rows}, NOW, DAY, conversion())["DK-DK1"]

    assert not isinstance(result, Exception)
    assert result.starts_at == NOW.replace(minute=0)


def test_no_dataset_is_asked_again_within_a_minute_whatever_the_settings_say(server: FakeEnergiData) -> None:
    clock = [NOW]
    server.fault = only(NOW_PATH, always(reply("busy", 500)))
    reader = reader_of(
        energi_data.ENTRY,
        lambda: clock[0],
        energi_data_base_url=server.base_url,
        intensity_ttl_seconds=1,
        failure_ttl_seconds=0,
        upstream_retries=5,
    )

    counts = []
    for seconds in (0, 59, 61):
        clock[0] = NOW + timedelta(seconds=seconds)
        settled(reader, *ZONES, now=clock[0], forecast=False)
        time.sleep(0.3)  # in which another call would come
        counts.append(server.calls_to(NOW_PATH, at_least=1 if seconds < 60 else 2))

    assert counts == [1, 1, 2]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (always(reply("Too Many Requests", 429, Content_Type="text/html")), "rate-limited"),
        (always(reply({"message": "bad filter or column"}, 400)), "request-refused"),
        (always(reply({"total": 0, "dataset": "CO2Emis", "records": []})), "empty"),
        (always(reply({"total": 0})), "wrong-shape"),
        (always(reply({"records": [{"PriceArea": "DE"}]})), "wrong-zone"),
        (
            always(
                reply({"records": [{"PriceArea": "DK1", "Minutes5UTC": "2026-03-03T09:05:00", "CO2Emission": -1.0}]})
            ),
            "implausible-value",
        ),
        (
            always(reply({"records": [{"PriceArea": "DK1", "Minutes5UTC": "yesterday", "CO2Emission": 1.0}]})),
            "bad-datetime",
        ),
    ],
)
def test_a_reply_that_cannot_be_used_says_why(fault: Fault, reason: str, server: FakeEnergiData) -> None:
    server.fault = only(NOW_PATH, fault)

    reading = read(server, forecast=False)["DK-DK1"]

    assert (reading.latest, reading.reason) == (None, reason)


def test_a_forecast_that_is_over_is_stale() -> None:
    rows = [{"Minutes5UTC": "2026-03-02T09:00:00", "PriceArea": "DK1", "CO2Emission": 50.0}]

    result = forecasts({"records": rows}, NOW, conversion())["DK-DK1"]

    assert isinstance(result, Exception)
    assert str(result).startswith("stale")
