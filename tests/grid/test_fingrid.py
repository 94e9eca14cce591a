"""Fingrid's open data: the direct factor of Finland's consumption becomes lifecycle by the fit of the zone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from grid.sources import fingrid
from tests.fakes.background import reader_of, settled
from tests.fakes.fingrid import KEY, FakeFingrid
from tests.fakes.upstream import Fault, always, changed, dropped, reply, truncated

NOW = datetime(2026, 3, 3, 9, 40, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FakeFingrid]:
    with FakeFingrid().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def read(server: FakeFingrid, **more: object) -> ZoneReading:
    reader = reader_of(fingrid.ENTRY, NOW, fingrid_base_url=server.base_url, **{"fingrid_api_key": KEY, **more})
    return settled(reader, "FI", now=NOW, forecast=False)["FI"]


def test_the_direct_value_becomes_lifecycle_by_the_fit_of_finland(server: FakeFingrid) -> None:
    latest = read(server).latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(23.17 + 1.1147 * 34.6)  # fit of FI
    assert (latest.starts_at, latest.ends_at) == (NOW - timedelta(minutes=7), NOW - timedelta(minutes=4))
    assert (latest.quality, latest.source) == (Quality.MEASURED, "fingrid")
    assert latest.derivation.attribution == "Fingrid / data.fingrid.fi"


def test_it_is_a_value_of_consumption_whose_range_is_that_of_the_fit(server: FakeFingrid) -> None:
    latest = read(server).latest

    # The fit's 0.879 and 1.164, with 10 % for other direct factors.
    assert latest is not None
    assert latest.derivation.flow_traced is True
    assert latest.derivation.range is not None
    assert latest.derivation.range.low == pytest.approx(0.879 / 1.1, abs=0.001)
    assert latest.derivation.range.high == pytest.approx(1.164 * 1.1, abs=0.001)


def test_a_grid_that_burns_nothing_is_no_grid_without_emissions(server: FakeFingrid) -> None:
    server.direct = 0

    latest = read(server).latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(23.17)


def test_one_call_asks_for_consumption(server: FakeFingrid) -> None:
    read(server)

    assert [call.path for call in server.calls] == ["datasets/265/data/latest"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (changed(value=None), "null-value"),
        (changed(value="34.6"), "not-a-number"),
        (changed(value=-3), "implausible-value"),
        (changed(value=9000), "implausible-value"),
        (changed(datasetId=266), "wrong-shape"),
        (changed(startTime="2026-03-03 09:00"), "bad-datetime"),
        (changed(startTime=None), "bad-datetime"),
        (changed(endTime="2026-03-03T09:00:00.000Z"), "bad-datetime"),  # before its start
        (changed(endTime="2027-03-03T09:00:00.000Z"), "bad-datetime"),
        (changed(startTime="2026-03-03T11:00:00Z", endTime="2026-03-03T11:03:00Z"), "future"),
        (changed(startTime="2026-03-02T09:00:00Z", endTime="2026-03-02T09:03:00Z"), "stale"),
        (always(reply([])), "wrong-shape"),
        (always(reply("<html>")), "not-json"),
        (always(reply({"message": "Rate limit is exceeded."}, 429)), "rate-limited"),
        (always(reply("", 503)), "server-error"),
        (always(reply("", 401)), "bad-key"),
        (always(reply("", 404)), "no-recent-data"),
        (dropped, "connection"),
        (truncated, "truncated"),
    ],
)
def test_a_reply_that_cannot_be_used_says_why_and_gives_no_value(
    fault: Fault, reason: str, server: FakeFingrid
) -> None:
    server.fault = fault

    reading = read(server)

    assert (reading.latest, reading.reason) == (None, reason)


def test_without_a_key_nothing_is_called(server: FakeFingrid) -> None:
    assert read(server, fingrid_api_key=None).latest is None
    assert server.calls == []


def test_the_key_is_in_no_log(server: FakeFingrid, caplog: pytest.LogCaptureFixture) -> None:
    server.fault = always(reply({"message": f"key {KEY} is invalid"}, 401))

    with caplog.at_level(logging.DEBUG):
        assert read(server).reason == "bad-key"

    assert KEY not in caplog.text
