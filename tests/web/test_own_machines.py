"""Machines of the operator's own on pages: measured watts have no range, and what a file leaves out is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from engine import Engine
from settings import Settings
from tests.fakes.access import access
from tests.fakes.grid import FakeReader
from tests.fakes.own_facts import INSTANCES, PRICES, REGIONS, ZONES, overlaid
from tests.fakes.service import NOW
from tests.web.forms import rows_of, text_of


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    mapping = overlaid(zones=ZONES, regions=REGIONS, instances=INSTANCES, prices=PRICES)
    engine, settings = Engine(mapping, FakeReader()), Settings(data_dir=tmp_path, rate_limit="off")
    return create_app(settings, engine, rules=access(), clock=lambda: NOW).test_client()


def test_measured_watts_are_called_so_and_no_range_is_made_up(client: FlaskClient) -> None:
    page = client.get("/instances/own:rack1").text

    # 220 W at half load, x 1.25 x 100 g/kWh are 27.5 g an hour.
    assert rows_of(page, 0)[3] == "50 % 220 W measured"
    assert rows_of(page, 1) == ["own:dc1 Frankfurt, DE 27.5 g no range known 100 estimated $1.25 unknown"]


def test_in_a_comparison_a_figure_without_a_range_says_so(client: FlaskClient) -> None:
    text = text_of(client.get("/compare?option=own:dc1,rack1&option=aws:eu-central-1,m7g.16xlarge").text)

    assert "660 g no range known" in text  # 27.5 g in each of 24 h
    assert "Renewable unknown Basis" in text
