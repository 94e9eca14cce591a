"""The first page: the rows of /v1/by-rank, which a reader filters and orders, and a job's place and time."""

from __future__ import annotations

import re
from html import unescape

import orjson
import pytest
from flask.testing import FlaskClient

from carbon.reading import ZoneReading
from tests.fakes.grid import FakeReader, observation
from tests.fakes.service import NOW, offline, service
from web.pages.words import intensity


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


def keys(page: str) -> list[str]:
    """The regions of the ranking, in its order."""
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]+)</a>', page)


def figures(page: str) -> list[str]:
    return re.findall(r'data-label="gCO2e/kWh"><span[^>]*><span[^>]*>([^<]+)<', page)


def test_the_ranking_is_that_of_by_rank(client: FlaskClient) -> None:
    rows = client.get("/v1/by-rank").get_json()["regions"][:50]

    page = client.get("/").text
    assert keys(page) == [f"{row['provider']}:{row['id']}" for row in rows]
    assert figures(page) == [intensity(row["intensity"]) for row in rows]


def test_a_filter_leaves_what_by_rank_leaves(client: FlaskClient) -> None:
    rows = client.get("/v1/by-rank?provider=gcp&country=DE").get_json()["regions"]

    assert keys(client.get("/?provider=gcp&country=germany").text) == [f"gcp:{row['id']}" for row in rows]


def test_a_search_finds_every_word_in_names_of_region_city_country_cloud_and_zone(client: FlaskClient) -> None:
    assert keys(client.get("/?q=AMAZON+sweden").text) == ["aws:eu-north-1"]
    assert set(keys(client.get("/?q=SE-SE3+google").text)) == {"gcp:europe-north2"}


def test_a_search_that_finds_nothing_says_how_to_loosen_it(client: FlaskClient) -> None:
    page = client.get("/?q=atlantis&provider=aws")

    assert page.status_code == 200
    assert "No region matches" in page.text
    assert '<a href="/?provider=aws"' not in page.text
    assert '<a href="/?q=atlantis">search in all clouds and countries</a>' in page.text


@pytest.mark.parametrize(("sort", "field"), [("price", "instancePrice"), ("spot", "spotScore")])
def test_rows_without_a_value_are_last_whichever_way_round(client: FlaskClient, sort: str, field: str) -> None:
    known = {f"{row['provider']}:{row['id']}" for row in client.get("/v1/by-rank").get_json()["regions"] if row[field]}

    for way in ("asc", "desc"):
        order = keys(client.get(f"/?rows=1000&sort={sort}&dir={way}").text)
        assert {key in known for key in order[: len(known)]} == {True}
        assert {key in known for key in order[len(known) :]} == {False}


def test_an_unknown_region_is_named_and_the_greenest_is_shown(client: FlaskClient) -> None:
    page = client.get("/?region=aws:eu-nord-1").text

    assert "The greenest region is shown instead" in page
    assert page.count('aria-current="true"') >= 1


def test_a_job_is_answered_as_schedule_answers_the_command_of_the_page(client: FlaskClient) -> None:
    page = client.get("/?provider=aws&country=EU&duration_hours=3&within_hours=12").text

    command = unescape(re.findall(r"<pre[^>]*>([^<]+schedule[^<]+)</pre>", page)[0])
    body = re.search(r"-d '(.+)'$", command)
    assert body is not None
    answer = client.post("/api/v1/schedule", json=orjson.loads(body[1])).get_json()
    best = answer["optimal_window"]
    assert f"aws:{answer['region']}" in page
    assert f"{intensity(best['avg_carbon_intensity'])} gCO2e/kWh" in page


def test_a_job_that_cannot_be_answered_is_a_sentence_beside_the_form(client: FlaskClient) -> None:
    page = client.get("/?duration_hours=3&instance_type=m7g.lrage")

    assert page.status_code == 400
    assert 'did you mean <a href="/?duration_hours=3&amp;instance_type=m7g.large#job">m7g.large</a>' in page.text
    assert 'value="m7g.lrage"' in page.text
    assert len(keys(page.text)) == 50


def test_every_mark_of_the_map_leads_to_its_region_and_is_named_with_its_figure(client: FlaskClient) -> None:
    row = client.get("/v1/by-rank?provider=gcp").get_json()["regions"][0]
    key, value = f"gcp:{row['id']}", intensity(row["intensity"])

    page = client.get("/?provider=gcp&view=europe").text
    mark = re.search(rf'<a data-region="{key}" href="([^"]+)"[^>]*aria-label="([^"]+)"', page)
    assert mark is not None
    assert unescape(mark[1]) == f"/?provider=gcp&view=europe&region={key}"
    assert mark[2].startswith(f"{key} (")
    assert f": {value} gCO2e/kWh" in mark[2]


def test_the_hours_shown_are_those_of_the_selected_region(client: FlaskClient) -> None:
    hours = client.get("/api/v1/zones/DE/forecast?hours=24").get_json()["forecast"]

    page = client.get("/?region=aws:eu-central-1&hours=24").text
    listed = re.findall(r"<li>(\w{3} \d\d:\d\d) UTC: ([\d.]+) gCO2e/kWh", page)
    assert [figure for _, figure in listed] == [intensity(hour["value"]) for hour in hours]
    assert "aws:eu-central-1, the next 24 hours" in page


def test_where_nothing_is_live_the_status_says_so(client: FlaskClient) -> None:
    assert "No live value: the figures are usual values of past years." in client.get("/").text


def test_what_was_measured_is_counted_and_its_age_is_said() -> None:
    reading = ZoneReading(latest=observation(NOW, 31.0, hours_ago=1, zone="SE-SE3"))
    client = service(FakeReader({"SE-SE3": reading})).test_client()

    rows = client.get("/v1/by-rank").get_json()["regions"]
    measured = [row for row in rows if row["dataQuality"] == "measured"]
    page = client.get("/").text
    assert {row["zone"] for row in measured} == {"SE-SE3"}
    assert f"<strong>{len(measured)}</strong> measured" in page
    assert "Observed values are 30 min old in the median." in page


def test_prices_are_set_against_carbon_for_every_region_that_has_both(client: FlaskClient) -> None:
    rows = client.get("/v1/by-rank?provider=aws").get_json()["regions"]
    priced = {f"aws:{row['id']}" for row in rows if row["instancePrice"]}
    cheapest = min((row for row in rows if row["instancePrice"]), key=lambda row: row["instancePrice"]["perHour"])

    page = client.get("/?provider=aws").text
    chart = page[page.index('id="price"') : page.index('id="ranked"')]
    labels = re.findall(r'aria-label="([^"]+)"', chart)
    assert set(re.findall(r'data-region="([^"]+)"', chart)) == priced
    assert len(labels) == len(priced)
    price, grams = cheapest["instancePrice"]["perHour"], intensity(cheapest["intensity"])
    name = f"{cheapest['instanceType']} in aws:{cheapest['id']}"
    assert [one for one in labels if one.startswith(f"{name}: ${price:.4g} per hour")]
    assert [one for one in labels if one.startswith(name) and f"{grams} gCO2e/kWh; grid:" in one]


def test_of_very_many_regions_those_of_the_front_are_links_and_the_others_are_dots(client: FlaskClient) -> None:
    rows = client.get("/v1/by-rank").get_json()["regions"]
    priced = sum(row["instancePrice"] is not None for row in rows)

    page = client.get("/").text
    chart = page[page.index('id="price"') : page.index('id="ranked"')]
    links = len(re.findall(r"data-region=", chart))
    dots = sum(way.count("M") for way in re.findall(r'<path d="(M[^"]*a3.5[^"]*)"', chart))
    assert 0 < links < 20
    assert links + dots == priced


def test_no_region_of_the_front_is_beaten_in_both_price_and_carbon(client: FlaskClient) -> None:
    rows = [row for row in client.get("/v1/by-rank").get_json()["regions"] if row["instancePrice"]]
    points = [(row["instancePrice"]["perHour"], row["intensity"]) for row in rows]
    front = {
        (usd, co2) for usd, co2 in points if not any(a <= usd and b <= co2 and (a, b) != (usd, co2) for a, b in points)
    }

    page = client.get("/").text
    panel = page[page.index('id="price"') : page.index('id="ranked"')]
    said = re.search(r"Pareto front, (\d+) offers?", panel)
    assert said is not None
    assert int(said[1]) == len(front)
    assert len(re.findall(r'<li><a href="/regions/', panel)) == min(len(front), 5)
