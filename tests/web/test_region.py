"""The page of a region: the figures of the JSON endpoints for the same minute, in each state that a grid can be in."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from app import create_app
from carbon.intensity import Quality
from carbon.reading import Percentile, ZoneReading
from carbon.results import HourStep
from carbon.units import HOUR
from engine import Engine
from settings import Settings
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat, known, observation
from tests.fakes.service import NOW, offline, service
from tests.web.pictures import HOSTILE
from tests.web.test_pages import Reader
from web.pages.region_hours import spans_of
from web.pages.region_month import neighbours_of
from web.pages.words import grams, intensity, usd

FRANKFURT = "/regions/aws:eu-central-1"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


def with_reader(reader: FakeReader) -> FlaskClient:
    return service(reader).test_client()


def text_of(page: str) -> str:
    """What a reader sees, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def question(page: str, path: str) -> Any:
    """The body of the command of a page that asks this path."""
    command = next(text for text in map(unescape, re.findall(r"<pre[^>]*>([^<]+)</pre>", page)) if path in text)
    body = re.search(r"-d '(.+)'$", command)
    assert body is not None
    return orjson.loads(body[1])


def test_the_present_is_that_of_the_region_in_the_api(client: FlaskClient) -> None:
    facts = client.get("/api/v1/regions/eu-central-1").get_json()["region_details"]

    text = text_of(client.get(FRANKFURT).text)
    assert f"{intensity(facts['current_carbon_intensity'])} gCO2e per kWh, high estimated" in text
    assert f"{intensity(facts['low'])} to {intensity(facts['high'])} range, 10th to 90th centile" in text
    assert f"{facts['renewable_percentage']:.0f} % renewable, of the electricity used in 2025" in text
    assert f"{facts['pue']} PUE, {facts['pue_basis']}" in text
    assert "No live value: no source that needs no key covers this zone" in text


def test_the_hours_are_those_of_the_forecast_and_the_window_that_of_the_schedule(client: FlaskClient) -> None:
    hours = client.get("/api/v1/zones/DE/forecast?hours=24").get_json()["forecast"]
    body = {"region": "eu-central-1", "duration_hours": 4, "deadline": "2026-02-12T10:00:00Z"}
    window = client.post("/api/v1/schedule", json=body).get_json()["optimal_window"]

    page = client.get(f"{FRANKFURT}?hours=24").text
    figures = re.findall(r"<th scope=\"row\">\w+ \d\d:\d\d</th><td>([\d.]+) gCO2e/kWh", page)
    assert figures == [intensity(hour["value"]) for hour in hours]
    assert f"Best 4 h: Wed {window['start_time'][11:16]}" in page


def test_machines_are_those_of_optimize(client: FlaskClient) -> None:
    page = client.get(FRANKFURT).text
    answer = client.post("/api/v1/optimize", json=question(page, "/optimize")).get_json()["recommendation"]

    rows = answer["recommendations"]
    assert len(rows) == 20
    name = r'<th scope="row"><a href="/instances/aws:[^"]+">([^<]+)</a><small>[^<]*vCPUs'
    shown = re.findall(rf'{name}.*?data-label="Emissions">([^<]+)<', page, re.S)
    assert shown == [(row["instance_type"], grams(row["estimated_co2_emissions_g"])) for row in rows]


@pytest.mark.parametrize("order", ["price", "work", "speed"])
def test_the_order_of_the_machines_is_a_question_of_its_own(client: FlaskClient, order: str) -> None:
    page = client.get(f"{FRANKFURT}?sort={order}").text
    rows = client.post("/api/v1/optimize", json=question(page, "/optimize")).get_json()["recommendation"]

    names = re.findall(r'<th scope="row"><a href="/instances/aws:[^"]+">([^<]+)</a><small>[^<]*vCPUs', page)
    assert names == [row["instance_type"] for row in rows["recommendations"]]
    if order == "price":
        prices = [row["cost"]["on_demand_usd_per_hour"] for row in rows["recommendations"]]
        assert prices == sorted(prices)


def test_a_month_is_that_of_compare_here_and_in_the_greenest_neighbours(client: FlaskClient) -> None:
    page = client.get(FRANKFURT).text
    body = question(page, "/compare")
    rows = client.post("/api/v1/compare", json=body).get_json()["comparisons"]

    assert body["duration_hours"] == 730
    assert len(body["options"]) == 9
    here = next(row for row in rows if row["region"] == "eu-central-1")
    greenest = [row for row in rows if row["region"] != "eu-central-1"][:3]
    bars = re.findall(r"<svg class=\"grams.*?<strong>([^<]+)</strong>.*?g/kWh · (\S+?)</small>", page, re.S)
    assert bars == [(grams(row["co2_emissions_g"]), usd(row["cost"]["on_demand_usd"])) for row in (here, *greenest)]


def test_the_machine_of_the_month_is_that_of_by_rank_or_the_one_that_is_named(client: FlaskClient) -> None:
    row = next(row for row in client.get("/v1/by-rank?provider=aws").get_json()["regions"] if row["id"] == "eu-north-1")

    page = client.get("/regions/aws:eu-north-1").text
    assert question(page, "/compare")["options"][0]["instance_type"] == row["instanceType"]
    page = client.get("/regions/aws:eu-north-1?machine=r7g.xlarge").text
    assert question(page, "/compare")["options"][0]["instance_type"] == "r7g.xlarge"


def test_a_machine_that_is_misspelt_is_a_sentence_with_links(client: FlaskClient) -> None:
    page = client.get(f"{FRANKFURT}?machine=m7g.lrage&hours=24")

    assert page.status_code == 400
    assert '<a href="/regions/aws:eu-central-1?machine=m7g.large&amp;hours=24#a-month">m7g.large</a>' in page.text
    assert 'value="m7g.lrage"' in page.text


def test_neighbours_are_the_eight_nearest_of_the_same_cloud_that_can_be_used() -> None:
    regions = cloud_map().regions

    near = neighbours_of(regions["aws:eu-central-1"], regions.values())
    # Frankfurt to Zurich as the crow flies: 304 km.
    assert (near[0].region.key, round(near[0].km)) == ("aws:eu-central-2", 304)
    assert len(near) == 8
    assert {one.region.provider for one in near} == {"aws"}
    assert {one.region.status for one in near} == {"available"}
    assert [one.km for one in near] == sorted(one.km for one in near)


def test_a_measured_figure_says_so_and_how_old_it_is() -> None:
    page = with_reader(FakeReader({"DE": flat(NOW, 120)})).get(FRANKFURT).text

    assert '<span class="figure measured"><span class="band band-fl">120</span>' in page
    assert "fairly low measured, 0 s old" in text_of(page)


def test_the_last_good_value_of_a_silent_source_is_stale() -> None:
    reading = ZoneReading(latest=observation(NOW, 120, hours_ago=3), reason="timeout")

    page = with_reader(FakeReader({"DE": reading})).get(FRANKFURT).text
    assert '<span class="figure stale">' in page
    assert "The source electricity-maps has sent no fresh value" in page


def test_an_estimate_of_a_source_is_not_shown_as_measured() -> None:
    page = with_reader(FakeReader({"DE": known(NOW, [120, 130], quality=Quality.ESTIMATED)})).get(FRANKFURT).text

    assert '<span class="figure estimated">' in page
    assert 'class="figure measured"' not in page


def test_where_nothing_is_known_every_panel_says_so_in_words() -> None:
    mapping = cloud_map()
    unknown = replace(mapping, profiles=mapping.profiles.without_figures())
    engine = Engine(unknown, FakeReader())
    client = create_app(Settings(), engine, rules=access(), clock=lambda: NOW).test_client()

    page = client.get(FRANKFURT)
    text = text_of(page.text)
    assert page.status_code == 200
    assert "No source knows the grid of DE" in text
    assert "No figure is known for these hours." in text
    assert "No hour is known." in text
    assert "average carbon intensity of DE is not known" in text
    assert ">0<" not in page.text


def test_sources_stand_side_by_side_with_their_disagreement() -> None:
    reader = FakeReader({"GB": flat(NOW, 100)})
    reader.sources = {
        "uk-carbon": {"GB": ZoneReading(latest=replace(observation(NOW, 100, zone="GB"), source="uk-carbon"))},
        "elexon": {"GB": ZoneReading(latest=replace(observation(NOW, 150, zone="GB"), source="elexon"))},
        "silent": {"GB": ZoneReading(reason="late")},
    }
    client = with_reader(reader)
    facts = client.get("/api/v1/zones/GB/sources").get_json()["zone_sources"]

    text = text_of(client.get("/regions/aws:eu-west-2").text)
    assert facts["disagreement"] == 0.4  # (150 - 100) / 125
    assert "They differ by 40 % of their mean" in text
    assert "elexon not used 150" in text
    assert "silent no value: it is being fetched unknown" in text


def test_a_marginal_figure_stands_apart_where_a_source_has_one() -> None:
    reader = FakeReader()
    percentile = Percentile(zone="DE", percentile=37, starts_at=NOW, ends_at=NOW + HOUR, source="watttime")
    reader.marginal.percentiles = {"DE": percentile}

    assert "marginal" in text_of(with_reader(reader).get(FRANKFURT).text)
    assert "37 % of hours here are cleaner" in text_of(with_reader(reader).get(FRANKFURT).text)
    assert "of hours here are cleaner" not in offline().test_client().get(FRANKFURT).text


@pytest.mark.parametrize("key", ["digitalocean:ams1", "aws:me-west-1", "azure:usdodeast"])
def test_a_region_without_machines_says_so(client: FlaskClient, key: str) -> None:
    page = client.get(f"/regions/{key}")

    assert page.status_code == 200
    assert "No machine of at least 2 vCPUs and 8 GB whose power is known is sold here" in page.text
    assert "is known to be sold here. Name another one." in page.text


def test_a_price_that_is_not_known_is_a_word(client: FlaskClient) -> None:
    page = client.get("/regions/aws:ap-northeast-1?machine=x8aedz.large").text

    assert re.findall(r"g/kWh · (\S+?)</small>", page)[0] == "unknown"


@pytest.mark.parametrize("name", ["eu-central-1", "EU-Central-1", "aws:eu-central-1"])
def test_a_region_may_be_named_as_in_the_api(client: FlaskClient, name: str) -> None:
    page = client.get(f"/regions/{name}")

    assert page.status_code == 200
    assert "<code>aws:eu-central-1</code>" in page.text


def test_a_zone_of_the_cloud_shows_its_region_with_a_note(client: FlaskClient) -> None:
    page = client.get("/regions/eu-central-1a").text

    assert "eu-central-1a is a zone of aws:eu-central-1; all figures are those of the region." in page


def test_an_unknown_region_is_a_404_with_links_to_the_nearest(client: FlaskClient) -> None:
    page = client.get("/regions/westeurop")

    assert page.status_code == 404
    assert '<a href="/regions/azure%3Awesteurope">azure:westeurope</a>' in page.text
    assert client.get("/regions/azure%3Awesteurope").status_code == 200


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["machine", "hours", "sort", "vcpus", "provider", "unknown", None])
def test_what_a_reader_types_is_never_markup(client: FlaskClient, field: str | None, text: str) -> None:
    page = client.get(f"/regions/{text}" if field is None else FRANKFURT, query_string={field: text} if field else {})

    elements = Reader(page.text).elements
    assert page.status_code in (200, 400, 404)
    assert len([tag for tag, _ in elements if tag == "script"]) == 1
    addresses = [str(attributes["href"]) for _, attributes in elements if "href" in attributes]
    assert not [address for address in addresses if not address.startswith(("/", "#"))]


def test_links_keep_the_rest_of_the_state(client: FlaskClient) -> None:
    page = client.get(f"{FRANKFURT}?hours=96&sort=price&machine=m7g.large&theme=dark").text

    assert f'href="{FRANKFURT}?theme=dark&amp;machine=m7g.large&amp;sort=price&amp;hours=24"' in page
    assert '<input type="hidden" name="hours" value="96">' in page


def test_hours_that_follow_each_other_are_one_span() -> None:
    hours = [HourStep(starts_at=NOW.replace(hour=hour), intensity=None) for hour in (10, 11, 12, 13)]  # type: ignore[arg-type]

    spans = spans_of(hours, (10, 11, 13))
    assert [(start.hour, end.hour) for start, end in spans] == [(10, 12), (13, 14)]
