"""The same IT energy in the median region, whatever PUE the rows have, and of regions that the catalog has no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from app import create_app
from catalog.profiles import hour_of
from engine import Engine
from ledger_questions import settle
from mapping import CloudMap
from settings import Settings
from store.history.history import History
from store.ledger.usage import UsageLedger
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast
from tests.fakes.service import NOW

MAPPING = CloudMap.load()
DAY = "2026-02-10"
ROW = {"id": "one", "start": f"{DAY}T08:00:00Z", "hours": 2, "region": "aws:ca-central-1"}
PUE = MAPPING.regions["aws:ca-central-1"].pue


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    settings = Settings(data_dir=tmp_path, live="off", rate_limit="off")
    return create_app(settings, Engine(MAPPING, FakeReader(), FakePast({})), clock=lambda: NOW).test_client()


def median(client: FlaskClient) -> Any:
    answer = client.get(f"/api/v1/usage/report?from={DAY}&to={DAY}")
    assert answer.status_code == 200
    return answer.get_json()["in_median_region"]


@pytest.mark.parametrize(
    "energy",
    [
        pytest.param({"kwh": 10.0}, id="by the PUE of the region"),
        pytest.param({"kwh": 10.0, "pue": 2.0}, id="by a PUE of its own"),
        pytest.param({"kwh": 10.0 * PUE, "pue": 1.0}, id="measured of the whole facility"),
    ],
)
def test_ten_kwh_of_the_it_are_the_same_in_the_median_region_whatever_the_pue_was(
    client: FlaskClient, energy: dict[str, float]
) -> None:
    client.post("/api/v1/usage", json={"rows": [{**ROW, **energy}]})

    answer = median(client)

    # 10 kWh of the IT times the PUE there times the mean of what is usual there on the 24 hours of that day.
    region, first = MAPPING.regions[answer["region"]], hour_of(datetime(2026, 2, 10, tzinfo=UTC))
    usual = MAPPING.profiles.gco2e_per_kwh(MAPPING.profiles.rows([region.zone]), np.arange(first, first + 24)).mean()
    assert answer["co2_emissions_g"] == pytest.approx(10.0 * region.pue * usual)


def test_usage_in_a_region_that_the_catalog_has_no_more_is_still_reported(client: FlaskClient, tmp_path: Path) -> None:
    client.post("/api/v1/usage", json={"rows": [{**ROW, "kwh": 10.0}]})
    there = median(client)
    usage = UsageLedger(History(tmp_path))
    stored = usage.row("default", "one")
    assert stored is not None
    (settled,) = settle(Engine(MAPPING, FakeReader(), FakePast({})).at(NOW), [stored.settled.row])
    gone = replace(settled, row=replace(settled.row, region="aws:gone-1"))

    usage.put("default", "api", [(gone, False)], NOW)
    assert median(client) == there

    usage.put("default", "api", [(replace(gone, row=replace(gone.row, tags={"a": "b"}), pue=None), False)], NOW)
    assert median(client) is None
