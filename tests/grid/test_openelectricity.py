"""Open Electricity: all regions of a network a call, rooftops included, and only for a service without commerce."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from carbon.reading import ZoneReading
from grid.sources import openelectricity
from tests.fakes.background import reader_of, settled
from tests.fakes.openelectricity import KEY, MIX, FakeOpenElectricity
from tests.fakes.upstream import Fault, always, changed, dropped, reply, truncated

NOW = datetime(2026, 3, 3, 9, 40, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FakeOpenElectricity]:
    with FakeOpenElectricity().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def read(server: FakeOpenElectricity, *zones: str, **more: object) -> dict[str, ZoneReading]:
    values = {"openelectricity_api_key": KEY, "openelectricity_non_commercial": "on", **more}
    reader = reader_of(openelectricity.ENTRY, NOW, openelectricity_base_url=server.base_url, **values)
    return dict(settled(reader, *(zones or ("AU-NSW",)), now=NOW, forecast=False))


@pytest.mark.parametrize(("column", "naive"), [("network_region", False), ("region", True)])
def test_the_mix_of_a_region_becomes_lifecycle_intensity(column: str, naive: bool, server: FakeOpenElectricity) -> None:
    server.column, server.naive = column, naive

    latest = read(server)["AU-NSW"].latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(424.5)  # see the imitation
    assert (latest.starts_at, latest.ends_at) == (NOW - timedelta(minutes=15), NOW - timedelta(minutes=10))
    assert (latest.derivation.flow_traced, latest.derivation.licence) == (False, "CC BY-NC 4.0")


def test_the_west_has_a_clock_of_its_own(server: FakeOpenElectricity) -> None:
    server.naive = True

    latest = read(server, "AU-WA")["AU-WA"].latest

    assert latest is not None
    assert latest.ends_at == NOW - timedelta(minutes=10)
    assert server.calls[0].query["date_start"] == "2026-03-02T16:40:00"  # 25 hours before 09:40 UTC, 8 hours ahead


def test_one_call_brings_all_regions_of_the_network(server: FakeOpenElectricity) -> None:
    readings = read(server, "AU-NSW", "AU-QLD", "AU-SA", "AU-TAS", "AU-VIC")

    assert all(reading.latest for reading in readings.values())
    assert [call.path for call in server.calls] == ["data/network/NEM"]


def test_rooftops_which_are_estimated_first_do_not_make_a_step_of_their_own(server: FakeOpenElectricity) -> None:
    server.mixes["NSW1", 0] = {"solar_rooftop": 320.0, "coal_black": None, "wind": None}

    latest = read(server)["AU-NSW"].latest

    assert latest is not None
    assert latest.starts_at == NOW - timedelta(minutes=20)


def test_batteries_pumps_and_flows_do_not_count(server: FakeOpenElectricity) -> None:
    other = {"battery": -5.0, "battery_charging": 90.0, "battery_discharging": 85.0, "pumps": 40.0, "imports": 700.0}
    server.mixes |= {("NSW1", step): {**MIX, **other} for step in range(12)}

    latest = read(server)["AU-NSW"].latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(424.5)


@pytest.mark.parametrize(
    "settings", [{"openelectricity_non_commercial": "off"}, {"openelectricity_api_key": None}], ids=str
)
def test_without_a_key_or_the_word_of_the_operator_nothing_is_called(
    settings: dict[str, object], server: FakeOpenElectricity
) -> None:
    assert read(server, **settings)["AU-NSW"].latest is None
    assert server.calls == []


@pytest.mark.parametrize(
    ("key", "detail"), [(None, "no key is set"), (KEY, "a key is set, but OPENELECTRICITY_NON_COMMERCIAL is not on")]
)
def test_the_state_says_which_setting_is_missing(key: str | None, detail: str) -> None:
    (state,) = reader_of(openelectricity.ENTRY, NOW, openelectricity_api_key=key).states()

    assert (state.state, state.detail) == ("unconfigured", detail)


def table(**fields: object) -> Fault:
    good = {"metric": "power", "interval": "5m", "results": [row()]}
    return always(reply({"success": True, "data": [{**good, **fields}]}))


def row(**fields: object) -> dict[str, object]:
    columns = {"network_region": "NSW1", "fueltech": "wind"}
    return {"columns": columns, "data": [["2026-03-03T19:00:00+10:00", 5.0]], **fields}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (changed(success=False), "empty"),
        (changed(data=[]), "empty"),
        (changed(data={}), "wrong-shape"),
        (table(metric="energy"), "wrong-shape"),
        (table(interval="1h"), "wrong-shape"),
        (table(results=[]), "empty"),
        (table(results=[row(columns={"fueltech": "wind"})]), "wrong-shape"),
        (table(results=[row(data={})]), "wrong-shape"),
        (table(results=[row(data=[["2026-03-03T19:00:00+10:00"]])]), "wrong-shape"),
        (table(results=[row(data=[["2026-03-03T19:00:00+10:00", "5"]])]), "not-a-number"),
        (table(results=[row(data=[["yesterday", 5]])]), "bad-datetime"),
        (table(results=[row(data=[["2026-03-03T19:00:00+10:00", None]])]), "empty"),
        (table(results=[row(data=[["2026-03-03T21:00:00+10:00", 5]])]), "future"),
        (table(results=[row(data=[["2026-03-01T19:00:00+10:00", 5]])]), "stale"),
        (always(reply("<html>", Content_Type="text/html")), "not-json"),
        (always(reply({"detail": "no data in that range"}, 416)), "no-recent-data"),
        (always(reply({"detail": [{"loc": ["query"]}]}, 422)), "request-refused"),
        (always(reply({"detail": "daily credits used up"}, 429)), "rate-limited"),
        (always(reply("<html>Forbidden", 403, Content_Type="text/html")), "bad-key"),
        (always(reply({"detail": "Not authenticated"}, 401)), "bad-key"),
        (always(reply("", 502)), "server-error"),
        (dropped, "connection"),
        (truncated, "truncated"),
    ],
)
def test_a_reply_that_cannot_be_used_says_why_and_gives_no_value(
    fault: Fault, reason: str, server: FakeOpenElectricity
) -> None:
    server.fault = fault

    reading = read(server)["AU-NSW"]

    assert (reading.latest, reading.reason) == (None, reason)


def test_the_key_is_in_no_log(server: FakeOpenElectricity, caplog: pytest.LogCaptureFixture) -> None:
    server.fault = always(reply({"detail": f"the key {KEY} is not valid"}, 401))

    with caplog.at_level(logging.DEBUG):
        assert read(server)["AU-NSW"].reason == "bad-key"

    assert KEY not in caplog.text
