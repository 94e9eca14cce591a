"""The National Energy Dashboard: modelled factors of the Dutch mix now and ahead, lifecycle by the fit of the zone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from grid.sources import ned
from tests.fakes.background import reader_of, settled
from tests.fakes.ned import KEY, FakeNed
from tests.fakes.upstream import Fault, always, dropped, reply, truncated

NOW = datetime(2026, 3, 3, 9, 40, tzinfo=UTC)
INTERCEPT, SLOPE = 27.43, 1.1654  # fit of NL


@pytest.fixture
def server() -> Iterator[FakeNed]:
    with FakeNed().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def read(server: FakeNed, *, forecast: bool = False, **more: object) -> ZoneReading:
    reader = reader_of(ned.ENTRY, NOW, ned_base_url=server.base_url, **{"ned_api_key": KEY, **more})
    return settled(reader, "NL", now=NOW, forecast=forecast)["NL"]


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_newest_quarter_becomes_lifecycle_by_the_fit_of_the_netherlands(wrapped: bool, server: FakeNed) -> None:
    server.wrapped = wrapped

    latest = read(server).latest

    # Quarters from yesterday 00:00 on: that of 09:00 today is number 96 + 36, so 0.2 + 0.132 kg.
    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(INTERCEPT + SLOPE * 332, abs=0.05)
    assert (latest.starts_at, latest.ends_at) == (NOW.replace(minute=0), NOW.replace(minute=15))
    assert (latest.quality, latest.source) == (Quality.ESTIMATED, "ned")  # modelled


def test_the_range_is_that_of_the_fit_and_of_a_value_of_production(server: FakeNed) -> None:
    latest = read(server).latest

    assert latest is not None
    assert latest.derivation.flow_traced is False
    assert latest.derivation.range is not None
    assert latest.derivation.range.low < 0.84 < 1.19 < latest.derivation.range.high


def test_a_quarter_without_a_factor_is_unknown_and_the_one_before_it_counts(server: FakeNed) -> None:
    server.nulls = {NOW.replace(minute=0)}

    latest = read(server).latest

    assert latest is not None
    assert latest.ends_at == NOW.replace(minute=0)


def test_two_calls_bring_the_value_and_seven_days_by_the_hour(server: FakeNed) -> None:
    forecast = read(server, forecast=True).forecast

    questions = sorted((call.query["classification"], call.query["granularity"]) for call in server.calls)
    assert questions == [("1", "5"), ("2", "4")]
    assert forecast is not None
    assert (forecast.starts_at, forecast.step_seconds) == (NOW.replace(hour=0, minute=0), 3600)
    assert len(forecast.gco2e_per_kwh) == 7 * 24
    # The tenth hour has 0.209 kg.
    assert forecast.gco2e_per_kwh[9] == pytest.approx(INTERCEPT + SLOPE * 209, abs=0.05)


def test_an_hour_of_the_forecast_without_a_factor_is_unknown(server: FakeNed) -> None:
    server.nulls = {NOW.replace(hour=12, minute=0)}

    forecast = read(server, forecast=True).forecast

    assert forecast is not None
    assert forecast.gco2e_per_kwh[12] is None
    assert forecast.gco2e_per_kwh[13] is not None


def test_two_days_of_quarters_fit_on_one_page(server: FakeNed) -> None:
    evening = NOW.replace(hour=23, minute=50)
    server.utc_now = lambda: evening
    reader = reader_of(ned.ENTRY, evening, ned_base_url=server.base_url, ned_api_key=KEY)

    latest = settled(reader, "NL", now=evening, forecast=False)["NL"].latest

    assert latest is not None
    assert latest.starts_at == evening.replace(minute=0)


def row(**fields: object) -> Fault:
    good = {"type": "/v1/types/27", "emissionfactor": 0.2, "validfrom": "2026-03-03T09:00:00+00:00"}
    return always(reply([{**good, **fields}]))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (row(emissionfactor=None), "null-value"),
        (row(emissionfactor="0.2"), "not-a-number"),
        (row(emissionfactor=-0.1), "implausible-value"),
        (row(emissionfactor=200), "implausible-value"),  # grams where kilograms are expected
        (row(type="/v1/types/2"), "wrong-shape"),
        (row(type=None), "wrong-shape"),
        (row(validfrom="today"), "bad-datetime"),
        (row(validfrom="2026-03-03T12:00:00+00:00"), "null-value"),  # only of hours to come
        (row(validfrom="2026-03-02T09:00:00+00:00"), "stale"),
        (always(reply([])), "empty"),
        (always(reply({"hydra:member": []})), "empty"),
        (always(reply({})), "wrong-shape"),
        (always(reply("<html>")), "not-json"),
        (always(reply({"detail": "Too many"}, 429)), "rate-limited"),
        (always(reply("", 500)), "server-error"),
        (always(reply("", 401)), "bad-key"),
        (always(reply("", 422)), "request-refused"),
        (dropped, "connection"),
        (truncated, "truncated"),
    ],
)
def test_a_reply_that_cannot_be_used_says_why_and_gives_no_value(fault: Fault, reason: str, server: FakeNed) -> None:
    server.fault = fault

    reading = read(server)

    assert (reading.latest, reading.reason) == (None, reason)


def test_without_a_key_nothing_is_called(server: FakeNed) -> None:
    assert read(server, ned_api_key=None).latest is None
    assert server.calls == []


def test_the_key_is_in_no_log(server: FakeNed, caplog: pytest.LogCaptureFixture) -> None:
    server.fault = always(reply({"detail": f"token {KEY} is invalid"}, 401))

    with caplog.at_level(logging.DEBUG):
        assert read(server).reason == "bad-key"

    assert KEY not in caplog.text
