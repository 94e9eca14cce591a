"""Energy-Charts: a country's mix hours ago, its forecast, its parts, and calls that are spaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise

import pytest

from carbon.intensity import Quality
from carbon.reading import ZoneReading
from catalog.source_tables import load_source_tables
from engine import Engine
from grid.live.queue import PacedQueue
from grid.live.tools import Entry
from grid.records import KINDS
from grid.sources import energy_charts
from grid.sources.energy_charts.zones import COUNTRIES
from grid.upstream.pace import Pace, Paced
from store.shared.state import SharedState
from tests.fakes.background import reader_of, settled
from tests.fakes.clock import SteppedClock
from tests.fakes.clouds import cloud_map
from tests.fakes.energy_charts import FakeEnergyCharts
from tests.fakes.patience import eventually
from tests.fakes.upstream import Fault, always, only, reply

NOW = datetime(2026, 3, 3, 9, 7, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FakeEnergyCharts]:
    with FakeEnergyCharts().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def entry(*, pause_seconds: float = 0.0) -> Entry:
    """The source with another pause between its calls."""
    return replace(energy_charts.ENTRY, build=partial(energy_charts.build, pause_seconds=pause_seconds))


def read(server: FakeEnergyCharts, *zones: str, forecast: bool = True) -> dict[str, ZoneReading]:
    reader = reader_of(entry(), NOW, energy_charts_base_url=server.base_url)
    return dict(settled(reader, *zones, now=NOW, forecast=forecast))


def test_the_newest_complete_step_becomes_production_based_lifecycle_intensity(server: FakeEnergyCharts) -> None:
    latest = read(server, "DE", forecast=False)["DE"].latest

    # Gas 400 x 490 and wind 600 x 11 over 1000; pumps, trade, load and shares are no generation. The two newest steps
    # have only wind, so that they would be too clean.
    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(202.6)
    assert (latest.starts_at, latest.ends_at) == (NOW.replace(hour=6, minute=45), NOW.replace(hour=7, minute=0))
    assert (latest.derivation.flow_traced, latest.derivation.attribution) == (
        False,
        "Energy-Charts.info, Fraunhofer ISE",
    )


def test_imports_by_neighbour_count_one_step_in_the_newest_step_that_has_them(server: FakeEnergyCharts) -> None:
    server.flows = {"France": 0.25, "Czech Republic": -1.5, "Denmark": 0.0}

    latest = read(server, "DE", forecast=False)["DE"].latest

    # 1000 MW at 202.6, and 250 from France at its yearly 100: (202600 + 25000) / 1250. The flows of the two newest
    # complete steps are zeros: not published yet.
    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(182.08)
    assert (latest.starts_at, latest.ends_at) == (NOW.replace(hour=6, minute=15), NOW.replace(hour=6, minute=30))
    assert latest.derivation.method == "mix x lifecycle factors; imports: one step, 0 of 1 neighbours live"
    assert latest.derivation.flow_traced is False


@pytest.mark.parametrize("flows", [{"France": None, "Poland": 1.0}, {"Atlantis": 0.25}, {"France": 0.0}], ids=str)
def test_without_all_flows_or_the_level_of_a_neighbour_imports_are_left_out(
    flows: dict[str, float | None], server: FakeEnergyCharts
) -> None:
    server.flows = flows

    latest = read(server, "DE", forecast=False)["DE"].latest

    assert latest is not None
    assert latest.gco2e_per_kwh == pytest.approx(202.6)
    assert latest.derivation.method == "mix x lifecycle factors, without imports"


def test_the_forecast_reaches_back_so_that_the_nowcast_has_its_shape(server: FakeEnergyCharts) -> None:
    forecast = read(server, "DE")["DE"].forecast

    assert forecast is not None
    assert forecast.starts_at == datetime(2026, 3, 2, tzinfo=UTC)
    assert forecast.gco2e_per_kwh[24:34] == tuple(200 + 10 * hour for hour in range(10))


def test_an_answer_is_a_nowcast_at_the_level_of_the_mix_over_the_shape_of_the_forecast(
    server: FakeEnergyCharts,
) -> None:
    reader = reader_of(entry(), NOW, energy_charts_base_url=server.base_url)
    settled(reader, "DE", now=NOW)

    now = Engine(cloud_map(), reader).at(NOW).zone_details("DE").intensity

    # The mix of 06:45 says 202.6; the forecast has 260 in the hour from 06:00 and 290 in that from 09:00.
    assert now.gco2e_per_kwh == pytest.approx(202.6 * 290 / 260)
    assert (now.provenance.quality, now.provenance.source) == (Quality.ESTIMATED, "energy-charts")
    assert now.provenance.age_seconds == 2 * 3600 + 7 * 60  # since 07:00
    assert now.provenance.derivation.method == (
        "mix x lifecycle factors, without imports; nowcast: last level over the source's forecast"
    )
    assert now.low_gco2e_per_kwh is not None
    assert now.low_gco2e_per_kwh < 0.9 * 226


def test_a_part_of_a_country_takes_its_value_with_one_call_and_says_so(server: FakeEnergyCharts) -> None:
    readings = read(server, "SE-SE3", "SE-SE4", forecast=False)

    assert [call.path for call in server.calls] == ["public_power", "cbpf"]
    latest = readings["SE-SE4"].latest
    assert latest is not None
    assert (latest.zone, latest.derivation.exact) == ("SE-SE4", False)
    assert latest.derivation.method == "parent zone; mix x lifecycle factors, without imports"


def test_a_country_that_is_not_served_has_no_value_and_the_others_have(server: FakeEnergyCharts) -> None:
    readings = read(server, "DE", "PL", forecast=False)

    assert readings["DE"].latest is not None
    assert (readings["PL"].latest, readings["PL"].reason) == (None, "request-refused")


def body(seconds: list[int], values: list[int | None]) -> dict[str, object]:
    """A reply about solar alone."""
    return {"unix_seconds": seconds, "production_types": [{"name": "Solar", "data": values}]}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (always(reply("Too Many Requests", 429, Retry_After="60", Content_Type="text/plain")), "rate-limited"),
        (always(reply({"detail": "no content available"}, 404)), "no-recent-data"),
        (always(reply('"a bare text"')), "wrong-shape"),
        (always(reply({"unix_seconds": [], "production_types": []})), "empty"),
        (always(reply({"unix_seconds": [1, 2], "production_types": []})), "empty"),
        (always(reply(body([2, 1], [1, 1]))), "bad-datetime"),
        (always(reply(body([1, 2], [1]))), "wrong-shape"),
        (always(reply(body([1, 2], [None, None]))), "empty"),
        (always(reply(body([1, 2], [1, 1]))), "stale"),
        (always(reply("<html></html>", 200, Content_Type="text/html")), "not-json"),
    ],
)
def test_a_reply_that_cannot_be_used_says_why(fault: Fault, reason: str, server: FakeEnergyCharts) -> None:
    server.fault = only("public_power", fault)

    reading = read(server, "DE", forecast=False)["DE"]

    assert (reading.latest, reading.reason) == (None, reason)


def test_the_countries_are_those_of_the_catalogs_table_that_clients_have_seen() -> None:
    pairs = [pair for pair in load_source_tables().zones("energy-charts") if pair.confidence != "low"]

    assert {(country, zone) for country, zones in COUNTRIES.items() for zone in zones} == {
        (pair.key, pair.zone) for pair in pairs
    }
    assert all(pair.kind == "exact" for pair in pairs if pair.zone == COUNTRIES[pair.key][0])


def test_a_pace_lets_one_call_of_all_workers_pass_and_tells_the_others_how_long_to_wait() -> None:
    clock = SteppedClock(NOW)
    shared = SharedState(None, KINDS)
    first, second = (Pace("a", shared, seconds=7.0, utc_now=clock.utc_now) for _ in range(2))

    first.take()
    clock.advance(2)
    with pytest.raises(Paced) as paced:
        second.take()
    clock.advance(5)
    second.take()

    assert paced.value.retry_after_seconds == pytest.approx(5)


def test_a_queue_sends_one_call_after_the_other_and_tries_again_after_the_pause() -> None:
    slept: list[float] = []
    queue = PacedQueue(sleep=slept.append)
    calls: list[str] = []
    pauses = iter([7.0])

    def first() -> float | None:
        calls.append("first")
        queue.add("second", second)
        queue.add("second", second)  # waits already
        return next(pauses, None)

    def second() -> None:
        calls.append("second")

    queue.add("first", first)

    assert eventually(lambda: calls == ["first", "first", "second"])
    assert slept == [7.0]


def test_calls_to_the_source_are_spaced_in_all_workers_of_a_machine(
    server: FakeEnergyCharts,
) -> None:
    paced = entry(pause_seconds=0.3)
    reader = reader_of(paced, lambda: datetime.now(UTC), energy_charts_base_url=server.base_url)
    server.utc_now = lambda: datetime.now(UTC)

    reader.open().read(["DE", "FR", "SE"], now=datetime.now(UTC), forecast=False)  # once
    server.calls_to("public_power", at_least=3)

    at = [call.at for call in server.calls]
    assert len(at) >= 3
    assert min(later - earlier for earlier, later in pairwise(at)) > 0.25
