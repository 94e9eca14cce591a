"""Answers from figures of the operator's own: each says so, and the policy is repeated with its reason."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.shapes.fact_notes import fact_notes_header
from app import create_app
from carbon.intensity import Quality
from carbon.notes import FactNote
from carbon.reading import Observation, ZoneReading
from carbon.units import HOUR
from engine import Engine
from settings import Settings
from tests.fakes.access import access
from tests.fakes.grid import FakeReader
from tests.fakes.own_facts import INSTANCES, PRICES, REGIONS, ZONES, overlaid
from tests.fakes.service import NOW

POLICY = (
    "rule,subject,name,reason,source,as_of\n"
    "forbid,region,aws:us-*,personal data stays in Europe,law,2026\n"
    "forbid,instance_type,m5.*,too old,finance,2026\n"
)
MARKET = ZONES.replace("100,location", "0,market") + "DE,,363,location,agency,2024\n"
LIVE = Observation(
    zone="DE", gco2e_per_kwh=500.0, starts_at=NOW - HOUR, ends_at=NOW + timedelta(minutes=1),
    quality=Quality.MEASURED, source="electricity-maps",
)  # fmt: skip


READER = FakeReader({"DE": ZoneReading(latest=LIVE)})


@cache
def client() -> FlaskClient:
    mapping = overlaid(zones=MARKET, regions=REGIONS, instances=INSTANCES, prices=PRICES, policy=POLICY)
    engine = Engine(mapping, READER)
    return create_app(Settings(rate_limit="off"), engine, rules=access(), clock=lambda: NOW).test_client()


def post(path: str, status: int = 200, **question: object) -> dict[str, Any]:
    answer = client().post(f"/api/v1/{path}", json=question)
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def get(path: str) -> dict[str, Any]:
    answer = client().get(path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


RACK: Any = {"region": "own:dc1", "instance_type": "rack1", "duration_hours": 2, "utilization": 0.3}


def test_a_figure_of_an_own_zone_names_its_file_and_its_basis() -> None:
    origin = get("/api/v1/zones/OWN-DC1")["zone_details"]

    assert (origin["source"], origin["basis"], origin["fallback_reason"]) == (
        "overlay:zones.csv", "market", "own-factor",
    )  # fmt: skip
    assert (origin["low"], origin["high"]) == (None, None)
    assert origin["annual"]["source"] == "overlay:zones.csv"


def test_a_factor_of_the_operator_replaces_a_live_value_and_no_source_is_asked_for_one() -> None:
    READER.reads.clear()
    zone = get("/api/v1/zones/DE")["zone_details"]

    assert [zones for zones, _ in READER.reads if zones] == []

    assert (zone["current_carbon_intensity"], zone["source"]) == (363.0, "overlay:zones.csv")
    assert "basis" not in zone


def test_energy_cost_and_grams_of_an_own_machine_follow_from_the_files() -> None:
    calculation = post("calculate", **RACK)["calculation"]

    assert calculation["power_consumption_kwh"] == 0.45  # 180 W x 2 h x PUE 1.25
    assert calculation["co2_emissions_g"] == 0.0
    assert (calculation["pue_basis"], calculation["cost"]["price_source"]) == (
        "overlay:regions.csv",
        "overlay:prices.csv",
    )
    assert calculation["cost"]["on_demand_usd"] == 2.5
    assert "overlay:instances.csv" in calculation["uncertainty"]["basis"]


def test_hours_of_the_past_have_the_own_factor_too() -> None:
    calculation = post("calculate", **RACK, start_at=f"{NOW - 72 * HOUR:%Y-%m-%dT%H:%M:%SZ}")["calculation"]

    assert calculation["carbon_intensity_used_origin"]["source"] == "overlay:zones.csv"
    assert calculation["carbon_intensity_used"] == 0.0


def test_a_ranking_of_contracts_and_grids_says_so_and_one_of_grids_alone_does_not() -> None:
    other = {"region": "eu-central-1", "instance_type": "c7i.large"}

    mixed = post("compare", options=[{"region": "own:dc1", "instance_type": "rack1"}, other], duration_hours=1)
    alike = post("compare", options=[other, {**other, "region": "eu-west-1"}], duration_hours=1)

    assert [note["kind"] for note in mixed["fact_notes"]] == ["basis"]
    assert "OWN-DC1 are market-based" in mixed["fact_notes"][0]["text"]
    assert [row.get("basis") for row in mixed["comparisons"]] == ["market", None]
    assert "fact_notes" not in alike


@pytest.mark.parametrize("path", ["/v1/by-rank?country=DE", "/v1/by-country/DE"])
def test_the_scheduling_api_says_so_too(path: str) -> None:
    answer = get(path)

    assert [note["kind"] for note in answer["factNotes"]] == ["basis"]
    assert answer["regions"][0]["gid"] == "own-dc1"
    assert (answer["regions"][0]["basis"], answer["regions"][0]["source"]) == ("market", "overlay:zones.csv")


def test_what_the_policy_forbids_is_never_proposed_and_its_reason_is_repeated() -> None:
    answer = post("optimize", workload="inference", priority="carbon", limit=100, requirements={"vcpus": 2})
    recommendation = answer["recommendation"]

    rows = recommendation["recommendations"]
    assert rows
    assert not [row for row in rows if row["region"].startswith("us-") or row["instance_type"].startswith("m5.")]
    assert recommendation["metadata"]["removed"]["policy.regions"] > 0
    assert recommendation["metadata"]["removed"]["policy.instance_types"] > 0
    assert {(note["kind"], note["reason"]) for note in answer["fact_notes"]} == {
        ("policy", "personal data stays in Europe"), ("policy", "too old"),
    }  # fmt: skip


def test_the_requested_region_is_rated_although_the_policy_forbids_it() -> None:
    answer = post("optimize", workload="inference", priority="carbon", region="us-east-1", requirements={"vcpus": 2})

    requested = [row for row in answer["recommendation"]["recommendations"] if row["is_requested_region"]]
    assert [(row["region"], row["qualifies"]) for row in requested] == [("us-east-1", False)]
    assert "policy.regions" in requested[0]["refused_by"]


def test_a_question_that_the_policy_leaves_nothing_of_is_refused_with_the_reason() -> None:
    problem = post("optimize", 422, workload="inference", priority="carbon", regions=["us-east-1"])

    assert "region aws:us-* is forbidden: personal data stays in Europe" in problem["detail"]
    assert problem["removed"]["policy.regions"] > 0


def test_a_forbidden_machine_can_be_calculated_and_the_answer_says_that_it_is() -> None:
    answer = post("calculate", region="us-east-1", instance_type="m5.large", duration_hours=1)

    assert [note["text"] for note in answer["fact_notes"]] == [
        "region aws:us-* is forbidden: personal data stays in Europe", "instance type m5.* is forbidden: too old",
    ]  # fmt: skip


def test_the_scheduling_api_lists_forbidden_regions_as_excluded_and_prices_no_forbidden_type() -> None:
    answer = get("/v1/by-provider/aws?instanceType=m5.large")

    reasons = {row["gid"]: row["reason"] for row in answer["excluded"]}
    assert reasons["aws-us-east-1"] == "policy: personal data stays in Europe"
    assert reasons["aws-eu-west-1"] == "no-matching-machine"
    assert answer["regions"] == []


def test_ready_shows_no_layers_where_the_facts_never_change() -> None:
    assert get("/ready")["layers"] is None


def test_a_table_of_the_overlay_is_listed_with_its_rows() -> None:
    tables = {row["table"]: row["rows"] for row in get("/ready")["catalog"]}

    assert {name: rows for name, rows in tables.items() if name.startswith("overlay/")} == {
        "overlay/zones": 2, "overlay/regions": 1, "overlay/instances": 1, "overlay/prices": 1, "overlay/policy": 2,
    }  # fmt: skip


def test_a_marginal_figure_is_of_the_grid_and_no_factor_of_the_operator_stands_for_it() -> None:
    answer = get("/v1/by-country/DE?signal=marginal")

    assert answer["regions"] == []  # no source of marginal intensities is at hand
    assert "factNotes" not in answer


@pytest.mark.parametrize("basis", ["outlook", "recent-hours"])
def test_the_hours_ahead_of_an_own_zone_have_its_factor(basis: str) -> None:
    answer = get(f"/api/v1/zones/DE/forecast?basis={basis}")

    assert answer["basis"] == "outlook"
    assert {(hour["value"], hour["source"]) for hour in answer["forecast"]} == {(363.0, "overlay:zones.csv")}


BASIS_TEXT = (
    "the figures of OWN-DC1 are market-based, those of the other zones are location-based: an order that they are in "
    "together compares contracts with grids"
)
FORBIDDEN = "region aws:us-* is forbidden: personal data stays in Europe"


@pytest.mark.parametrize("form", ["text", "csv"])
def test_a_table_has_the_remarks_in_a_header_also_when_its_answer_is_repeated(form: str) -> None:
    answers = [client().get(f"/v1/by-country/DE?format={form}") for _ in range(2)]

    assert [json.loads(answer.headers["X-Fact-Notes"]) for answer in answers] == [[BASIS_TEXT]] * 2


def test_the_rows_of_a_comparison_as_csv_have_the_remarks_in_a_header_and_json_has_them_in_its_body() -> None:
    question = {"options": [{"region": "us-east-1", "instance_type": "c5.large"}], "duration_hours": 1}

    table = client().post("/api/v1/compare", json=question, headers={"Accept": "text/csv"})
    body = client().post("/api/v1/compare", json=question)

    assert json.loads(table.headers["X-Fact-Notes"]) == [FORBIDDEN]
    assert "X-Fact-Notes" not in body.headers


def test_a_table_without_remarks_has_no_such_header() -> None:
    assert "X-Fact-Notes" not in client().get("/v1/by-country/SE?format=csv").headers


def test_an_empty_text_names_the_rules_that_forbid_its_regions() -> None:
    answer = client().get("/v1/by-provider/aws?instanceType=m5.large&format=text&country=US")

    assert answer.status_code == 404
    assert answer.get_json()["detail"] == f"no region matches the request; {FORBIDDEN}"


def test_remarks_that_do_not_fit_in_a_header_are_counted_and_it_is_ascii() -> None:
    # A remark of 1,000 letters takes 1,002 characters with its quotes: one fits in 2,000.
    notes = [FactNote(kind="policy", source="overlay:policy.csv", reason=None, text=letter * 1000) for letter in "abc"]
    foreign = replace(notes[0], text="verboten:\nDatenschutz für alle")

    assert json.loads(fact_notes_header(notes)) == ["a" * 1000, "2 more: see the answer as JSON"]
    assert fact_notes_header([foreign]) == '["verboten:\\nDatenschutz f\\u00fcr alle"]'
