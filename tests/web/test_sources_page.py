"""The pages about the figures: where they come from, and what they mean."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app import create_app
from engine import Engine
from grid.registry import build_reader
from settings import Settings
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.service import NOW, offline
from tests.web.test_region import text_of

SECRET = "a-key-that-nobody-may-see"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """The service with every source there is; one has a key."""
    settings = Settings(live="off", el_maps_api_key=SECRET)
    engine = Engine(cloud_map(), build_reader(settings, utc_now=lambda: NOW))
    return create_app(settings, engine, rules=access(), clock=lambda: NOW).test_client()


def test_every_source_is_there_with_its_terms_its_state_and_what_it_needs(client: FlaskClient) -> None:
    rows = client.get("/api/v1/sources").get_json()["sources"]

    page = client.get("/sources").text
    assert re.findall(r'<h3><a href="([^"]+)"', page) == [row["url"] for row in rows]
    text = text_of(page)
    for row in rows:
        assert row["licence"] in text
        assert (row["attribution"] or "") in text
        assert (row["key_setting"] or "") in text
    assert "OPENELECTRICITY_NON_COMMERCIAL" in text
    assert text.count("switched off") == len(rows)
    assert text.count("none yet") == len(rows)


def test_no_key_is_shown(client: FlaskClient) -> None:
    assert SECRET not in client.get("/sources").text


def test_ages_of_prices_are_those_of_ready(client: FlaskClient) -> None:
    tables = {row["table"]: row for row in client.get("/ready").get_json()["catalog"]}

    text = text_of(client.get("/sources").text)
    aws = tables["aws/prices"]
    assert f"Amazon Web Services {aws['median_age_days']} d {aws['oldest_age_days']} d aws-spot-feed" in text
    for name, row in tables.items():
        assert f"{name} {row['rows']:,} {row['as_of']}" in text
    assert client.get("/api/v1/sources").get_json()["data_version"] in text


def test_a_service_without_sources_says_so() -> None:
    assert "This service has no live source." in offline().test_client().get("/sources").text


def test_the_page_about_the_figures_has_the_bands_and_the_dates_of_the_tables(client: FlaskClient) -> None:
    text = text_of(client.get("/about").text)

    assert "very low from 0 low from 50 fairly low from 100 moderate from 200 high from 300" in text
    assert next(table.as_of for table in cloud_map().tables if table.table == "zones") in text
    for licence in ("ODbL 1.0", "SIL Open Font License 1.1", "Natural Earth"):
        assert licence in text
