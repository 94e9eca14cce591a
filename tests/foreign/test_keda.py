"""GET /keda/{region} as the metrics-api scaler of KEDA polls it. The clock stands at 2026-02-11T10:30:07Z."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from engine import Engine
from settings import Settings
from tests.api.callers import KEY, guarded
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat
from tests.fakes.service import NOW, service

SAMPLE = Path(__file__).parents[1] / "fixtures" / "kubernetes" / "keda_metrics_api.json"
SWEDEN = "aws:eu-north-1"
STEPS = "thresholds=100:10,200:5"


def at(gco2e_per_kwh: float) -> FlaskClient:
    """A service while Sweden's grid has this intensity."""
    return service(FakeReader({cloud_map().regions[SWEDEN].zone: flat(NOW, gco2e_per_kwh)})).test_client()


def answer(client: FlaskClient, query: str = STEPS, region: str = SWEDEN) -> Any:
    response = client.get(f"/keda/{region}?{query}")
    assert response.status_code == 200, response.text
    return response.get_json()


@pytest.mark.parametrize(("intensity", "count"), [(0, 10), (23, 10), (100, 10), (100.1, 5), (200, 5), (900, 5)])
def test_the_number_is_that_of_the_first_threshold_that_is_not_below_the_intensity(
    intensity: float, count: int
) -> None:
    assert answer(at(intensity), f"max=10&{STEPS}")["value"] == count


def test_above_the_last_threshold_min_replicas_run() -> None:
    assert answer(at(900), f"{STEPS}&min=0")["value"] == 0
    assert answer(at(200), f"{STEPS}&min=0")["value"] == 5


def test_never_more_than_max_run() -> None:
    assert answer(at(50), f"{STEPS}&max=7")["value"] == 7
    assert answer(at(150), f"{STEPS}&max=7")["value"] == 5


def test_the_number_never_rises_with_the_intensity() -> None:
    counts = [answer(at(grams), "thresholds=50:40,100:10,300:3&max=30&min=1")["value"] for grams in range(0, 500, 25)]

    assert counts == sorted(counts, reverse=True)
    assert set(counts) == {30, 10, 3, 1}


def test_the_answer_has_the_fields_of_the_sample_and_the_same_intensity_as_the_api() -> None:
    client, sample = at(23), json.loads(SAMPLE.read_text())

    found = answer(client, "thresholds=100:8,200:5")

    assert {name: type(value) for name, value in found.items() if name in sample} == {
        name: type(value) for name, value in sample.items()
    }
    assert found["allowed_replicas"] == found["value"] == sample["allowed_replicas"]
    region = client.get(f"/api/v1/regions/{SWEDEN}").get_json()["region_details"]
    assert found["intensity"] == region["current_carbon_intensity"]
    assert found["generated_at"] == "2026-02-11T10:30:00Z"


def unknown() -> FlaskClient:
    """A service that knows nothing of any grid."""
    mapping = replace(cloud_map(), profiles=cloud_map().profiles.without_figures())
    return create_app(Settings(), Engine(mapping, FakeReader()), rules=access(), clock=lambda: NOW).test_client()


def test_an_unknown_intensity_lets_all_replicas_run_unless_fallback_says_how_many() -> None:
    found = answer(unknown(), f"{STEPS}&max=9")

    assert (found["value"], found["intensity"], found["data_quality"], found["source"]) == (9, None, None, None)
    assert answer(unknown(), STEPS)["value"] == 10
    assert answer(unknown(), f"{STEPS}&fallback=2")["value"] == 2


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("", "thresholds", "missing"),
        ("thresholds=", "thresholds", "not_steps"),
        ("thresholds=100", "thresholds", "not_steps"),
        ("thresholds=100:ten", "thresholds", "not_steps"),
        ("thresholds=nan:1", "thresholds", "not_steps"),
        ("thresholds=1e999:1", "thresholds", "not_steps"),
        ("thresholds=-1:1", "thresholds", "not_steps"),
        ("thresholds=100:-1", "thresholds", "not_steps"),
        ("thresholds=100:1_0", "thresholds", "not_steps"),
        ("thresholds=1_00:10", "thresholds", "not_steps"),
        ("thresholds=100:\N{FULLWIDTH DIGIT FIVE}", "thresholds", "not_steps"),
        ("thresholds=100:" + "9" * 500, "thresholds", "not_steps"),
        ("thresholds=200:5,100:10", "thresholds", "not_ascending"),
        ("thresholds=100:5,200:10", "thresholds", "rising"),
        ("thresholds=" + ",".join(f"{step}:1" for step in range(21)), "thresholds", "too_long"),
        ("thresholds=" + "1" * 1001, "thresholds", "string_too_long"),
        (f"{STEPS}&max=-1", "max", "greater_than_equal"),
        (f"{STEPS}&max=ten", "max", "int_parsing"),
        (f"{STEPS}&fallback=1.5", "fallback", "int_parsing"),
        (f"{STEPS}&{STEPS}", "thresholds", "repeated"),
        (f"{STEPS}&treshold=1", "treshold", "unknown_field"),
    ],
)
def test_a_wrong_parameter_is_a_400_that_names_it(query: str, parameter: str, code: str) -> None:
    response = at(50).get(f"/keda/{SWEDEN}?{query}")

    assert response.status_code == 400
    assert (parameter, code) in [(one["parameter"], one["code"]) for one in response.get_json()["errors"]]


def test_a_min_above_the_last_threshold_and_an_unknown_region_are_refused() -> None:
    assert at(50).get(f"/keda/{SWEDEN}?{STEPS}&min=6").status_code == 400
    assert at(50).get(f"/keda/aws:moon-1?{STEPS}").status_code == 404


def test_a_key_is_sent_as_kedas_api_key_header() -> None:
    client = guarded()

    assert client.get(f"/keda/{SWEDEN}?{STEPS}").status_code == 401
    assert client.get(f"/keda/{SWEDEN}?{STEPS}", headers={"X-API-KEY": KEY}).status_code == 200
