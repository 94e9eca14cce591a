"""The list of machines: the rows of /api/v1/instances with the same filters."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.fakes.service import offline
from tests.web.forms import answer_of_command, rows_of, text_of
from tests.web.pictures import HOSTILE
from web.pages.words import number, watts


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/instances/[^"]+">([^<]+)</a>', page)


@pytest.mark.parametrize(
    "query",
    ["", "?q=m7g", "?arch=arm64&min_vcpus=64&category=memory", "?accelerator=t4&offset=1", "?region=gcp:us-east1"],
)
def test_the_rows_are_those_of_the_command_of_the_page(client: FlaskClient, query: str) -> None:
    page = client.get(f"/instances{query}").text

    answer = answer_of_command(page, client, "/api/v1/instances?")
    assert names(page) == [row["instance_type"] for row in answer["instances"]]
    assert f"of {answer['total_instances']:,}" in page
    for row, shown in zip(answer["instances"], rows_of(page, 0), strict=True):
        power = (
            f"{watts(row['idle_power_w'])} to {watts(row['full_power_w'])}" if row["power_modelled"] else "not modelled"
        )
        assert f"{power} {number(row['embodied_kgco2e'])} " in shown


def test_fields_of_the_form_that_are_left_empty_filter_nothing(client: FlaskClient) -> None:
    empty = "?q=&provider=&category=&arch=&min_vcpus=&min_memory_gb=&accelerator=&region="

    assert names(client.get(f"/instances{empty}").text) == names(client.get("/instances").text)


def test_pages_follow_each_other_and_keep_the_filter(client: FlaskClient) -> None:
    first = client.get("/instances?category=memory").text

    after = re.findall(r'<a href="([^"]+)" rel="next">', first)[0].replace("&amp;", "&")
    assert after == "/instances?category=memory&offset=50"
    second = client.get(after).text
    assert not set(names(first)) & set(names(second))
    assert '<a href="/instances?category=memory" rel="prev">' in second


def test_a_name_that_no_machine_has_leads_to_the_nearest_ones(client: FlaskClient) -> None:
    page = client.get("/instances?q=m7g.lrge").text

    assert "No machine matches" in page
    assert '<a href="/instances/aws:m7g.large">m7g.large</a>' in page


def test_what_is_not_known_is_a_word(client: FlaskClient) -> None:
    row = rows_of(client.get("/instances?provider=azure&q=Standard_NV6&power_modelled=false").text, 0)[0]

    assert row.startswith("Standard_NV6 Microsoft Azure · accelerated")
    assert "retired on 2023-09-06" in row
    assert row.endswith("not modelled unknown unknown")


def test_a_wrong_filter_is_a_sentence(client: FlaskClient) -> None:
    page = client.get("/instances?region=aws:eu-nord-1&min_vcpus=-1")

    assert page.status_code == 400
    assert "<code>region</code>" in page.text
    assert "<code>min_vcpus</code> must be greater than 0" in page.text


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["q", "provider", "category", "arch", "accelerator", "region", "family", "min_vcpus"])
def test_what_a_reader_types_is_never_markup(client: FlaskClient, field: str, text: str) -> None:
    page = client.get("/instances", query_string={field: text})

    assert page.status_code in (200, 400)
    assert page.text.count("<script") == 1
    assert "<img src=x" not in page.text
    assert text_of(page.text)
