"""ENTSO-E: what its documents say, documents that cannot be used, and the token."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from grid.source import SourceError
from grid.sources.entsoe import documents
from tests.fakes.conversions import conversion
from tests.fakes.entsoe import MIX, TOKEN, FakeEntsoe, Series, acknowledgement, even
from tests.fakes.upstream import Answer, Call, Fault, always, dropped, reply, truncated
from tests.grid.entsoe_readings import FRANCE, NOW, SPAIN, read


@pytest.fixture
def server() -> Iterator[FakeEntsoe]:
    with FakeEntsoe().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def test_a_position_that_is_left_out_repeats_the_one_before_it_to_the_end_of_the_period(server: FakeEntsoe) -> None:
    # 22 hours: the last value sent is that of position 20, which also holds in the last hour.
    server.series = (Series(fuel="B04", points={1: 100, 20: 300}), even("B19", 100))

    latest = read(server).latest

    # (300 x 490 + 100 x 11) / 400
    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(370.25)


def test_fuels_in_steps_of_different_length_meet_in_the_finest(server: FakeEntsoe) -> None:
    # 22 hours in quarters are 88; the last quarter of gas has 300 MW.
    server.series = (Series(fuel="B04", points={1: 100, 88: 300}, resolution="PT15M"), even("B19", 100))

    latest = read(server).latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(370.25)
    assert (latest.starts_at, latest.ends_at) == (NOW.replace(hour=6, minute=45), NOW.replace(hour=7, minute=0))


def test_pumping_and_storage_do_not_count(server: FakeEntsoe) -> None:
    own_use = even("B04", 9, outward=True)
    server.series = (*MIX, even("B10", 900), even("B10", 1200, outward=True), even("B25", 50), own_use)

    latest = read(server).latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(333.125)


def test_a_fuel_that_is_reported_late_makes_the_newest_hours_incomplete(server: FakeEntsoe) -> None:
    late = even("B04", 100, ends_hours_ago=4)
    server.series = (even("B05", 100), late, even("B14", 50), even("B19", 150))

    latest = read(server).latest

    assert latest is not None
    assert latest.ends_at.hour == 5
    assert latest.gco2e_per_kwh == pytest.approx(333.125)


@pytest.mark.parametrize("status", [200, 400])
def test_no_data_is_said_with_either_status(status: int, server: FakeEntsoe) -> None:
    server.fault = always(acknowledgement("No matching data found", status))

    assert read(server).reason == "no-recent-data"


def xml(body: str) -> Fault:
    return always(reply(body, Content_Type="application/xml"))


def replaced(old: str, new: str) -> Fault:
    """The good document with one text replaced everywhere."""

    def change(_call: Call, good: Answer) -> Answer:
        text = good.body.decode()
        assert old in text
        return reply(text.replace(old, new), Content_Type="application/xml")

    return change


ENTITIES = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><GL_MarketDocument>&b;</GL_MarketDocument>'
A_FILE = '<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]><GL_MarketDocument>&f;</GL_MarketDocument>'


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (always(reply("<html><body>maintenance", 503, Content_Type="text/html")), "server-error"),
        (xml("<html><body>maintenance</body></html>"), "wrong-shape"),
        (xml("<html><body>maintenance"), "not-xml"),
        (xml(""), "not-xml"),
        (always(reply({"status": "down"})), "not-xml"),
        (xml(ENTITIES), "wrong-shape"),
        (xml(A_FILE), "wrong-shape"),
        (xml("<GL_MarketDocument/>"), "empty"),
        (replaced(FRANCE, "10YBE----------2"), "wrong-zone"),
        (replaced("PT60M", "P1Y"), "wrong-shape"),
        (replaced("<psrType>B05</psrType>", ""), "wrong-shape"),
        (replaced("<quantity>100<", "<quantity>much<"), "not-a-number"),
        (replaced("<quantity>100<", "<quantity>NaN<"), "not-a-number"),
        (replaced("<position>1<", "<position>one<"), "not-a-number"),
        (replaced("2026-03-02T09:00Z", "yesterday"), "bad-datetime"),
        (replaced("2026-03-02T09:00Z", "2006-03-02T09:00Z"), "wrong-shape"),  # a period of twenty years
        (replaced("2026-03-02T09:00Z", "2026-03-03T07:00Z"), "wrong-shape"),  # an empty one
        (replaced("2026-03-0", "2026-05-0"), "future"),
        (replaced("2026-03-0", "2026-02-0"), "stale"),
        (replaced("B0", "Z0"), "empty"),  # half of the power under names that no table has
        (always(acknowledgement("more instances than the maximum of 100", 400)), "request-refused"),
        (always(acknowledgement("token missing or unknown", 401)), "bad-key"),
        (always(reply("over 400 requests a minute", 429, Content_Type="text/html")), "rate-limited"),
        (dropped, "connection"),
        (truncated, "truncated"),
    ],
)
def test_a_reply_that_cannot_be_used_says_why_and_gives_no_value(fault: Fault, reason: str, server: FakeEntsoe) -> None:
    server.fault = fault

    reading = read(server)

    assert (reading.latest, reading.reason) == (None, reason)


def test_every_damaged_document_is_a_value_or_a_source_error(server: FakeEntsoe) -> None:
    good = server.document(FRANCE)
    spoilt = [
        good[:at] + text + good[at + 5 :] for at in range(0, len(good), 7) for text in ("", "9", "<", "-1e9", "€")
    ]
    parsed = 0
    for document in spoilt:
        try:
            steps = documents.steps(document.encode(), "FR", FRANCE)
            documents.observation(steps, None, "FR", NOW, timedelta(days=1), conversion())
            parsed += 1
        except SourceError:
            continue

    assert 0 < parsed < len(spoilt)


def test_every_damaged_document_of_flows_is_read_or_a_source_error(server: FakeEntsoe) -> None:
    server.flows = {(FRANCE, SPAIN): 100}
    good = server.flow(FRANCE, SPAIN).body.decode()
    spoilt = [good[:at] + text + good[at + 5 :] for at in range(0, len(good), 7) for text in ("", "9", "<", "-1e9")]
    parsed = 0
    for document in spoilt:
        try:
            documents.flow(document.encode(), FRANCE, SPAIN)
            parsed += 1
        except SourceError:
            continue

    assert 0 < parsed < len(spoilt)


def test_without_a_token_nothing_is_called(server: FakeEntsoe) -> None:
    assert read(server, entsoe_token=None).latest is None
    assert server.calls == []


def test_the_token_which_is_a_part_of_the_url_is_in_no_log(
    server: FakeEntsoe, caplog: pytest.LogCaptureFixture
) -> None:
    server.fault = always(acknowledgement(f"token {TOKEN} unknown", 401))

    with caplog.at_level(logging.DEBUG):
        read(server)

    assert any(record.name.startswith("urllib3") for record in caplog.records)
    assert TOKEN not in caplog.text
