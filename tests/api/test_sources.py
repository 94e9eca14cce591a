"""GET /api/v1/sources and /api/v1/zones/{zone}/sources; what answers say of the source they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from carbon.intensity import Derivation, Quality
from carbon.ranges import Factors
from carbon.reading import Observation, ZoneReading
from engine import Engine
from grid.registry import SOURCES, build_reader
from settings import Settings
from tests.api.conftest import Ask
from tests.fakes.access import access
from tests.fakes.background import even_zones, settled
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, hour_of
from tests.fakes.service import NOW, service
from tests.fakes.uk_carbon import FakeUkCarbon
from tests.fakes.upstream import always, reply

LONDON = "/api/v1/regions/eu-west-2"


@pytest.fixture
def upstream() -> Iterator[FakeUkCarbon]:
    with FakeUkCarbon().serving() as fake:
        fake.utc_now = lambda: NOW
        yield fake


def client_of(upstream: FakeUkCarbon, **more: Any) -> FlaskClient:
    """The service with the source of Great Britain, once it has been asked."""
    settings = Settings(uk_carbon_base_url=upstream.base_url, sources="uk-carbon", upstream_retries=0, **more)
    reader = build_reader(settings, utc_now=lambda: NOW, zones=even_zones())
    settled(reader, "GB", now=NOW)
    return create_app(settings, Engine(cloud_map(), reader), rules=access(), clock=lambda: NOW).test_client()


def test_every_source_says_what_it_covers_on_which_terms_and_how_it_is_doing(upstream: FakeUkCarbon) -> None:
    rows = client_of(upstream).get("/api/v1/sources").get_json()["sources"]

    by_name = {row["source"]: row for row in rows}
    assert by_name.keys() == SOURCES.keys()
    assert rows[0] == {
        "source": "uk-carbon",
        "title": "Carbon Intensity API for Great Britain",
        "url": "https://carbonintensity.org.uk",
        "state": "ok",
        "detail": "the source answers",
        "trust": 1,
        "zones": ["GB"],
        "forecast_hours": 48,
        "key_needed": False,
        "key_setting": None,
        "signal": "average",
        "method": SOURCES["uk-carbon"].facts.method,
        "flow_traced": False,
        "licence": "CC BY 4.0",
        "licence_url": "https://creativecommons.org/licenses/by/4.0/",
        "attribution": "NESO Carbon Intensity API",
        "commercial_use": True,
    }
    assert by_name["electricity-maps"]["state"] == "off"  # not in SOURCES
    assert (by_name["electricity-maps"]["zones"], by_name["electricity-maps"]["key_needed"]) == (None, True)


def test_an_answer_names_method_attribution_and_licence_of_its_source(upstream: FakeUkCarbon) -> None:
    details = client_of(upstream).get(LONDON).get_json()["region_details"]

    assert details["current_carbon_intensity"] == 177.7  # worked out in tests/grid/test_uk_carbon.py
    assert (details["data_quality"], details["source"], details["flow_traced"]) == ("measured", "uk-carbon", False)
    assert (details["attribution"], details["licence"]) == ("NESO Carbon Intensity API", "CC BY 4.0")
    assert details["method"].startswith("mix x lifecycle factors")
    assert details["error"] > 0.2
    assert details["low"] < 177.7 / (1 + details["error"])  # and what comes, which is not certain either
    assert details["hourly_forecast"][5]["source"] == "uk-carbon-forecast"
    assert details["hourly_forecast"][5]["attribution"] == "NESO Carbon Intensity API"


def test_by_rank_names_them_too(upstream: FakeUkCarbon) -> None:
    row = client_of(upstream).get("/v1/by-iata/LON?limit=1").get_json()["regions"][0]

    assert (row["source"], row["licence"], row["flowTraced"]) == ("uk-carbon", "CC BY 4.0", False)
    assert row["attribution"] == "NESO Carbon Intensity API"


def test_a_baseline_has_neither(get: Ask) -> None:
    details = get(LONDON)["region_details"]

    assert not {"method", "error", "flow_traced", "attribution", "licence"} & details.keys()
    assert (details["sources"], details["disagreement"]) == ([], None)


def test_a_source_in_trouble_is_listed_with_its_reason(upstream: FakeUkCarbon) -> None:
    upstream.fault = always(reply("", 500))

    details = client_of(upstream).get(LONDON).get_json()["region_details"]

    assert (details["data_quality"], details["fallback_reason"]) == ("baseline", "server-error")
    (row,) = details["sources"]
    assert (row["source"], row["used"], row["carbon_intensity"]) == ("uk-carbon", False, None)
    assert row["fallback_reason"] == "server-error"


def value(source: str, gco2e_per_kwh: float, *, hours_ago: int = 0, **how: Any) -> Observation:
    starts_at = hour_of(NOW) - timedelta(hours=hours_ago)
    return Observation(
        zone="DE",
        gco2e_per_kwh=gco2e_per_kwh,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        quality=Quality.MEASURED,
        source=source,
        derivation=Derivation(**how),
    )


def reader_of(*values: Observation) -> FakeReader:
    """Sources of Germany, the first of which answers."""
    reader = FakeReader({"DE": ZoneReading(latest=values[0], others=values[1:])})
    reader.sources = {one.source: {"DE": ZoneReading(latest=one)} for one in values}
    return reader


def test_the_sources_of_a_zone_stand_side_by_side_with_their_disagreement() -> None:
    first = value("first", 200.0)
    second = value("second", 300.0, method="mix", flow_traced=False, range=Factors(low=0.8, high=1.25), licence="CC0")

    answer = service(reader_of(first, second)).test_client().get("/api/v1/zones/DE/sources").get_json()

    assert answer["zone_sources"] == {
        "zone": "DE",
        "disagreement": 0.4,  # 100 over 250
        "sources": [
            {
                "source": "first",
                "used": True,
                "carbon_intensity": 200,
                "data_quality": "measured",
                "datetime": "2026-02-11T10:00:00Z",
                "age_seconds": 0,
                "fallback_reason": None,
                "method": None,
                "error": None,
                "flow_traced": True,
                "attribution": None,
                "licence": None,
            },
            {
                "source": "second",
                "used": False,
                "carbon_intensity": 300,
                "data_quality": "measured",
                "datetime": "2026-02-11T10:00:00Z",
                "age_seconds": 0,
                "fallback_reason": None,
                "method": "mix",
                "error": 0.25,
                "flow_traced": False,
                "attribution": None,
                "licence": "CC0",
            },
        ],
    }


def test_a_disagreement_of_more_than_a_quarter_widens_the_range_of_the_answer() -> None:
    alone, beside = (
        service(reader_of(*values)).test_client().get("/api/v1/zones/DE").get_json()["zone_details"]
        for values in ([value("first", 200.0)], [value("first", 200.0), value("second", 300.0)])
    )

    assert beside["current_carbon_intensity"] == alone["current_carbon_intensity"] == 200
    assert beside["low"] == alone["low"]
    assert beside["high"] > 300 > alone["high"]


FRANKFURT = {"region": "eu-central-1", "instance_type": "m5.large"}
# Question, and where its answer has the upper end of a carbon intensity of Germany.
ANSWERS: dict[str, tuple[str, dict[str, Any] | None, tuple[str | int, ...]]] = {
    "calculate": ("/api/v1/calculate", FRANKFURT, ("calculation", "carbon_intensity_used_origin", "high")),
    "compare": (
        "/api/v1/compare",
        {"options": [FRANKFURT]},
        ("comparisons", 0, "carbon_intensity_used_origin", "high"),
    ),
    "schedule": ("/api/v1/schedule", {"region": "eu-central-1", "duration_hours": 1}, ("start_now", "high")),
    "optimize": (
        "/api/v1/optimize",
        {"workload": "general", "priority": "carbon", "countries": ["DE"], "providers": ["aws"], "limit": 1},
        ("recommendation", "recommendations", 0, "carbon_intensity_used_origin", "high"),
    ),
    "by-rank": ("/v1/by-country/DE?limit=1", None, ("regions", 0, "high")),
    "regions": ("/api/v1/regions?country=DE&limit=1", None, ("regions", 0, "high")),
    "region": ("/api/v1/regions/eu-central-1", None, ("region_details", "high")),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_it_widens_the_range_in_every_answer(name: str) -> None:
    path, question, place = ANSWERS[name]

    alone, beside = (
        _at(_answer(reader_of(*values), path, question), place)
        for values in ([value("first", 200.0)], [value("first", 200.0), value("second", 300.0)])
    )

    # Half above the level of the answer, which is about 200 in this hour, with what comes in quadrature.
    assert beside > 1.35 * alone


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_names_method_error_attribution_and_licence_of_its_figure(name: str) -> None:
    path, question, place = ANSWERS[name]
    produced = value(
        "first",
        200.0,
        method="mix",
        flow_traced=False,
        range=Factors(low=0.8, high=1.25),
        attribution="a mix",
        licence="CC0",
    )

    origin = _answer(reader_of(produced), path, question)
    for step in place[:-1]:
        origin = origin[step]

    traced = origin.get("flowTraced", origin.get("flow_traced"))
    assert (origin["method"], origin["error"], traced) == ("mix", 0.25, False)
    assert (origin["attribution"], origin["licence"]) == ("a mix", "CC0")
    assert origin["high"] > 1.25 * 200  # the error widens the range


def _answer(reader: FakeReader, path: str, question: dict[str, Any] | None) -> Any:
    client = service(reader).test_client()
    response = client.get(path) if question is None else client.post(path, json=question)
    assert response.status_code == 200
    return response.get_json()


def _at(body: Any, place: tuple[str | int, ...]) -> float:
    for step in place:
        body = body[step]
    return float(body)


def test_an_older_value_is_shown_as_the_nowcast_that_answers_use() -> None:
    row = (
        service(reader_of(value("first", 400.0, hours_ago=4)))
        .test_client()
        .get("/api/v1/zones/DE/sources")
        .get_json()["zone_sources"]["sources"][0]
    )

    assert (row["data_quality"], row["datetime"]) == ("estimated", "2026-02-11T10:00:00Z")
    assert row["age_seconds"] == 3 * 3600 + 30 * 60  # from 07:00 to the minute of the answer
    assert row["method"].startswith("nowcast")


def test_a_zone_that_does_not_exist_is_unknown(get: Ask) -> None:
    assert get("/api/v1/zones/XX/sources", status=404)["type"] == "/problems/unknown-zone"


def test_no_parameter_is_taken(get: Ask) -> None:
    get("/api/v1/sources?zone=DE", status=400)
