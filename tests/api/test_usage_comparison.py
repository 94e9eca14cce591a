"""/api/v1/usage/comparison and the page of it: the ledger beside what AWS itself says."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from carbon.accounts import Account, ProviderFootprint
from engine import Engine
from mapping import CloudMap
from settings import Settings
from store.history.history import History
from store.ledger.accounts import Accounts
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW
from web.pages.words import grams

MIDNIGHT = NOW.replace(day=10, hour=0, minute=0, second=0, microsecond=0)
MAPPING = CloudMap.load()
BATCH = "444455556666"
ROW = {
    "id": "one", "start": "2026-02-10T08:00:00Z", "hours": 2, "region": "aws:ca-central-1", "kwh": 3.0, "pue": 1.0,
    "tags": {"account": BATCH, "service": "AmazonEC2"},
}  # fmt: skip
PATH = "/api/v1/usage/comparison"


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    past = FakePast({"CA-QC": [readings(MIDNIGHT, [float(hour) for hour in range(24)])]})
    settings = Settings(data_dir=tmp_path, live="off", rate_limit="off")
    client = create_app(settings, Engine(MAPPING, FakeReader(), past), clock=lambda: NOW).test_client()
    assert client.post("/api/v1/usage", json={"rows": [ROW]}).status_code == 200
    return client


@pytest.fixture
def published(client: FlaskClient, tmp_path: Path) -> FlaskClient:
    """AWS says 30 g of EC2 and 10 g of S3, of which its purchases leave nothing."""
    accounts = Accounts(History(tmp_path))
    accounts.put("default", [Account(id=BATCH, name="=batch", status="ACTIVE")])
    figures = [
        ProviderFootprint(
            month=date(2026, 2, 1),
            account=BATCH,
            region="ca-central-1",
            service=service,
            model_version="v3.0.0",
            location_based_g=grams,
            market_based_g=0.0,
        )
        for service, grams in (("AmazonEC2", 30.0), ("AmazonS3", 10.0))
    ]
    accounts.put_footprints("default", "aws", figures)
    return client


def answer(client: FlaskClient, query: str = "?from=2026-01&to=2026-02") -> Any:
    return client.get(f"{PATH}{query}").get_json()


def test_both_figures_stand_side_by_side_by_month_account_and_region(published: FlaskClient) -> None:
    said = answer(published)

    (row,) = said["comparison"]
    # 3 kWh in the hours of 8 and 9 g/kWh: 25.5 g, without hardware; AWS 30 + 10.
    assert [row[name] for name in ("month", "account", "account_name", "region")] == [
        "2026-02",
        BATCH,
        "=batch",
        "aws:ca-central-1",
    ]
    assert (row["total_emissions_g"], row["aws_location_based_g"], row["aws_market_based_g"]) == (25.5, 40.0, 0.0)
    assert (row["difference_g"], row["ratio"], row["aws_scope_3_g"]) == (-14.5, 0.6375, None)
    january, february = said["months"]
    assert (january["month"], january["is_published"], january["aws_location_based_g"]) == ("2026-01", False, None)
    assert (february["aws_other_services_g"], february["remaining_g"]) == (10.0, -4.5)
    assert (february["market_less_location_g"], february["aws_without_usage_g"]) == (-40.0, 0.0)
    assert {method["topic"] for method in said["methods"]} >= {"grid", "energy", "time"}


def test_without_months_it_is_of_the_last_twelve(client: FlaskClient) -> None:
    said = answer(client, "")

    assert (said["from_month"], said["to_month"], len(said["months"])) == ("2025-03", "2026-02", 12)
    assert said["comparison"][0]["aws_location_based_g"] is None


def test_as_csv_a_name_is_no_formula_and_unknown_is_empty(published: FlaskClient) -> None:
    text = published.get(f"{PATH}?from=2026-02&format=csv")

    assert text.mimetype == "text/csv"
    (row,) = csv.DictReader(io.StringIO(text.text))
    assert (row["account_name"], row["aws_location_based_g"], row["aws_scope_3_g"]) == ("'=batch", "40.0", "")


def test_as_markdown_it_has_months_places_and_methods(published: FlaskClient) -> None:
    text = published.get(f"{PATH}?from=2026-02&format=markdown").text

    tables = text.split("\n\n")
    assert len(tables) == 3
    assert tables[0].splitlines()[2].startswith("| 2026-02 | 25.5 | 40 | -14.5 | 0 |")
    assert "Machines that" in tables[2]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=2026-13", "from"),
        ("from=2026-02-01", "from"),
        ("to=2026-03", "to"),
        ("from=2026-02&to=2026-01", "to"),
        ("from=2010-01", "to"),
        ("format=xml", "format"),
    ],
)
def test_wrong_months_are_refused(client: FlaskClient, query: str, parameter: str) -> None:
    refused = client.get(f"{PATH}?{query}")

    assert refused.status_code == 400
    assert [error["parameter"] for error in refused.get_json(force=True)["errors"]] == [parameter]


def test_the_page_shows_the_same_and_leaves_out_months_of_which_nothing_is_there(published: FlaskClient) -> None:
    page = published.get("/usage/comparison?from=2026-01").text

    assert page.count("AWS: no figures stored") == 0  # of January, in which nothing ran either
    assert "AWS’s model v3.0.0" in page
    shown = (grams(25.5), grams(40.0), f"−{grams(14.5)}", f"−{grams(4.5)}", grams(10.0), "=batch")
    assert [words for words in shown if words not in page] == []


def test_the_page_says_how_to_get_figures_where_there_are_none(client: FlaskClient) -> None:
    page = client.get("/usage/comparison").text

    assert "flask --app app accounts footprint --from 2025-03" in page
    assert page.count("AWS: no figures stored") == 1  # of February; months without usage are left out
    assert "no figure</span>" in page
    assert "unknown" not in page


def test_without_usage_the_page_says_which_command_brings_it(client: FlaskClient) -> None:
    page = client.get("/usage/comparison?from=2026-01&to=2026-01").text

    assert "flask --app app usage import --format cur2 FILE" in page
    assert "By month" not in page


def test_the_page_of_wrong_months_is_a_problem(client: FlaskClient) -> None:
    assert client.get("/usage/comparison?from=may", headers={"Accept": "text/html"}).status_code == 400
