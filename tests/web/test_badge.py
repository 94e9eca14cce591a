"""Badges: one region's figure, as a picture and in the form of a badge endpoint."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from carbon.intensity import CarbonIntensity, Provenance, Quality
from carbon.reading import ZoneReading
from tests.fakes.grid import FakeReader, flat, observation
from tests.fakes.service import NOW, offline, service
from tests.web.pictures import HOSTILE, pixels, svg, text_of, titles
from web import shipped
from web.geometry.badge import badge_of, message_of
from web.marks import figure

UNKNOWN = CarbonIntensity(
    gco2e_per_kwh=None,
    provenance=Provenance(quality=Quality.BASELINE, source="none", starts_at=NOW, age_seconds=None),
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


@pytest.fixture(scope="module")
def live() -> FlaskClient:
    readings = {"SE-SE3": flat(NOW, 7.04), "FR": ZoneReading(latest=observation(NOW, 450), reason="timeout")}
    return service(FakeReader(readings)).test_client()


@pytest.mark.parametrize("region", ["aws:eu-north-1", "gcp:europe-west3", "azure:eastus", "ovh:GRA"])
def test_the_figure_is_that_of_the_json_answer(client: FlaskClient, region: str) -> None:
    details = client.get(f"/api/v1/regions/{region}").get_json()["region_details"]

    badge = client.get(f"/badge/{region}.json").get_json()

    assert badge["schemaVersion"] == 1
    assert badge["label"] == region
    assert badge["message"].startswith(f"≈ {figure(details['current_carbon_intensity'])} gCO2e/kWh, ")
    assert text_of(svg(client, f"/badge/{region}.svg")) == [region, badge["message"]]


def test_a_measured_figure_stands_without_a_sign_and_an_old_one_says_so(live: FlaskClient) -> None:
    measured, stale = (live.get(f"/badge/aws:{region}.json").get_json() for region in ("eu-north-1", "eu-west-3"))

    assert (measured["message"], measured["color"]) == ("7.0 gCO2e/kWh, very low", "dcefc5")
    assert (stale["message"], stale["color"]) == ("≈ 450 gCO2e/kWh, very high, stale", "8d2a31")


def test_what_is_not_known_is_a_grey_badge_that_says_so() -> None:
    badge = badge_of("aws:eu-north-1", UNKNOWN, NOW, shipped.font())

    assert (badge.message, badge.fill) == ("no data", "#9aa5b1")
    assert badge.title == "Carbon intensity of aws:eu-north-1: no data"


def test_zero_is_a_figure_and_not_the_lack_of_one() -> None:
    measured = replace(UNKNOWN.provenance, quality=Quality.MEASURED)

    assert message_of(CarbonIntensity(gco2e_per_kwh=0.0, provenance=measured)) == "0.0 gCO2e/kWh, very low"


def test_the_badge_tells_its_time_and_source_to_those_who_do_not_see_it(client: FlaskClient) -> None:
    root = svg(client, "/badge/aws:eu-north-1.svg")

    description = root[1].text or ""
    assert titles(root) == ["Carbon intensity of aws:eu-north-1: 23 gCO2e/kWh, very low, estimated"]
    assert description.startswith("11 Feb 2026, 10:30 UTC. Source: usual hours of past years")


def test_a_badge_is_as_wide_as_its_letters(client: FlaskClient) -> None:
    narrow, wide = (svg(client, f"/badge/{region}.svg") for region in ("ovh:gra", "gcp:northamerica-northeast1"))

    assert float(wide.attrib["width"]) - float(narrow.attrib["width"]) > 80


@pytest.mark.parametrize("form", ["svg", "png", "json"])
@pytest.mark.parametrize("region", ["aws:eu-nrth-1", "asw:eu-north-1", *HOSTILE[:2], HOSTILE[3]])
def test_an_unknown_region_is_a_404_in_every_form(client: FlaskClient, form: str, region: str) -> None:
    response = client.get(f"/badge/{region.replace('/', '')}.{form}")

    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize("form", ["svg", "png", "json"])
def test_an_unknown_parameter_is_refused(client: FlaskClient, form: str) -> None:
    assert client.get(f"/badge/aws:eu-north-1.{form}?colour=red").status_code == 400


def test_a_png_holds_the_letters_of_the_shipped_font(client: FlaskClient) -> None:
    width, height, rows = pixels(client.get("/badge/aws:eu-north-1.png").data, 17)

    # White letters on the dark label: the left 80 pixels of the badge.
    letters = sum(row[4 * x] > 200 for row in rows[4:17] for x in range(6, 80))
    assert height == 20
    assert width > 200
    assert letters > 60
