"""The Carbon Intensity API: its mix and forecast as lifecycle intensity, and what it sends when it is in trouble."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from grid.sources import uk_carbon
from tests.fakes.background import reader_of, settled
from tests.fakes.uk_carbon import FakeUkCarbon
from tests.fakes.upstream import Answer, Fault, always, only, reply

NOW = datetime(2026, 3, 3, 9, 40, tzinfo=UTC)
HTML = "<html><body>Bad gateway</body></html>"


@pytest.fixture
def server() -> Iterator[FakeUkCarbon]:
    with FakeUkCarbon().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def read(server: FakeUkCarbon, *, forecast: bool = True) -> ZoneReading:
    reader = reader_of(uk_carbon.ENTRY, NOW, uk_carbon_base_url=server.base_url)
    return settled(reader, "GB", now=NOW, forecast=forecast)["GB"]


@pytest.mark.parametrize("as_list", [False, True])
def test_the_mix_becomes_lifecycle_intensity_with_its_imports(as_list: bool, server: FakeUkCarbon) -> None:
    server.as_list = as_list

    latest = read(server, forecast=False).latest

    # biomass 5 x 230, gas 30 x 490, nuclear 15 x 12, hydro 2 x 24, solar 8 x 45, wind 30 x 11, imports 10 x 100:
    # (1150 + 14700 + 180 + 48 + 360 + 330 + 1000) / 100
    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(177.68)
    assert (latest.starts_at, latest.ends_at) == (NOW.replace(minute=30), NOW.replace(hour=10, minute=0))
    assert (latest.quality, latest.source) == (Quality.MEASURED, "uk-carbon")
    assert latest.derivation.flow_traced is False
    assert latest.derivation.method == (
        "mix x lifecycle factors; imports: one step, 0 of 7 neighbours live; split evenly over interconnectors"
    )
    assert (latest.derivation.attribution, latest.derivation.licence) == ("NESO Carbon Intensity API", "CC BY 4.0")


def test_without_a_row_of_imports_the_value_is_that_of_the_production(server: FakeUkCarbon) -> None:
    server.mix = {"gas": 50.0, "wind": 50.0}

    latest = read(server, forecast=False).latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx((490 + 11) / 2)
    assert (latest.derivation.flow_traced, latest.derivation.method) == (
        False,
        "mix x lifecycle factors, without imports",
    )


def test_the_forecast_becomes_lifecycle_by_the_fit_of_the_zone_hour_by_hour(server: FakeUkCarbon) -> None:
    forecast = read(server).forecast

    # The first half hour is 09:30 with 100 g, then 1 g more each: the hour from 10:00 has 101 and 102 g, the last
    # half hour is 09:00 two days later. Fit of GB: 21.79 + 1.2918 x direct.
    assert forecast is not None
    assert (forecast.starts_at, forecast.step_seconds) == (NOW.replace(minute=0), 3600)
    assert forecast.gco2e_per_kwh[:2] == pytest.approx((21.79 + 1.2918 * 100, 21.79 + 1.2918 * 101.5), abs=0.01)
    assert len(forecast.gco2e_per_kwh) == 49
    assert forecast.source == "uk-carbon-forecast"
    assert forecast.derivation.error is not None
    assert forecast.derivation.error > 0.1  # 10 % because of other direct factors, and that of the fit


def test_a_forecast_that_ends_early_is_used_as_far_as_it_goes(server: FakeUkCarbon) -> None:
    server.half_hours = 25  # 09:30 to 22:00

    forecast = read(server).forecast

    assert forecast is not None
    assert len(forecast.gco2e_per_kwh) == 13


def test_one_call_each_brings_value_and_forecast(server: FakeUkCarbon) -> None:
    read(server)

    assert sorted(call.path for call in server.calls) == ["generation", "intensity/2026-03-03T09:30Z/fw48h"]


def old(hours: float) -> Fault:
    """The good answer of a time before."""

    def moved(_call: object, _good: Answer) -> Answer:
        fake = FakeUkCarbon()
        fake.utc_now = lambda: NOW - timedelta(hours=hours)
        return reply({"data": fake.generation()})

    return moved


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (always(reply({"error": {"code": "500", "message": "resource not found"}}, 500)), "server-error"),
        (always(reply(HTML, 200, Content_Type="text/html")), "not-json"),
        (always(reply("", 200)), "not-json"),
        (always(reply({"data": []})), "empty"),
        (always(reply({"data": {"from": "2026-03-03T09:30Z", "generationmix": []}})), "empty"),
        (always(reply({"data": "none"})), "wrong-shape"),
        (always(reply({"error": {"code": "400 Bad Request", "message": "date"}}, 400)), "request-refused"),
        (always(reply("", 404)), "no-recent-data"),
        (always(reply("", 403)), "refused"),
        (always(reply("", 429)), "rate-limited"),
        (old(25), "stale"),
        (old(-2), "future"),
    ],
)
def test_a_reply_that_cannot_be_used_says_why_and_gives_no_value(
    fault: Fault, reason: str, server: FakeUkCarbon
) -> None:
    server.fault = only("generation", fault)

    reading = read(server, forecast=False)

    assert (reading.latest, reading.reason) == (None, reason)


@pytest.mark.parametrize(
    ("mix", "reason"),
    [
        ({"gas": 50.0, "wind": None}, "null-value"),  # unknown, not 0
        ({"gas": 50.0, "wind": 40.0}, "implausible-value"),  # 90 % together
        ({"gas": 120.0, "wind": -20.0}, "implausible-value"),
        ({"imports": 100.0}, "empty"),
        ({"gas": 80.0, "fusion": 20.0}, "empty"),  # a fifth under a name that no table has
    ],
)
def test_a_mix_that_cannot_be_used_gives_no_value(
    mix: dict[str, float | None], reason: str, server: FakeUkCarbon
) -> None:
    server.mix = mix

    reading = read(server, forecast=False)

    assert (reading.latest, reading.reason) == (None, reason)


def test_a_value_of_three_hours_ago_is_still_read_because_it_makes_a_nowcast(server: FakeUkCarbon) -> None:
    server.fault = only("generation", old(3))

    latest = read(server, forecast=False).latest

    assert latest is not None
    assert latest.ends_at == NOW.replace(hour=7, minute=0)


def test_it_covers_great_britain_alone(server: FakeUkCarbon) -> None:
    reader = reader_of(uk_carbon.ENTRY, NOW, uk_carbon_base_url=server.base_url)

    assert reader.open().read(["FR"], now=NOW, forecast=False)["FR"].reason == "no-source"
    assert server.calls == []
