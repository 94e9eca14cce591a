"""Usage as tables: rows and columns that would hide each other, and words that would be formulas in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.fakes.service import service

DAY = "2026-02-10"
ROW = {"id": "one", "start": f"{DAY}T08:00:00Z", "hours": 2, "region": "aws:ca-central-1", "kwh": 3.0}


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return service(data_dir=tmp_path).test_client()


@pytest.mark.parametrize("begin", ["=", "+", "-", "@"])
def test_no_word_of_a_caller_is_a_formula_in_a_spreadsheet(client: FlaskClient, begin: str) -> None:
    name = f"{begin}cmd|'C calc'!A0"
    row = {**ROW, "id": name, "decision_id": name, "tags": {name: name}}
    assert client.post("/api/v1/usage", json={"rows": [row]}).status_code == 200
    days = {"from": DAY, "to": DAY, "format": "csv"}

    tables = [
        client.get("/api/v1/usage", query_string={"from": DAY}, headers={"Accept": "text/csv"}),
        client.get("/api/v1/usage/report", query_string={**days, "by": name}),
    ]

    for answer in tables:
        cells = [cell for line in csv.reader(io.StringIO(answer.get_data(as_text=True))) for cell in line]
        assert answer.status_code == 200
        assert f"'{name}" in cells
        assert not [cell for cell in cells if cell.startswith(begin)]


def test_of_two_columns_with_one_name_none_is_taken_for_the_other(client: FlaskClient) -> None:
    text = f"id,start,hours,hours,region,kwh\na,{DAY}T00:00:00Z,1,2,aws:us-east-1,3\n"

    problem = client.post("/api/v1/usage", data=text, content_type="text/csv").get_json(force=True)

    (error,) = problem["errors"]
    assert (error["code"], error["detail"]) == (
        "csv", "cannot be read as CSV in UTF-8: more than one column is named hours",
    )  # fmt: skip


def test_rows_of_one_request_have_different_ids_or_one_of_them_would_be_lost(client: FlaskClient) -> None:
    answer = client.post("/api/v1/usage", json={"rows": [ROW, {**ROW, "kwh": 6.0}, {**ROW, "id": "two"}]})

    (error,) = answer.get_json(force=True)["errors"]
    assert (error["pointer"], error["code"]) == ("#/rows", "repeated_id")
    assert error["detail"] == "must have different ids: one comes more than once"
    assert client.get(f"/api/v1/usage?from={DAY}").get_json()["usage"] == []


def test_the_tags_of_a_row_are_json_in_a_table(client: FlaskClient) -> None:
    tags = {"team": 'a "b", ü', "env": "prod"}
    client.post("/api/v1/usage", json={"rows": [{**ROW, "tags": tags}]})

    text = client.get(f"/api/v1/usage?from={DAY}", headers={"Accept": "text/csv"}).get_data(as_text=True)

    (line,) = csv.DictReader(io.StringIO(text))
    assert json.loads(line["tags"]) == tags
