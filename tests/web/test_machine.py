"""The page of a machine: the figures of the API for the same minute, and a word where there is none."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient

from carbon.power import PowerModel
from tests.fakes.clouds import cloud_map
from tests.fakes.service import offline
from tests.web.forms import answer_of_command, rows_of, text_of
from tests.web.pictures import HOSTILE
from web.pages.machine_power import watts_of
from web.pages.words import grams, usd, watts

MACHINE = "/instances/aws:m7g.large"
WATTS, REGIONS, ALTERNATIVES = 0, 1, 2  # tables of a page whose machine is modelled


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


def keys(page: str) -> list[str]:
    """The regions of the table, in its order."""
    return re.findall(r'<th scope="row"><a href="/regions/[^"]*">([^<]+)</a>', page)


@pytest.mark.parametrize("kind", ["aws:m7g.large", "aws:p5.48xlarge", "aws:t3.micro", "aws:db.r6g.large"])
def test_the_watts_are_those_of_the_command_of_the_page(client: FlaskClient, kind: str) -> None:
    page = client.get(f"/instances/{kind}").text

    answer = answer_of_command(page, client, '"pue":1')
    rows = sorted(answer["comparisons"], key=lambda row: row["utilization"])
    assert [row["utilization"] for row in rows] == [0.0, 0.1, 0.25, 0.5, 0.75, 1.0]
    for row, shown in zip(rows, rows_of(page, WATTS), strict=True):
        it_w = row["power_consumption_kwh"] * 1000
        assert f"{row['utilization'] * 100:.0f} % {watts(it_w)} " in shown
        # Factors are rounded to four digits, so the ends of the range are compared as numbers.
        low, high = (float(text.replace(",", "")) for text in re.findall(r"([\d.,]+) W", shown)[1:])
        assert low == pytest.approx(it_w * row["uncertainty"]["power_low_factor"], rel=0.01)
        assert high == pytest.approx(it_w * row["uncertainty"]["power_high_factor"], rel=0.01)


@pytest.mark.parametrize("query", ["", "?utilization=0.9"])
def test_emissions_and_prices_are_those_of_the_command_of_the_page(client: FlaskClient, query: str) -> None:
    page = client.get(f"{MACHINE}{query}").text

    answer = answer_of_command(page, client, '"utilization":0.9}' if query else '"utilization":0.5}')
    rows = answer["comparisons"]
    assert len(rows) == len(cloud_map_regions("aws", "m7g.large"))
    assert keys(page) == [f"aws:{row['region']}" for row in rows[:20]]
    for row, shown in zip(rows, rows_of(page, REGIONS), strict=False):
        span = row["uncertainty"]
        assert f"{grams(row['co2_emissions_g'])} {grams(span['low_co2_emissions_g'])} to " in shown
        assert usd(row["cost"]["on_demand_usd_per_hour"]) in shown


def cloud_map_regions(provider: str, name: str) -> list[str]:
    mapping = cloud_map()
    own = [region.key for region in mapping.regions.values() if region.provider == provider]
    return [key for key in own if mapping.is_offered(key, name)]


def test_the_facts_are_those_of_the_list_of_machines(client: FlaskClient) -> None:
    page = client.get(MACHINE).text

    row = answer_of_command(page, client, "/api/v1/instances?")["instances"][0]
    assert row["instance_type"] == "m7g.large"
    text = text_of(page)
    assert f"Embodied {row['embodied_kgco2e']:g} kgCO2e" in text
    assert f"Work index {row['performance_index']:.2f} per vCPU" in text
    # 42.4 kg over 35,040 h are 1.21 g an hour.
    assert "1.21 g per hour of four years" in text


@pytest.mark.parametrize("way", ["asc", "desc"])
def test_regions_without_a_price_are_last_whichever_way_round(client: FlaskClient, way: str) -> None:
    page = client.get(f"/instances/azure:Standard_F16ams_v6?sort=price&dir={way}&rows=1000").text

    prices = [re.search(r"\$([\d.]+)|unknown", row.split("estimated")[1]) for row in rows_of(page, REGIONS)]
    figures = [price[1] for price in prices if price is not None]
    assert figures.count(None) == 1
    assert figures[-1] is None
    assert [float(figure) for figure in figures[:-1]] == sorted(map(float, figures[:-1]), reverse=way == "desc")


def test_a_machine_without_a_model_says_so_and_names_similar_ones_that_have_one(client: FlaskClient) -> None:
    page = client.get("/instances/azure:Standard_NV6").text

    assert "The power of this machine is not modelled" in page
    assert "no source at hand describes its hardware" in page
    links = re.findall(r'<a href="(/instances/azure:[^"?]+)">', page)
    assert len(links) == 5
    assert "Watts of IT load" in client.get(links[0]).text
    # Its price and the intensity of its regions are known all the same, its grams are not.
    row = rows_of(page, 0)[0]
    assert re.search(r"unknown \d+ estimated \$0\.\d+ unknown$", row)
    assert "Microsoft Azure has not sold it since 2023-09-06." in page


def test_a_machine_that_is_sold_for_some_years_says_until_when(client: FlaskClient) -> None:
    assert "Microsoft Azure stops selling it on 2028-11-15." in client.get("/instances/azure:Standard_A1_v2").text


def test_a_machine_without_a_price_on_demand_has_none_and_not_0(client: FlaskClient) -> None:
    page = client.get("/instances/aws:p5e.48xlarge").text

    assert "Lowest price on demand unknown no list at hand" in text_of(page)
    rows = rows_of(page, REGIONS)
    assert len(rows) == 6
    assert not [row for row in rows if "estimated unknown $" not in row]  # the price on the spot is known


def test_a_machine_that_no_region_offers_says_so(client: FlaskClient) -> None:
    page = client.get("/instances/aws:m9g.metal-24xl")

    assert page.status_code == 200
    assert "No region at hand offers it." in page.text


def test_a_burstable_machine_is_shown_at_its_baseline(client: FlaskClient) -> None:
    text = text_of(client.get("/instances/aws:t3.micro").text)

    assert "All the time it may use 10 % of its CPU." in text
    assert "Power at 10 %" in text
    assert "How much of the CPU it may use all the time is unknown." in client.get("/instances/aws:t1.micro").text


def test_shared_cores_are_named(client: FlaskClient) -> None:
    assert "Shared cores: a vCPU is only a part of a processor thread." in client.get("/instances/gcp:e2-small").text


def test_accelerators_are_counted_and_compared_with_the_same_ones(client: FlaskClient) -> None:
    page = client.get("/instances/aws:p5.48xlarge").text

    assert "Accelerators 8 NVIDIA H100 SXM, 80 GB each" in text_of(page)
    assert "7,916 TFLOP/s" in page  # 8 x 989.5
    assert "8 × NVIDIA H100" in rows_of(page, ALTERNATIVES)[0]


def test_a_service_of_any_size_has_a_page_without_a_row_in_the_list(client: FlaskClient) -> None:
    page = client.get("/instances/aws:lambda-arm64-600mb").text

    assert "Amazon Web Services service" in page
    assert "/api/v1/instances?" not in page


def test_every_alternative_is_a_link_to_a_page(client: FlaskClient) -> None:
    page = client.get(MACHINE).text

    links = re.findall(r'<a href="(/instances/[^"?]+)">', page.split('id="alike"')[1])
    assert len(links) == 6
    assert not [link for link in links if link.startswith("/instances/aws:")]
    assert {client.get(link).status_code for link in links} == {200}


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("AWS:M7G.large", "/instances/aws:m7g.large"),
        ("azure:D4s%20v5", "/instances/azure:Standard_D4s_v5"),
        ("m7g.large", "/instances/aws:m7g.large"),
        ("shared-cpu-1x:256MB", "/instances/fly:shared-cpu-1x:256MB"),
    ],
)
def test_other_spellings_lead_to_the_one_address(client: FlaskClient, name: str, address: str) -> None:
    page = client.get(f"/instances/{name}?theme=dark")

    assert (page.status_code, page.headers["Location"]) == (302, f"{address}?theme=dark")
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("aws:m7g.lrge", "aws:m7g.large"),
        ("m7g.lrge", "aws:m7g.large"),
        ("azure:m7g.large", "aws:m7g.large"),
        ("azure:Standard_D4s", "azure:"),
    ],
)
def test_an_unknown_name_is_a_404_with_the_nearest_ones_as_links(client: FlaskClient, name: str, nearest: str) -> None:
    page = client.get(f"/instances/{name}")

    links = re.findall(r'<li><a href="/instances/([^"]+)">', page.text.split("<main")[1])
    assert page.status_code == 404
    assert links
    assert links[0].startswith(nearest)
    assert client.get(f"/instances/{links[0]}").status_code == 200


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("path", ["/instances/{}", "/instances/aws:{}", "/instances/a/b/{}"])
def test_a_name_is_never_markup(client: FlaskClient, path: str, text: str) -> None:
    page = client.get(path.format(text.replace("#", "%23").replace("?", "%3F").replace("\x00", "%00")))

    assert page.status_code == 404
    assert page.text.count("<script") == 1
    assert "<img src=x" not in page.text
    assert 'href="javascript' not in unescape(page.text)


def test_a_wrong_utilisation_is_a_sentence_and_an_empty_one_is_the_usual_one(client: FlaskClient) -> None:
    wrong = client.get(f"{MACHINE}?utilization=2")

    assert wrong.status_code == 400
    assert "<code>utilization</code> must be less than or equal to 1" in wrong.text
    assert "Power at 50 %" in text_of(client.get(f"{MACHINE}?utilization=").text)


def test_measured_watts_have_no_range() -> None:
    # Between 140 W at 10 % and 220 W at 50 % a straight line has 180 W at 30 %.
    kind = cloud_map().instance_type("aws", "m7g.large")
    measured = PowerModel.measured((100.0, 140.0, 220.0, 300.0), "meter")
    shown = watts_of(replace(kind, power=measured), 0.3)

    assert shown is not None
    assert shown.measured
    assert (shown.at.watts, shown.at.low_w, shown.at.high_w) == pytest.approx((180.0, 180.0, 180.0))
    assert 'class="range"' not in shown.chart


@pytest.mark.parametrize("path", [f"{MACHINE}?rows=1000", "/instances/azure:Standard_D4s_v5?rows=1000"])
def test_a_page_with_every_region_has_less_than_80_kb(client: FlaskClient, path: str) -> None:
    assert len(gzip.compress(client.get(path).data, 1)) < 80_000
