"""Usage as CSV: what callers have written is no formula in a spreadsheet."""

from __future__ import annotations

import csv
import io
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
