"""Price against carbon: the options and the front of the JSON answer."""

from __future__ import annotations

from dataclasses import replace
from math import log
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from carbon.workload import OptimizeQuery, Priority, RankBy, WorkloadType
from engine import Engine
from session import Session
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat
from tests.fakes.service import NOW, offline
from tests.web.pictures import HOSTILE, NAMESPACE, parsed, parts, pixels, svg, text_of, titles
from web.drawing.paint import Theme
from web.drawing.pareto import draw_pareto
from web.drawing.pareto_plot import pareto_chart
from web.geometry.canvas import FILE
from web.geometry.pareto_picture import PAGE, OptionMark, ParetoPicture, pareto_picture
from web.geometry.scale import round_steps
from web.marks import figure
from web.shipped import font
from web.views import pareto

QUERY = OptimizeQuery(
    workload=WorkloadType.GENERAL, priority=Priority.CARBON, providers=("aws",), flexible=False, spot=False,
    rank_by=RankBy.MACHINE, limit=40,
)  # fmt: skip


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


@pytest.fixture(scope="module")
def session() -> Session:
    return Engine(cloud_map(), FakeReader({"SE-SE3": flat(NOW, 20)})).at(NOW)


@pytest.fixture(scope="module")
def picture(session: Session) -> ParetoPicture:
    return pareto.picture_of(QUERY, session)


def answer(client: FlaskClient, **more: Any) -> Any:
    question = {"workload": "general", "priority": "carbon", "rank_by": "machine", "flexible": False, "spot": False}
    return client.post("/api/v1/optimize", json={**question, "providers": ["aws"], "limit": 40, **more}).get_json()[
        "recommendation"
    ]


@given(st.floats(1e-4, 1e3), st.floats(1.2, 1e5))
def test_figures_of_a_logarithmic_axis_are_round_and_within_it(lowest: float, factor: float) -> None:
    steps = round_steps(lowest, lowest * factor)

    assert steps == sorted(steps)
    assert all(lowest <= step <= lowest * factor for step in steps)
    assert len(steps) >= 2


@pytest.mark.parametrize(
    ("query", "question"),
    [("", {}), ("?vcpus=8&memory_gb=32&arch=arm64", {"requirements": {"vcpus": 8, "memory_gb": 32, "arch": "arm64"}})],
)
def test_every_option_of_the_json_answer_has_a_mark_with_its_figures(
    client: FlaskClient, query: str, question: dict[str, Any]
) -> None:
    rows = answer(client, **question)["recommendations"]

    marks = titles(svg(client, f"/charts/pareto.svg{query}"))[1:]

    for row in rows:
        name, price = f"{row['instance_type']} in aws:{row['region']}: ", row["cost"]["on_demand_usd_per_hour"]
        mark = next(mark for mark in marks if mark.startswith(name))
        assert f"${price:.4g} per hour" in mark
        assert f", {figure(row['estimated_co2_emissions_g'])} gCO2e per hour; grid: " in mark
        assert mark.endswith(", estimated")


def test_the_front_is_that_of_the_json_answer(client: FlaskClient) -> None:
    points = answer(client)["pareto"]["points"]

    root = svg(client, "/charts/pareto.svg")

    line = next(root.iter(f"{NAMESPACE}polyline"))
    names = [f"{point['instance_type']} in aws:{point['region']}: " for point in points]
    marks = titles(root)[1:]
    assert line.attrib["stroke-dasharray"]
    assert len(line.attrib["points"].split()) == len(points)
    assert all(any(mark.startswith(name) for mark in marks) for name in names)
    assert f"Pareto front, {len(points)} offers" in " ".join(text_of(root))


def test_an_option_stands_where_its_price_and_its_grams_say(picture: ParetoPicture) -> None:
    # From one price to another it is as far as between any two with the same quotient; grams begin at the bottom.
    first, last = picture.marks[0], picture.marks[-1]
    for mark in picture.marks:
        share = _log(mark, first) / _log(last, first)
        assert (mark.at.x - first.at.x) / (last.at.x - first.at.x) == pytest.approx(share)
        grams = mark.option.carbon / first.option.carbon
        assert (FILE.bottom - mark.at.y) / (FILE.bottom - first.at.y) == pytest.approx(grams)


def _log(mark: OptionMark, other: OptionMark) -> float:
    return log((mark.option.usd_per_hour or 0) / (other.option.usd_per_hour or 1))


def without_prices(session: Session, count: int) -> ParetoPicture:
    """The picture of an answer that lacks the prices of its last options."""
    placement = session.optimize(QUERY)
    cut = len(placement.rows) - count
    bare = [
        replace(row, emission=replace(row.emission, cost=replace(row.emission.cost, on_demand_usd_per_hour=None)))
        for row in placement.rows[cut:]
    ]
    front = () if count == len(placement.rows) else placement.pareto.points
    placement = replace(placement, rows=(*placement.rows[:cut], *bare), pareto=replace(placement.pareto, points=front))
    intensities = {row.emission.region: row.emission.used for row in placement.rows}
    return pareto_picture(QUERY, placement, intensities, NOW)


def test_an_unknown_price_is_named_and_never_drawn(session: Session, picture: ParetoPicture) -> None:
    short = without_prices(session, 5)

    gone = {mark.option.name for mark in picture.marks} - {mark.option.name for mark in short.marks}
    assert len(gone) == len(picture.marks) - len(short.marks) == 5
    assert "Not shown, because the price is not known: " in short.note
    assert any(name in short.note for name in gone)
    assert short.note.endswith(" and 2 more.")


def test_where_no_price_is_known_a_sentence_stands_in_place_of_empty_axes(session: Session) -> None:
    none = without_prices(session, len(session.optimize(QUERY).rows))

    drawing = draw_pareto(none, Theme.LIGHT, font())

    assert "The price of no option is known." in drawing
    assert "$0" not in drawing
    assert not none.marks


def test_only_what_was_measured_has_a_solid_outline(session: Session) -> None:
    drawing = draw_pareto(pareto.picture_of(QUERY, session), Theme.DARK, font())

    marks = {mark.partition("</title>")[0]: "stroke-dasharray" in mark for mark in drawing.split("<title>")[2:]}
    assert marks
    for title, is_dashed in list(marks.items())[:-1]:
        assert is_dashed is title.endswith(", estimated")


def test_the_picture_says_size_units_time_and_sources(client: FlaskClient) -> None:
    text = " / ".join(text_of(svg(client, "/charts/pareto.svg?vcpus=4&memory_gb=16")))

    assert "Price and carbon of machines for general work" in text
    assert "One machine of at least 4 vCPUs and 16 GB of memory · on-demand prices · " in text
    assert "11 Feb 2026, 10:30 UTC" in text
    assert "gCO2e per hour" in text
    assert "USD per hour, logarithmic" in text
    assert "Prices: on demand, Linux, before tax, as of " in text
    assert "Source: usual hours of past years" in text


def test_a_point_of_a_page_leads_to_its_machine(session: Session) -> None:
    picture = pareto.picture_of(QUERY, session, PAGE)

    root = parsed(pareto_chart(picture, "prices", lambda region, machine: f"/instances/{region}/{machine}"))

    links = list(root.iter(f"{NAMESPACE}a"))
    assert root.attrib["role"] == "group"
    assert len(links) == len(picture.marks)
    assert {link.attrib["href"] for link in links} == {
        f"/instances/{mark.option.region}/{mark.option.instance_type}" for mark in picture.marks
    }
    assert {link.attrib["aria-label"] for link in links} == {mark.title for mark in picture.marks}
    assert len(parts(root, "front")) == 1


@pytest.mark.parametrize(
    "name", ["workload", "priority", "provider", "country", "vcpus", "memory_gb", "arch", "spot", "limit", "q"]
)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_parameter_is_a_problem_that_names_it(client: FlaskClient, name: str, text: str) -> None:
    response = client.get("/charts/pareto.svg", query_string={name: text})

    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert response.get_json(force=True)["errors"][0]["parameter"] == name


def test_where_no_offer_qualifies_it_is_a_422(client: FlaskClient) -> None:
    assert client.get("/charts/pareto.svg?vcpus=1000000").status_code == 422


def test_a_png_holds_the_letters_of_the_shipped_font(client: FlaskClient) -> None:
    width, height, rows = pixels(client.get("/charts/pareto.png").data, 52)

    assert (width, height) == (1200, 578)
    assert 1500 < sum(row[4 * x] < 80 for row in rows[24:52] for x in range(24, 700)) < 9000
