"""Every price in an answer says its age: whole days from its own date to the day of the answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from engine import Engine
from settings import Settings
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader

# The prices of m5.large in us-east-1: on demand of 2026-08-06, spot of 2026-08-11. To 29 November these are
# 25 + 30 + 31 + 29 = 115 days and 110.
LATE = datetime(2026, 11, 29, 23, 59, tzinfo=UTC)
MACHINE = {"region": "us-east-1", "instance_type": "m5.large"}
AGES = (115, 110)


def client_at(now: datetime) -> FlaskClient:
    engine = Engine(cloud_map(), FakeReader())
    return create_app(Settings(rate_limit="off"), engine, rules=access(), clock=lambda: now).test_client()


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return client_at(LATE)


def ages(cost: dict[str, Any]) -> tuple[int | None, int | None]:
    return cost["price_age_days"], cost["spot_price_age_days"]


def post(client: FlaskClient, path: str, **body: object) -> Any:
    return client.post(f"/api/v1/{path}", json=body).get_json()


def test_calculate_compare_and_schedule_say_the_age_of_both_prices(client: FlaskClient) -> None:
    calculated = post(client, "calculate", **MACHINE)["calculation"]["cost"]
    compared = post(client, "compare", options=[MACHINE])["comparisons"][0]["cost"]
    scheduled = post(client, "schedule", **MACHINE, duration_hours=2)["machines"]["cost"]

    assert ages(calculated) == ages(compared) == ages(scheduled) == AGES


def test_optimize_says_the_age_of_the_prices_of_its_rows_and_of_each_point_of_the_front(client: FlaskClient) -> None:
    answer = post(
        client, "optimize", workload="general", priority="cost", regions=["us-east-1"], instance_types=["m5.large"]
    )

    recommendation = answer["recommendation"]
    assert ages(recommendation["recommendations"][0]["cost"]) == AGES
    points = recommendation["pareto"]["points"]
    assert {point["purchase"]: point["price_age_days"] for point in points} == {"spot": 110}


def test_a_row_of_by_rank_says_the_age_of_both_prices_in_json_and_csv(client: FlaskClient) -> None:
    path = "/v1/by-provider/aws?instanceType=m5.large&fields=id,priceAgeDays,spotPriceAgeDays"

    rows = {row["id"]: row for row in client.get(path).get_json()["regions"]}
    table = client.get(path, headers={"Accept": "text/csv"}).get_data(as_text=True).splitlines()

    assert rows["us-east-1"] == {"id": "us-east-1", "priceAgeDays": 115, "spotPriceAgeDays": 110}
    assert table[0] == "id,priceAgeDays,spotPriceAgeDays"
    assert "us-east-1,115,110" in table


def test_an_age_is_a_day_more_from_midnight_utc_on() -> None:
    after = client_at(LATE + timedelta(minutes=1))

    assert ages(post(after, "calculate", **MACHINE)["calculation"]["cost"]) == (116, 111)


def test_what_has_no_price_has_no_age(client: FlaskClient) -> None:
    cost = post(client, "calculate", region="us-east-1", instance_type="db.r8g.large")["calculation"]["cost"]
    fly = client.get("/v1/by-provider/fly?fields=id,priceAsOf,priceAgeDays,spotPriceAgeDays").get_json()["regions"]

    assert ages(cost) == (None, None)
    assert {row["priceAgeDays"] for row in fly if row["priceAsOf"] is None} == {None}
    assert {row["spotPriceAgeDays"] for row in fly} == {None}
