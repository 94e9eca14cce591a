"""Elexon: the mix of Great Britain with its imports by interconnector, beside uk-carbon and in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

from carbon.intensity import Quality
from carbon.reading import Observation, ZoneReading
from grid.chain import ChainReader
from grid.registry import build_reader
from grid.sources import elexon, uk_carbon
from settings import Settings
from tests.fakes.background import even_zones, reader_of, settled
from tests.fakes.clock import SteppedClock
from tests.fakes.elexon import MIX, FakeElexon
from tests.fakes.patience import eventually
from tests.fakes.uk_carbon import FakeUkCarbon
from tests.fakes.upstream import Fault, always, dropped, reply

NOW = datetime(2026, 3, 3, 9, 42, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FakeElexon]:
    with FakeElexon().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


@pytest.fixture
def neso() -> Iterator[FakeUkCarbon]:
    with FakeUkCarbon().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def read(server: FakeElexon) -> ZoneReading:
    reader = reader_of(elexon.ENTRY, NOW, elexon_base_url=server.base_url)
    return settled(reader, "GB", now=NOW, forecast=False)["GB"]


def both(server: FakeElexon, neso: FakeUkCarbon, clock: SteppedClock) -> ChainReader:
    """A reader of both sources of Great Britain."""
    settings = Settings(elexon_base_url=server.base_url, uk_carbon_base_url=neso.base_url, upstream_retries=0)
    sources = {entry.facts.name: entry for entry in (uk_carbon.ENTRY, elexon.ENTRY)}
    return build_reader(settings, sources=sources, utc_now=clock.utc_now, zones=even_zones())


def value(reading: ZoneReading) -> Observation:
    assert reading.latest is not None
    return reading.latest


def test_the_mix_becomes_lifecycle_intensity_with_the_net_imports_of_each_neighbour(server: FakeElexon) -> None:
    latest = value(read(server))

    # (400 x 490 + 500 x 11 + 100 x 12 + 250 x 100) / 1250; pumping and the export to Norway are left out
    assert latest.gco2e_per_kwh == pytest.approx(182.16)
    assert (latest.starts_at, latest.ends_at) == (NOW.replace(minute=35), NOW.replace(minute=40))
    assert latest.quality is Quality.ESTIMATED
    assert latest.derivation.method == (
        "mix x lifecycle factors; imports: one step, 0 of 1 neighbours live; solar is missing"
    )
    assert latest.derivation.flow_traced is False
    assert latest.derivation.attribution == ("Contains BMRS data © Elexon Limited copyright and database right 2026")


def test_of_two_rows_for_the_same_the_one_that_was_published_later_counts(server: FakeElexon) -> None:
    corrected = server.rows(0, {**MIX, "CCGT": 900.0}, published_after_seconds=30)
    server.fault = always(reply([*corrected, *server.rows(0, MIX), *server.rows(1, MIX)]))

    # (900 x 490 + 500 x 11 + 100 x 12 + 250 x 100) / 1750
    assert value(read(server)).gco2e_per_kwh == pytest.approx(270.114, abs=0.001)


def test_a_step_that_lacks_a_fuel_is_not_yet_complete(server: FakeElexon) -> None:
    server.mixes = {0: {"WIND": 500.0, "INTFR": 200.0}}

    assert value(read(server)).ends_at == NOW.replace(minute=35)


def test_each_of_the_two_sources_uses_what_the_other_noted(server: FakeElexon, neso: FakeUkCarbon) -> None:
    clock = SteppedClock(NOW)
    server.utc_now = neso.utc_now = clock.utc_now
    reader = both(server, neso, clock)
    settled(reader, "GB", now=NOW, forecast=False)
    clock.advance(360)  # past the time to live

    def by_source() -> Mapping[str, ZoneReading]:
        settled(reader, "GB", now=clock.utc_now(), forecast=False)
        return reader.open().by_source("GB", now=clock.utc_now())

    assert eventually(lambda: _is_complete({name: value(one).derivation.method for name, one in by_source().items()}))
    # 8 % of uk-carbon's mix are solar at 45 g
    assert value(by_source()["elexon"]).gco2e_per_kwh == pytest.approx(0.92 * 182.16 + 0.08 * 45)


def _is_complete(methods: Mapping[str, str | None]) -> bool:
    return bool(methods) and all(
        (methods[source] or "").endswith(words)
        for source, words in (("uk-carbon", "as in Elexon's flows"), ("elexon", "solar as in uk-carbon"))
    )


def test_where_uk_carbon_is_down_elexon_answers(server: FakeElexon, neso: FakeUkCarbon) -> None:
    neso.fault = always(reply({"error": {"code": "500", "message": "resource not found"}}, 500))

    reading = settled(both(server, neso, SteppedClock(NOW)), "GB", now=NOW, forecast=False)["GB"]

    assert (value(reading).source, reading.reason) == ("elexon", None)
    assert [(attempt.source, attempt.reason) for attempt in reading.attempts] == [
        ("uk-carbon", "server-error"),
        ("elexon", None),
    ]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (always(reply([])), "empty"),
        (always(reply({"data": []})), "wrong-shape"),
        (always(reply([{"startTime": "2026-03-03T09:35:00", "publishTime": "2026-03-03T09:40:00Z"}])), "bad-datetime"),
        (always(reply([{"startTime": "2026-03-03T09:35:00Z", "publishTime": "2026-03-03T09:40:00Z"}])), "wrong-shape"),
        (always(reply("<html>", Content_Type="text/html")), "not-json"),
        (always(reply("", 503)), "server-error"),
        (always(reply("", 429)), "rate-limited"),
        (dropped, "connection"),
    ],
)
def test_a_reply_that_cannot_be_used_says_why_and_gives_no_value(fault: Fault, reason: str, server: FakeElexon) -> None:
    server.fault = fault

    reading = read(server)

    assert (reading.latest, reading.reason) == (None, reason)


def test_a_flow_that_is_not_known_leaves_all_imports_out(server: FakeElexon) -> None:
    server.mixes = {step: {**MIX, "INTFR": None} for step in range(24)}

    latest = value(read(server))

    # (400 x 490 + 500 x 11 + 100 x 12) / 1000
    assert latest.gco2e_per_kwh == pytest.approx(202.7)
    assert "without imports" in (latest.derivation.method or "")
