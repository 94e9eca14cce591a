"""EIA: one call for several areas, pages, replies that cannot be used, and the key."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

import pytest

from catalog.source_tables import exact_zones
from grid.source import SourceError
from grid.sources import eia
from grid.sources.eia.client import Eia
from tests.fakes.background import reader_of, settled, source_of
from tests.fakes.eia import KEY, PATH, TRADE_PATH, FakeEia
from tests.fakes.upstream import Answer, Fault, always, dropped, reply, truncated
from tests.grid.eia_readings import CISO, NOW, read


@pytest.fixture
def server() -> Iterator[FakeEia]:
    with FakeEia().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def test_one_call_brings_several_areas_and_no_other_is_sent_for_them(server: FakeEia) -> None:
    reader = reader_of(eia.ENTRY, NOW, eia_base_url=server.base_url, eia_api_key=KEY)
    zones = list(exact_zones("eia"))[:8]

    readings = settled(reader, *zones, now=NOW, forecast=False)

    assert all(reading.latest for reading in readings.values())
    assert [call.path for call in server.calls] == [PATH, TRADE_PATH]
    assert server.calls[1].each("facets[fromba][]") == tuple(exact_zones("eia")[zone] for zone in zones)
    assert server.calls[0].each("facets[respondent][]") == tuple(exact_zones("eia")[zone] for zone in zones)
    assert (server.calls[0].path, server.calls[0].query["start"]) == (PATH, "2026-03-01T09")


def test_further_pages_are_read_until_all_rows_are_there(server: FakeEia) -> None:
    server.page_rows = 500  # 26 hours x 4 fuels x 8 areas = 832 rows

    assert read(server).latest is not None
    assert [call.query["offset"] for call in server.calls if call.path == PATH] == ["0", "500"]


def test_an_upstream_that_never_ends_its_pages_is_left_after_five(server: FakeEia) -> None:
    server.page_rows = 1

    assert read(server).reason == "wrong-shape"
    assert len(server.calls) == 5


def test_an_area_without_rows_does_not_cost_the_others_their_value(server: FakeEia) -> None:
    zones = list(exact_zones("eia"))[:2]
    server.areas_without_rows.add(exact_zones("eia")[zones[0]])
    reader = reader_of(eia.ENTRY, NOW, eia_base_url=server.base_url, eia_api_key=KEY)

    readings = settled(reader, *zones, now=NOW, forecast=False)

    assert readings[zones[0]].reason == "no-recent-data"
    assert readings[zones[1]].latest is not None


def test_a_value_of_a_day_ago_still_makes_a_nowcast_and_an_older_one_does_not(server: FakeEia) -> None:
    server.newest_ends_hours_ago = 23
    assert read(server).latest is not None

    server.newest_ends_hours_ago = 25
    assert read(server).reason == "stale"


def row(**fields: object) -> Fault:
    """One row of CISO, with these fields."""
    good = {"period": "2026-03-03T07", "respondent": "CISO", "fueltype": "NG", "value": 100}
    return always(reply({"response": {"total": 1, "data": [{**good, **fields}]}}))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (always(reply("<html>maintenance</html>")), "not-json"),
        (always(reply({})), "wrong-shape"),
        (always(reply({"response": {"total": 0, "data": []}})), "empty"),
        (always(reply({"response": {"total": 1, "data": ["row"]}})), "wrong-shape"),
        (always(reply({"response": {"total": "many", "data": []}})), "not-a-number"),
        (row(value="lots"), "not-a-number"),
        (row(value=None), "empty"),
        (row(value=-500), "empty"),
        (row(period="2026-03-03"), "bad-datetime"),
        (row(period="2026-03-03T12"), "future"),
        (row(period=7), "wrong-shape"),
        (row(fueltype=None), "wrong-shape"),
        (row(respondent="QQQQ"), "no-recent-data"),
        (row(fueltype="FUSION"), "empty"),
        (always(reply({"error": {"code": "OVER_RATE_LIMIT"}}, 429)), "rate-limited"),
        (always(reply({"error": "Invalid facet", "code": 400}, 400)), "request-refused"),
        (always(reply({"error": {"code": "API_KEY_INVALID"}}, 403)), "bad-key"),
        (always(reply("", 404)), "no-recent-data"),
        (always(reply("down", 503)), "server-error"),
        (dropped, "connection"),
        (truncated, "truncated"),
    ],
)
def test_a_reply_that_cannot_be_used_says_why_and_gives_no_value(fault: Fault, reason: str, server: FakeEia) -> None:
    server.fault = fault

    reading = read(server)

    assert (reading.latest, reading.reason) == (None, reason)


def test_without_a_key_nothing_is_called(server: FakeEia) -> None:
    reading = read(server, eia_api_key=None)

    assert reading.latest is None
    assert server.calls == []


@pytest.mark.parametrize("fault", [None, dropped, always(Answer(status=403, body=b'{"error": "eia-key"}'))])
def test_the_key_which_is_a_part_of_the_url_is_in_no_log(
    fault: Fault | None, server: FakeEia, caplog: pytest.LogCaptureFixture
) -> None:
    server.fault = fault

    with caplog.at_level(logging.DEBUG):
        read(server, upstream_retries=1)

    assert any(record.name.startswith("urllib3") for record in caplog.records)
    assert KEY not in caplog.text
    assert server.calls[0].query["api_key"] == KEY


def test_no_error_holds_the_key_in_its_chain() -> None:
    closed = "http://127.0.0.1:9/v2"  # the exception of requests then quotes the whole URL
    source = source_of(eia.ENTRY, NOW, eia_base_url=closed, eia_api_key=KEY)
    assert isinstance(source, Eia)

    with pytest.raises(SourceError) as error:
        source.values("intensity", source.together(CISO))

    assert KEY not in "".join(traceback.format_exception(error.value))
