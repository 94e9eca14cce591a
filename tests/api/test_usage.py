"""/api/v1/usage: rows of usage and reports."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from carbon.accounts import Account
from engine import Engine
from mapping import CloudMap
from settings import Settings
from store.history.history import History
from store.ledger.accounts import Accounts
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW

MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
YESTERDAY = MIDNIGHT - timedelta(days=1)
DAY = YESTERDAY.date().isoformat()
ROW = {"id": "one", "start": f"{DAY}T08:00:00Z", "hours": 2, "region": "aws:ca-central-1", "kwh": 3.0, "pue": 1.0}
MAPPING = CloudMap.load()


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    past = FakePast({"CA-QC": [readings(YESTERDAY, [float(hour) for hour in range(48)])]})
    settings = Settings(data_dir=tmp_path, live="off", rate_limit="off")
    return create_app(settings, Engine(MAPPING, FakeReader(), past), clock=lambda: NOW).test_client()


def post(client: FlaskClient, *rows: dict[str, Any]) -> Any:
    return client.post("/api/v1/usage", json={"rows": list(rows)})


def report(client: FlaskClient, query: str = "") -> Any:
    return client.get(f"/api/v1/usage/report?from={DAY}&to={DAY}{query}").get_json()


def test_a_row_is_answered_with_the_grams_of_the_hours_in_which_it_ran(client: FlaskClient) -> None:
    answer = post(client, ROW).get_json()

    (row,) = answer["usage"]
    # 3 kWh in the hours of 8 and 9 g/kWh: 1.5 x 8 + 1.5 x 9.
    assert (row["co2_emissions_g"], row["measured_g"], row["baseline_g"]) == (25.5, 25.5, 0.0)
    assert (row["power_consumption_kwh"], row["carbon_intensity"], row["cost_usd"]) == (3.0, 8.5, None)
    assert (row["zone"], row["unknown"], row["unknown_hours"], row["no_price_hours"]) == ("CA-QC", None, 0.0, 2.0)
    assert answer["written"] == {"added": 1, "replaced": 0, "unchanged": 0}


def test_a_row_sent_again_changes_nothing_and_another_with_its_id_replaces_it(client: FlaskClient) -> None:
    post(client, ROW)

    again, other = post(client, ROW).get_json(), post(client, {**ROW, "kwh": 6.0}).get_json()

    stored = client.get("/api/v1/usage/one").get_json()["usage"]
    assert (again["written"]["unchanged"], other["written"]["replaced"]) == (1, 1)
    assert (stored["co2_emissions_g"], [one["co2_emissions_g"] for one in stored["changes"]]) == (51.0, [25.5])
    assert report(client)["total"]["co2_emissions_g"] == 51.0


def test_a_deleted_row_is_gone_from_every_answer(client: FlaskClient) -> None:
    post(client, ROW)

    assert client.delete("/api/v1/usage/one").status_code == 204

    assert client.get("/api/v1/usage/one").get_json(force=True)["type"] == "/problems/unknown-usage"
    assert client.delete("/api/v1/usage/one").status_code == 404
    assert client.get(f"/api/v1/usage?from={DAY}").get_json()["total"] == 0
    assert report(client)["report"] == []


def test_an_answer_within_the_same_minute_shows_what_was_just_stored(client: FlaskClient) -> None:
    before = report(client)["total"]["rows"] if "rows" in report(client)["total"] else len(report(client)["report"])
    post(client, ROW)

    assert (before, len(report(client)["report"])) == (0, 1)


def test_rows_as_csv_are_the_same_rows(client: FlaskClient) -> None:
    text = (
        "id,start,end,region,instance_type,count,tag:team,spot\n"
        f"a,{DAY}T00:00:00Z,{DAY}T01:00:00Z,aws:us-east-1,m6g.large,2.5,search,true\n"
        f'b,{DAY}T00:00:00Z,{DAY}T01:00:00Z,aws:us-east-1,m6g.large,1,"a, b",\n'
    )

    answer = client.post("/api/v1/usage", data=text, content_type="text/csv; charset=utf-8").get_json()

    assert [(row["id"], row["count"], row["tags"]) for row in answer["usage"]] == [
        ("a", 2.5, {"team": "search"}),
        ("b", 1.0, {"team": "a, b"}),
    ]
    assert [row["cost_basis"] for row in answer["usage"]] == ["list_price", "list_price"]


@pytest.mark.parametrize(
    ("field", "pointer", "code"),
    [
        ({"start": "2026-02-11T10:32:00Z"}, "#/rows/1/start", "in_the_future"),
        ({"hours": None}, "#/rows/1/hours", "missing"),
        ({"end": f"{DAY}T09:00:00Z"}, "#/rows/1/hours", "end_or_hours"),
        ({"hours": 48}, "#/rows/1/hours", "in_the_future"),
        ({"region": "aws:nowhere"}, "#/rows/1/region", "unknown_region"),
        ({"kwh": None}, "#/rows/1/kwh", "missing"),
        ({"kwh": -1}, "#/rows/1/kwh", "greater_than_equal"),
        ({"instance_type": "m9.huge"}, "#/rows/1/instance_type", "unknown_instance_type"),
        ({"tags": {"": "x"}}, "#/rows/1/tags//[key]", "string_too_short"),
        ({"count": 0}, "#/rows/1/count", "greater_than"),
        ({"id": "report"}, "#/rows/1/id", "reserved"),
        ({"id": "comparison"}, "#/rows/1/id", "reserved"),
        ({"submitted_at": f"{DAY}T08:00:01Z"}, "#/rows/1/submitted_at", "start_before_submission"),
        ({"submitted_at": "2024-02-11T00:00:00Z"}, "#/rows/1/submitted_at", "too_early"),
        ({"id": "a/b"}, "#/rows/1/id", "string_pattern_mismatch"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_stored(
    client: FlaskClient, field: dict[str, Any], pointer: str, code: str
) -> None:
    row = {name: value for name, value in {**ROW, "id": "two", **field}.items() if value is not None}

    answer = post(client, ROW, row)

    problem = answer.get_json(force=True)
    assert answer.status_code == 400
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in problem["errors"]]
    assert report(client)["report"] == []


def test_a_report_groups_by_tags_and_places_and_its_sums_are_those_of_the_rows(client: FlaskClient) -> None:
    post(
        client,
        {**ROW, "id": "1", "tags": {"team": "search"}},
        {**ROW, "id": "2", "tags": {"team": "ads"}, "kwh": 1.0},
        {**ROW, "id": "3", "tags": {"team": "search"}, "start": f"{DAY}T10:00:00Z"},
        {**ROW, "id": "4", "cost_usd": 7.0},
    )

    answer = report(client, "&by=team,region")

    rows = {tuple(row["group"]): row["co2_emissions_g"] for row in answer["report"]}
    # 25.5; 8.5; 1.5 x (10 + 11) = 31.5; 25.5
    assert rows == {
        ("search", "aws:ca-central-1"): 57.0,
        (None, "aws:ca-central-1"): 25.5,
        ("ads", "aws:ca-central-1"): 8.5,
    }
    assert [row["group"][0] for row in answer["report"]] == ["search", None, "ads"]
    assert (answer["total"]["co2_emissions_g"], answer["total"]["cost_usd"]) == (91.0, 7.0)
    assert answer["total"]["no_price_hours"] == 6.0
    assert [row["co2_emissions_g"] for row in report(client, "&tag=team%3Dads")["report"]] == [8.5]


def test_a_name_in_by_that_no_row_has_is_said(client: FlaskClient) -> None:
    empty = report(client, "&by=team")["by_without_rows"]
    post(client, {**ROW, "tags": {"team": "search"}}, {**ROW, "id": "two"})

    assert empty == []  # nothing ran: that says nothing about the name
    assert report(client, "&by=team,region,machine,taem")["by_without_rows"] == ["machine", "taem"]
    assert report(client)["by_without_rows"] == []


def test_a_report_by_names_of_accounts_has_the_usage_that_was_there_before(client: FlaskClient, tmp_path: Path) -> None:
    post(client, {**ROW, "tags": {"account": "1"}}, {**ROW, "id": "two", "kwh": 1.0, "tags": {"account": "2"}})
    named = [Account(id="1", name="batch", status="ACTIVE", ou="Root/Data", tags={"owner": "ana"})]
    Accounts(History(tmp_path)).put("default", named)

    rows = report(client, "&by=account_name,ou,account:owner")["report"]

    # 3 kWh and 1 kWh at a mean of 8.5 g/kWh.
    assert {tuple(row["group"]): row["co2_emissions_g"] for row in rows} == {
        ("batch", "Root/Data", "ana"): 25.5,
        (None, None, None): 8.5,
    }
    assert report(client, "&tag=ou%3DRoot/Data")["total"]["co2_emissions_g"] == 25.5


def test_a_report_by_day_cuts_a_row_at_midnight(client: FlaskClient) -> None:
    post(client, {**ROW, "start": f"{DAY}T23:00:00Z"})

    answer = client.get(f"/api/v1/usage/report?from={DAY}&step=day").get_json()

    # 1.5 x 23 and 1.5 x 24
    assert [(row["starts_on"], row["co2_emissions_g"]) for row in answer["report"]] == [
        (DAY, 34.5),
        (MIDNIGHT.date().isoformat(), 36.0),
    ]
    assert answer["total"]["co2_emissions_g"] == 70.5


def test_the_sci_is_all_grams_for_each_unit(client: FlaskClient) -> None:
    post(client, ROW)

    assert report(client, "&functional_units=100")["sci_g_per_unit"] == 0.255
    assert report(client)["sci_g_per_unit"] is None


def test_the_median_region_is_named_with_what_it_would_have_been_there(client: FlaskClient) -> None:
    post(client, ROW)

    median = report(client)["in_median_region"]

    region = MAPPING.regions[median["region"]]
    assert region.provider == "aws"
    assert median["co2_emissions_g"] > report(client)["total"]["co2_emissions_g"]


def test_a_report_says_what_all_would_have_emitted_at_once_when_submitted(client: FlaskClient) -> None:
    text = (
        "id,start,hours,region,kwh,pue,submitted_at,tag:team\n"
        f"a,{DAY}T08:00:00Z,2,aws:ca-central-1,3,1,{DAY}T04:30:00Z,search\n"
        f"b,{DAY}T08:00:00Z,2,aws:ca-central-1,1,1,,ads\n"
    )
    client.post("/api/v1/usage", data=text, content_type="text/csv")

    answer = report(client, "&by=team")

    # a: 3 kWh from 4:30 to 6:30: (4/2 + 5 + 6/2) x 1.5 = 15 g, but it emitted 25.5 g. b: 8.5 g, as it ran.
    assert answer["at_submission"] == {
        "co2_emissions_g": 23.5,
        "rows_without_submission": 1,
        "without_submission_g": 8.5,
        "without_submission_share": 0.25,
    }
    rows = {row["group"][0]: (row["at_submission_g"], row["without_submission_g"]) for row in answer["report"]}
    assert rows == {"search": (15.0, 0.0), "ads": (8.5, 8.5)}
    stored = {row["id"]: row for row in client.get(f"/api/v1/usage?from={DAY}").get_json()["usage"]}
    assert (stored["a"]["submitted_at"], stored["a"]["at_submission_g"]) == (f"{DAY}T04:30:00Z", 15.0)
    assert (stored["b"]["submitted_at"], stored["b"]["at_submission_g"]) == (None, None)


def test_the_range_of_a_sum_depends_on_the_days_of_its_rows_and_not_on_those_of_the_question(
    client: FlaskClient,
) -> None:
    month_ago = (YESTERDAY - timedelta(days=30)).date().isoformat()
    unread = {**ROW, "id": "unread", "region": "aws:eu-central-1"}  # of a zone without readings
    post(client, unread)

    one_day = report(client)["total"]
    month = client.get(f"/api/v1/usage/report?from={month_ago}&to={DAY}").get_json()["total"]
    post(client, {**unread, "id": "earlier", "start": f"{month_ago}T08:00:00Z"})
    two_days = client.get(f"/api/v1/usage/report?from={month_ago}&to={DAY}").get_json()["total"]

    assert one_day["co2_emissions_low_g"] < one_day["co2_emissions_g"] < one_day["co2_emissions_high_g"]
    assert month == one_day
    ratios = [total["co2_emissions_high_g"] / total["co2_emissions_g"] for total in (one_day, two_days)]
    assert ratios[1] < ratios[0]


def test_a_report_as_csv_and_markdown_has_columns_of_its_groups(client: FlaskClient) -> None:
    post(client, {**ROW, "tags": {"team": "=cmd|'x'"}})
    path = f"/api/v1/usage/report?from={DAY}&to={DAY}&by=team"

    (line,) = list(csv.DictReader(io.StringIO(client.get(f"{path}&format=csv").get_data(as_text=True))))
    markdown = client.get(f"{path}&format=markdown").get_data(as_text=True)

    assert (line["team"], line["co2_emissions_g"]) == ("'=cmd|'x'", "25.5")
    assert "=cmd\\|'x'" in markdown
    assert markdown.splitlines()[-1].startswith("| all |")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=2026-02-12", "to"),
        ("to=2026-02-12", "to"),
        ("by=team,team", "by"),
        ("by=a,b,c,d,e", "by"),
        ("tag=team", "tag"),
        ("functional_units=0", "functional_units"),
        ("step=week", "step"),
    ],
)
def test_a_wrong_report_is_refused(client: FlaskClient, query: str, parameter: str) -> None:
    answer = client.get(f"/api/v1/usage/report?{query}")

    assert answer.status_code == 400
    assert parameter in str([error.get("parameter") for error in answer.get_json(force=True)["errors"]])


def test_ten_thousand_rows_fit_into_one_request(client: FlaskClient) -> None:
    rows = [{**ROW, "id": f"build-{number}", "tags": {"team": f"t{number % 7}"}} for number in range(10_000)]

    answer = post(client, *rows)

    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    assert report(client)["total"]["co2_emissions_g"] == 255_000.0
    assert post(client, *rows, ROW).status_code == 400
