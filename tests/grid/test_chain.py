"""Two sources side by side: Electricity Maps in front, a toy source behind it that knows two zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

from app import create_app
from carbon.intensity import Signal
from carbon.reading import Attempt, ZoneReading
from engine import Engine
from grid.chain import ChainReader
from grid.live.tools import Entry
from grid.registry import build_reader
from grid.sources import electricity_maps
from settings import Settings
from tests.fakes import toy_source
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.electricity_maps import KEY, FakeElectricityMaps
from tests.fakes.toy_source.server import ToyServer, serving
from tests.fakes.upstream import always, only, reply

ELECTRICITY_MAPS = {electricity_maps.NAME: electricity_maps.ENTRY}
Registry = Mapping[str, Entry]


@pytest.fixture
def upstream() -> Iterator[FakeElectricityMaps]:
    with FakeElectricityMaps({"DE": 300, "SE-SE3": 20}).serving() as fake:
        yield fake


@pytest.fixture
def toy() -> Iterator[ToyServer]:
    with serving() as server:
        yield server


@pytest.fixture
def both(toy: ToyServer) -> Registry:
    """The registry with one more line."""
    return {**ELECTRICITY_MAPS, toy_source.NAME: toy_source.build_at(toy.base_url)}


def settings_for(upstream: FakeElectricityMaps) -> Settings:
    return Settings(el_maps_api_key=KEY, el_maps_base_url=upstream.base_url, upstream_retries=0, rate_limit="off")


def read(reader: ChainReader, *zones: str, forecast: bool = False) -> Mapping[str, ZoneReading]:
    return reader.open().read(zones, now=datetime.now(UTC), forecast=forecast)


def value(reading: ZoneReading) -> tuple[str, float] | None:
    return None if reading.latest is None else (reading.latest.source, reading.latest.gco2e_per_kwh)


def test_the_source_in_front_answers_where_it_can(upstream: FakeElectricityMaps, both: Registry) -> None:
    reading = read(build_reader(settings_for(upstream), sources=both), "DE")["DE"]

    assert value(reading) == ("electricity-maps", 300)
    assert reading.attempts == (Attempt(source="electricity-maps", reason=None),)


def test_a_zone_that_the_first_source_lacks_is_read_from_the_next_and_both_are_listed(
    upstream: FakeElectricityMaps, both: Registry
) -> None:
    reading = read(build_reader(settings_for(upstream), sources=both), "FR")["FR"]

    assert (value(reading), reading.reason) == (("toy", 45), None)
    assert reading.attempts == (
        Attempt(source="electricity-maps", reason="plan-lacks-zone"),
        Attempt(source="toy", reason=None),
    )


def test_a_source_in_trouble_is_passed_over_for_the_next(upstream: FakeElectricityMaps, both: Registry) -> None:
    upstream.fault = only("carbon-intensity/latest", always(reply("", 500)))

    readings = read(build_reader(settings_for(upstream), sources=both), "DE", "SE-SE3")

    assert value(readings["DE"]) == ("toy", 123)
    assert [attempt.source for attempt in readings["DE"].attempts] == ["electricity-maps", "toy"]
    assert (readings["SE-SE3"].latest, len(readings["SE-SE3"].attempts)) == (None, 1)  # the toy does not cover it


def test_a_forecast_comes_from_the_source_that_has_one(upstream: FakeElectricityMaps, both: Registry) -> None:
    upstream.fault = only("carbon-intensity/latest", always(reply("", 404)))

    reading = read(build_reader(settings_for(upstream), sources=both), "DE", forecast=True)["DE"]

    assert value(reading) == ("toy", 123)
    assert reading.forecast is not None
    assert reading.forecast.source == "electricity-maps-forecast"


def test_without_a_key_the_sources_that_need_none_answer(both: Registry) -> None:
    reader = build_reader(Settings(), sources=both)

    readings = read(reader, "DE", "SE-SE3")

    assert value(readings["DE"]) == ("toy", 123)
    assert readings["SE-SE3"] == ZoneReading(reason="no-key")


def test_ready_and_metrics_show_every_source(upstream: FakeElectricityMaps, both: Registry) -> None:
    settings = settings_for(upstream)
    reader = build_reader(settings, sources=both)
    client = create_app(settings, Engine(cloud_map(), reader), rules=access()).test_client()

    body = {"region": "eu-west-3", "instance_type": "m7g.large"}  # France, which the plan lacks
    row = client.post("/api/v1/calculate", json=body).get_json()["calculation"]
    ready = client.get("/ready").get_json()
    metrics = client.get("/metrics").get_data(as_text=True)

    assert (row["source"], row["carbon_intensity_gco2_kwh"], row["data_quality"]) == ("toy", 45, "measured")
    assert [(state["source"], state["state"]) for state in ready["sources"]] == [
        ("electricity-maps", "ok"),
        ("toy", "ok"),
    ]
    assert 'source="toy"' in metrics


def test_a_zone_that_no_source_knows_says_so(toy: ToyServer) -> None:
    reader = build_reader(Settings(), sources={toy_source.NAME: toy_source.build_at(toy.base_url)})

    assert read(reader, "SE-SE3")["SE-SE3"] == ZoneReading(reason="no-source")


def test_a_source_of_another_signal_never_answers_for_the_average(toy: ToyServer) -> None:
    marginal = toy_source.build_at(toy.base_url, Signal.MARGINAL)
    reader = build_reader(Settings(), sources={toy_source.NAME: marginal})
    now = datetime.now(UTC)

    average = reader.open().read(["DE"], now=now, forecast=False)["DE"]
    of_its_own = reader.open(Signal.MARGINAL).read(["DE"], now=now, forecast=False)["DE"]

    assert average == ZoneReading(reason="no-source")
    assert value(of_its_own) == ("toy", 123)


def test_what_a_source_does_not_offer_is_never_called(toy: ToyServer) -> None:
    reader = build_reader(Settings(), sources={toy_source.NAME: toy_source.build_at(toy.base_url)})
    now = datetime.now(UTC)
    snapshot = reader.open()

    reading = snapshot.read(["DE"], now=now, forecast=True)["DE"]

    assert (value(reading), reading.reason, reading.forecast) == (("toy", 123), None, None)
    assert snapshot.shares("DE", now=now) is None
    assert toy.places == ["Germany"]


def test_a_new_source_has_the_breaker_without_code_of_its_own(toy: ToyServer) -> None:
    settings = Settings(upstream_retries=0, failure_ttl_seconds=0)
    reader = build_reader(settings, sources={toy_source.NAME: toy_source.build_at(toy.base_url)})
    toy.status = 500

    for _ in range(6):
        reading = read(reader, "DE")["DE"]

    (state,) = reader.states()
    assert len(toy.places) == 3  # three failures in a row hold further calls
    assert reading.reason == "server-error"
    assert (state.state, state.breaker_open) == ("degraded", True)
    assert state.detail.startswith("server-error: no calls are sent for")
