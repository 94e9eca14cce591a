"""The page that puts options side by side: the answer of POST /api/v1/compare, its errors beside the fields."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.fakes.service import offline
from tests.web.forms import answer_of_command, text_of
from tests.web.pictures import HOSTILE
from web.pages.difference import difference_in_words
from web.pages.options import Option, option_of, options_of_rows
from web.pages.words import grams, percent

STOCKHOLM, FRANKFURT = "aws:eu-north-1,m7g.large", "aws:eu-central-1,m7g.large,0.9,3"
TWO = f"/compare?option={STOCKHOLM}&option={FRANKFURT}"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


def bars(page: str) -> list[str]:
    """The text beside each bar."""
    block = re.findall(r'<ol class="bars">(.*?)</ol>', page, re.DOTALL)[0]
    return [text_of(item) for item in re.findall(r"<li>(.*?)</li>", block, re.DOTALL)]


def field(page: str, name: str, row: int = 0) -> str:
    """A field of the form, with what stands beside it."""
    fields: list[str] = re.findall(rf'<label[^>]*><span>[^<]*</span><input name="{name}".*?</label>', page, re.DOTALL)
    return fields[row]


def test_the_answer_is_that_of_the_command_of_the_page(client: FlaskClient) -> None:
    page = client.get(f"{TWO}&duration_hours=6").text

    answer = answer_of_command(page, client, "/api/v1/compare")
    rows = answer["comparisons"]
    assert [row["count"] for row in rows] == [1, 3]
    for row, shown in zip(rows, bars(page), strict=True):
        span = row["uncertainty"]
        figures = grams(row["co2_emissions_g"]), grams(span["low_co2_emissions_g"]), grams(span["high_co2_emissions_g"])
        assert shown.endswith("{} {} to {}".format(*figures))
    assert f"{percent(answer['analysis']['difference_percentage'])} less than 3 × m7g.large" in text_of(page)


def test_with_the_hardware_the_whole_and_its_range_have_the_hardware_in_them(client: FlaskClient) -> None:
    page = client.get(f"{TWO}&include_embodied=true").text

    row = answer_of_command(page, client, "/api/v1/compare")["comparisons"][0]
    low = row["uncertainty"]["low_co2_emissions_g"] + row["embodied_gco2e"]
    assert grams(row["total_gco2e"]) in bars(page)[0]
    assert f"{grams(low)} to" in bars(page)[0]
    assert f"Hardware {grams(row['embodied_gco2e'])}" in text_of(page)


def test_the_form_leads_to_the_address_of_its_options_and_rows_left_empty_are_none(client: FlaskClient) -> None:
    columns = [("region", ["aws:eu-north-1", "", "eu-west-1"]), ("instance_type", ["m7g.large", "", "c7g.large"])]
    columns += [("utilization", ["", "", "0.3"]), ("count", ["", "", ""])]

    page = client.get("/compare", query_string=[(name, text) for name, texts in columns for text in texts])

    assert page.status_code == 302
    assert page.headers["Location"] == "/compare?option=aws:eu-north-1,m7g.large&option=eu-west-1,c7g.large,0.3"
    assert client.get(page.headers["Location"]).status_code == 200


def test_an_address_fills_the_form(client: FlaskClient) -> None:
    page = client.get(f"{TWO}&duration_hours=6&include_embodied=true").text

    names = ("region", "instance_type", "utilization", "count")
    shown = [re.findall(r'value="([^"]*)"', field(page, name, 1))[0] for name in names]
    assert shown == ["aws:eu-central-1", "m7g.large", "0.9", "3"]
    assert 'name="duration_hours" inputmode="decimal" value="6"' in page
    assert 'value="true" checked' in page


def test_each_error_stands_beside_its_field_and_what_was_typed_stays(client: FlaskClient) -> None:
    page = client.get("/compare?option=aws:eu-north-1,m7g.lage,x&option=nowhere,m7g.large&duration_hours=never")

    assert page.status_code == 400
    assert "did you mean m7g.large" in field(page.text, "instance_type")
    assert 'value="m7g.lage"' in field(page.text, "instance_type")
    assert "must be a valid number" in field(page.text, "utilization")
    assert "is not known" in field(page.text, "region", 1)
    assert "must be a valid number" in field(page.text, "duration_hours")
    assert "fault" not in field(page.text, "region")


@pytest.mark.parametrize(("number", "detail"), [("nan", "valid number"), ("2", "less than or equal to 1")])
def test_a_number_that_is_none_is_refused_and_not_left_out(client: FlaskClient, number: str, detail: str) -> None:
    page = client.get(f"/compare?option=aws:eu-north-1,m7g.large,{number}")

    assert page.status_code == 400
    assert detail in field(page.text, "utilization")


def test_options_without_a_figure_are_named_with_the_reason_and_what_to_use(client: FlaskClient) -> None:
    page = client.get(f"/compare?option=azure:westeurope,Standard_NV6&option={STOCKHOLM}").text

    left_out = page.split('id="left-out"')[1]
    assert "Option 1, Standard_NV6 in azure:westeurope: no source at hand describes its hardware" in text_of(left_out)
    links = re.findall(r'<a href="(/instances/azure:[^"]+)">', left_out)
    assert len(links) == 5
    assert client.get(links[0]).status_code == 200
    assert len(bars(page)) == 1
    assert "Add an option to compare it with." in page


def test_where_no_option_has_a_figure_the_reasons_stand_above_the_form(client: FlaskClient) -> None:
    page = client.get("/compare?option=westeurope,Standard_NV6&option=azure:northeurope,Standard_NV6")

    assert page.status_code == 422
    assert "None of the options can be compared." in page.text
    assert "Option 2, Standard_NV6: no source at hand describes its hardware" in page.text
    assert '<a href="/instances/azure:Standard_NV6s_v2">' in page.text
    assert '<ol class="bars">' not in page.text


def test_a_price_that_is_not_known_is_a_word(client: FlaskClient) -> None:
    text = text_of(client.get("/compare?option=aws:us-east-1,p5e.48xlarge&option=aws:us-east-1,p5.48xlarge").text)

    assert "How their costs differ is unknown." in text
    assert "On demand unknown" in text
    assert "$0 " not in text


def test_without_options_the_form_comes_with_examples_that_work(client: FlaskClient) -> None:
    page = client.get("/compare").text

    links = [unescape(link) for link in re.findall(r'<a href="(/compare\?option[^"]+)">', page)]
    assert len(links) == 2
    assert {len(bars(client.get(link).text)) for link in links} == {3}


def test_more_than_six_options_are_refused(client: FlaskClient) -> None:
    page = client.get("/compare?" + "&".join([f"option={STOCKHOLM}"] * 7))

    assert page.status_code == 400
    assert "<code>option</code> must have at most 6 items" in page.text


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["option", "duration_hours", "include_embodied"])
def test_what_a_reader_types_is_never_markup(client: FlaskClient, name: str, text: str) -> None:
    page = client.get("/compare", query_string=[("option", STOCKHOLM), (name, text)])

    assert page.status_code == 400
    assert page.text.count("<script") == 1
    assert "<img src=x" not in page.text


def test_the_machine_page_leads_to_its_greenest_regions_side_by_side(client: FlaskClient) -> None:
    page = client.get("/instances/aws:m7g.large").text

    link = unescape(re.findall(r'<a href="(/compare\?[^"]+)">', page)[0])
    assert len(bars(client.get(link).text)) == 3


def test_an_option_in_an_address_has_its_fields_in_order_and_none_of_its_own_commas() -> None:
    option = Option(region="aws:eu-north-1", instance_type="a,b", count="2")

    assert option.text == "aws:eu-north-1,a b,,2"
    assert option_of(option.text) == Option(region="aws:eu-north-1", instance_type="a b", count="2")
    assert options_of_rows({"region": ["", " "], "count": ["2"]}) == []


def row(grid_g: float, low_g: float, high_g: float, usd: float | None) -> dict[str, object]:
    return {
        "provider": "aws", "region": "r", "instance_type": "t", "count": 1, "duration_hours": 1.0,
        "co2_emissions_g": grid_g,
        "uncertainty": {"low_co2_emissions_g": low_g, "high_co2_emissions_g": high_g},
        "cost": {"on_demand_usd": usd},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("best", "worst", "sentences"),
    [
        ((10, 5, 19, 1.0), (40, 20, 80, 3.0), "do not overlap. On demand it costs $2.00 less."),
        (
            (10, 5, 20, 3.0),
            (40, 20, 80, 1.0),
            "overlap, so the order is likely, not sure. On demand it costs $2.00 more.",
        ),
        (
            (10, 5, 20, 1.0),
            (40, 20, 80, 1.004),
            "overlap, so the order is likely, not sure. They cost the same on demand.",
        ),
        ((10, 5, 19, None), (40, 20, 80, 1.0), "do not overlap. How their costs differ is unknown."),
    ],
)
def test_a_difference_says_grams_ranges_and_dollars(
    best: tuple[float, float, float, float | None], worst: tuple[float, float, float, float | None], sentences: str
) -> None:
    analysis = {"best_option": row(*best), "worst_option": row(*worst), "difference_percentage": 75.0}

    text = difference_in_words({"analysis": {**analysis, "total_options_compared": 2}})

    assert (
        text
        == f"t in aws:r emits 75 % less than t in aws:r: 10.0 g instead of 40.0 g in 1 hour. Their ranges {sentences}"
    )


def test_options_that_emit_the_same_are_called_the_same() -> None:
    same = row(10, 5, 20, 1.0)
    analysis = {"best_option": same, "worst_option": same, "difference_percentage": 0.0, "total_options_compared": 2}

    assert difference_in_words({"analysis": analysis}) == "All options emit the same."
