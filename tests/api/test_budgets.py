"""/api/v1/budgets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.edge.exchange import service_of
from app import create_app
from budget_questions import present_states
from carbon.roles import TENANT
from engine import Engine
from mapping import CloudMap
from settings import Settings
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW

MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
YESTERDAY = MIDNIGHT - timedelta(days=1)
MAPPING = CloudMap.load()
NOT_MODELLED = "c6gn.metal"
SEARCH = {"tags": {"team": "search"}, "period": "day", "limit_kg": 0.1}


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    # The hours of yesterday are at 0, 1, 2, ... 23 g/kWh, those of today go on with 24, 25, ...
    past = FakePast({"CA-QC": [readings(YESTERDAY, [float(hour) for hour in range(48)])]})
    settings = Settings(data_dir=tmp_path, live="off", rate_limit="off")
    return create_app(settings, Engine(MAPPING, FakeReader(), past), clock=lambda: NOW).test_client()


def put(client: FlaskClient, name: str = "search", **fields: Any) -> Any:
    return client.put(f"/api/v1/budgets/{name}", json={**SEARCH, **fields})


def get(client: FlaskClient, query: str = "") -> Any:
    return client.get(f"/api/v1/budgets/search{query}").get_json()["budget"]


def use(client: FlaskClient, usage_id: str, start: str, hours: float, **fields: Any) -> None:
    """1 kW of the facility."""
    row = {"id": usage_id, "start": start, "hours": hours, "region": "aws:ca-central-1", "kwh": hours, "pue": 1.0}
    answer = client.post("/api/v1/usage", json={"rows": [{**row, "tags": {"team": "search"}, **fields}]})
    assert answer.status_code == 200


def at(hours: float) -> str:
    """After the midnight with which yesterday began."""
    return (YESTERDAY + timedelta(hours=hours)).isoformat()


def test_a_budget_is_created_and_then_replaced(client: FlaskClient) -> None:
    created, replaced = put(client), put(client, limit_kg=0.2, limit_usd=5, thresholds=[90, 10])

    assert (created.status_code, created.headers["Location"]) == (201, "/api/v1/budgets/search")
    assert (replaced.status_code, "Location" in replaced.headers) == (200, False)
    budget = get(client)
    assert {name: budget[name] for name in budget if name not in ("current", "former")} == {
        "name": "search",
        "tags": {"team": "search"},
        "period": "day",
        "time_zone": "UTC",
        "limit_kg": 0.2,
        "limit_usd": 5.0,
        "on_exceed": "warn",
        "include_embodied": False,
        "thresholds": [10.0, 90.0],
    }


def test_usage_with_the_tags_counts_in_the_period_in_which_it_ran(client: FlaskClient) -> None:
    put(client)
    use(client, "one", at(24), 2, cost_usd=1.5)  # 24 + 25 g
    use(client, "two", at(23), 2)  # 23 g yesterday, 24 g today
    use(client, "other", at(24), 1, tags={"team": "web"})

    budget = get(client, "?former=1")

    today, (yesterday,) = budget["current"], budget["former"]
    assert (today["spent_kg"], today["left_kg"], today["exceeded"]) == (0.073, 0.027, False)
    assert (today["spent_usd"], today["left_usd"], today["no_price_hours"]) == (1.5, None, 1.0)
    assert (today["used_percent_kg"], today["used_percent_usd"]) == (73.0, None)
    assert (yesterday["spent_kg"], yesterday["projected_kg"], yesterday["spent_usd"]) == (0.023, 0.023, None)
    assert (yesterday["period_start"], yesterday["period_end"]) == (
        f"{YESTERDAY.date()}T00:00:00Z",
        f"{MIDNIGHT.date()}T00:00:00Z",
    )


def test_the_pace_so_far_is_projected(client: FlaskClient) -> None:
    put(client)
    use(client, "one", at(24), 2)

    # 49 g in the first 10.5 h and 7 s of 24 h
    assert get(client)["current"]["projected_kg"] == pytest.approx(0.049 * 86400 / 37807, abs=1e-9)


def test_a_row_over_a_midnight_of_the_time_zone_is_cut_by_the_grams_of_its_hours(client: FlaskClient) -> None:
    # In Kolkata the day began at 18:30 UTC. From 18:00 to 20:00 UTC: half of the hour at 18 g and all of that at 19 g
    # lie in the new day (28 g), the other half of the first in the day before (9 g).
    put(client, time_zone="Asia/Kolkata")
    use(client, "one", at(18), 2)

    budget = get(client, "?former=1")

    assert (budget["current"]["period_start"], budget["current"]["spent_kg"]) == (
        f"{YESTERDAY.date()}T18:30:00Z",
        0.028,
    )
    assert budget["former"][0]["spent_kg"] == 0.009


def test_unknown_grams_are_in_no_sum_and_named(client: FlaskClient) -> None:
    put(client)
    row = {"id": "one", "start": at(24), "hours": 2, "region": "aws:ca-central-1", "tags": {"team": "search"}}
    client.post("/api/v1/usage", json={"rows": [{**row, "instance_type": NOT_MODELLED}]})

    today = get(client)["current"]

    assert (today["spent_kg"], today["unknown_hours"], today["left_kg"]) == (None, 2.0, 0.1)


def test_budgets_are_listed_by_name_in_pages(client: FlaskClient) -> None:
    for name in ("b", "c", "a"):
        put(client, name)

    answer = client.get("/api/v1/budgets?limit=2")

    body = answer.get_json()
    assert (body["total"], [one["name"] for one in body["budgets"]]) == (3, ["a", "b"])
    assert 'rel="next"' in answer.headers["Link"]


def test_a_removed_budget_is_not_known(client: FlaskClient) -> None:
    put(client)

    assert client.delete("/api/v1/budgets/search").status_code == 204
    for answer in (client.get("/api/v1/budgets/search"), client.delete("/api/v1/budgets/search")):
        assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/unknown-budget")


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"limit_kg": None}, "#/limit_usd", "missing"),
        ({"period": "fortnight"}, "#/period", "not_one_of"),
        ({"time_zone": "Europe/Berln"}, "#/time_zone", "unknown_time_zone"),
        ({"time_zone": "../etc"}, "#/time_zone", "unknown_time_zone"),
        ({"time_zone": "Europe"}, "#/time_zone", "unknown_time_zone"),
        ({"limit_kg": -1}, "#/limit_kg", "greater_than_equal"),
        ({"thresholds": [50, 50]}, "#/thresholds", "not_unique"),
        ({"limit": 3}, "#/limit", "unknown_field"),
    ],
)
def test_a_wrong_field_is_named(client: FlaskClient, fields: dict[str, Any], pointer: str, code: str) -> None:
    answer = put(client, **fields)

    assert answer.status_code == 400
    assert [(one["pointer"], one["code"]) for one in answer.get_json()["errors"]] == [(pointer, code)]


def test_a_name_that_no_budget_may_have_is_refused(client: FlaskClient) -> None:
    answer = put(client, "a%20b")

    assert (answer.status_code, answer.get_json()["errors"][0]["parameter"]) == (400, "budget_name")


def test_answers_are_never_kept(client: FlaskClient) -> None:
    put(client)
    before = get(client)["current"]["spent_kg"]
    use(client, "one", at(24), 1)

    assert (before, get(client)["current"]["spent_kg"]) == (0.0, 0.024)


def test_webhooks_are_told_of_the_present_period_and_the_one_before(client: FlaskClient) -> None:
    put(client)
    use(client, "one", at(23), 2)  # 23 g yesterday, 24 g today
    service = service_of(client.application)

    states = present_states(service.budgets, service.engine, TENANT, NOW)

    assert [state.spent.operational_g for state in states] == [23.0, 24.0]
