"""Charts within pages: the parts of the files, with classes in place of colours, and links."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree  # nosec B405  # our own pictures

import pytest

import web
from carbon.intensity import SignalName
from carbon.listings import RegionsQuery
from engine import Engine
from session import Session
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat
from tests.fakes.service import NOW
from tests.web.pictures import NAMESPACE, parsed, parts, text_of, titles
from web import shipped
from web.drawing.forecast_plot import forecast_chart
from web.drawing.map_plane import coastline, coastline_file, map_chart, shared_coastline
from web.drawing.paint import COLOURS, PAGE, ROLES, Theme
from web.geometry import canvas
from web.geometry.map_marks import View
from web.geometry.map_picture import PAGE_MAP_WIDTH, MapPicture
from web.marks import figure
from web.views import forecast
from web.views import map as map_view

STYLES = (Path(web.__file__).parent / "static" / "charts.css").read_text(encoding="utf-8")
STOCKHOLM, FRANKFURT = "aws:eu-north-1", "aws:eu-central-1"


@pytest.fixture(scope="module")
def session() -> Session:
    return Engine(cloud_map(), FakeReader({"SE-SE3": flat(NOW, 20)})).at(NOW)


def the_map(session: Session, *providers: str, view: View = View.WORLD) -> MapPicture:
    answer = session.regions(RegionsQuery(providers=providers))
    figures = map_view.figures_of(answer, session)
    return map_view.picture_of(figures, providers, view, SignalName.AVERAGE, session, PAGE_MAP_WIDTH)


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("role", list(PAGE))
def test_a_class_with_its_rule_looks_like_the_role_of_a_file(role: str, theme: Theme) -> None:
    rule = re.search(rf"^\.chart \.{role} {{ (.*)}}$", STYLES, re.MULTILINE)

    assert rule, f"charts.css has no rule for {role}"
    says = dict(re.findall(r"([a-z-]+): var\(--([a-z]+)\);", rule[1]))
    look = {name: COLOURS[theme][variable] for name, variable in says.items()}
    assert {**PAGE[role], **look, "class": role} == {**ROLES[theme][role], "class": role}


def test_a_chart_takes_the_size_that_its_page_gives_and_is_named_for_those_who_do_not_see_it(session: Session) -> None:
    picture = forecast.picture_of(FRANKFURT, 48, 4, session, canvas.PAGE)

    root = parsed(forecast_chart(picture, "hours"))

    assert root.attrib["viewBox"] == "0 0 720 300"
    assert not {"width", "height"} & set(root.attrib)
    assert (root.attrib["class"], root.attrib["role"]) == ("chart", "img")
    assert [(root[0].attrib["id"], root[0].text), (root[1].attrib["id"], root[1].text)] == [
        ("hours-title", picture.title),
        ("hours-description", picture.description),
    ]
    assert root.attrib["aria-labelledby"] == "hours-title"
    assert root.attrib["aria-describedby"] == "hours-description"


def test_the_plot_of_a_page_has_the_hours_of_the_file_within_its_own_edges(session: Session) -> None:
    file, page = (forecast.picture_of(FRANKFURT, 48, 4, session, size) for size in (canvas.FILE, canvas.PAGE))

    root = parsed(forecast_chart(page, "hours"))

    assert titles(root)[1:] == [column.title for column in file.columns]
    assert (page.columns[0].left, page.columns[-1].right) == (canvas.PAGE.left, canvas.PAGE.right)
    assert page.window is not None
    assert file.window is not None
    assert page.window.words == file.window.words


@pytest.mark.parametrize(("hours", "most"), [(24, 5), (48, 5), (72, 7), (168, 4)])
def test_few_texts_stay_at_the_axis_where_a_page_has_little_room(session: Session, hours: int, most: int) -> None:
    root = parsed(forecast_chart(forecast.picture_of(FRANKFURT, hours, 4, session, canvas.PAGE), "hours"))

    stay = [part for role in ("tick", "day-tick") for part in parts(root, role) if part.attrib["y"] == "286"]
    assert 2 <= len(stay) <= most
    assert parts(root, "minor-tick")


def test_every_mark_is_a_link_that_says_region_figure_band_and_quality(session: Session) -> None:
    answer = session.regions(RegionsQuery(providers=("aws",)))

    root = parsed(map_chart(the_map(session, "aws"), coastline(shipped.land()), "map", lambda key: f"/?region={key}"))

    links = {link.attrib["data-region"]: link.attrib for link in root.iter(f"{NAMESPACE}a")}
    assert root.attrib["role"] == "group"  # an img hides its links
    assert set(links) == {row.region for row in answer.rows}
    assert links[STOCKHOLM]["href"] == f"/?region={STOCKHOLM}"
    assert links[STOCKHOLM]["aria-label"] == f"{STOCKHOLM} (Stockholm, SE-SE3): 20 gCO2e/kWh, very low, measured"
    for row in answer.rows:
        assert f": {figure(row.intensity.gco2e_per_kwh or 0)} gCO2e/kWh" in links[row.region]["aria-label"]


def test_without_links_the_map_is_an_image(session: Session) -> None:
    root = parsed(map_chart(the_map(session, "aws"), coastline(shipped.land()), "map"))

    assert root.attrib["role"] == "img"
    assert not list(root.iter(f"{NAMESPACE}a"))


def test_the_selected_region_has_a_ring_and_no_other_one_has(session: Session) -> None:
    chart = map_chart(the_map(session, "aws"), coastline(shipped.land()), "map", str, FRANKFURT)

    current = [link for link in parsed(chart).iter(f"{NAMESPACE}a") if link.attrib.get("aria-current")]
    assert [link.attrib["data-region"] for link in current] == [FRANKFURT]
    assert parts(current[0], "selected")
    assert chart.count('class="selected"') == 1


def test_a_mark_of_several_regions_leads_to_the_selected_one_of_them(session: Session) -> None:
    picture = the_map(session)
    shared = next(mark for mark in picture.marks if len(mark.keys) > 1)

    first, second = (
        next(
            link.attrib["href"]
            for link in parsed(map_chart(picture, coastline(""), "map", str, key)).iter(f"{NAMESPACE}a")
            if shared.keys[1] in link.attrib["data-region"].split()
        )
        for key in (None, shared.keys[1])
    )

    assert (first, second) == (shared.keys[0], shared.keys[1])


def test_the_coastlines_may_come_from_a_file_that_pages_share(session: Session) -> None:
    root = parsed(map_chart(the_map(session, "aws"), shared_coastline("/static/land.svg"), "map"))
    file = ElementTree.fromstring(coastline_file(shipped.land()))  # noqa: S314

    assert [use.attrib["href"] for use in parts(root, "land")[0]] == ["/static/land.svg#land"]
    assert [(path.attrib["id"], path.attrib["d"]) for path in file] == [("land", shipped.land())]
    assert len(file[0].attrib) == 2


def test_a_region_that_is_not_known_is_an_x_in_a_page_too(session: Session) -> None:
    marginal = session.about(SignalName.MARGINAL.counted)
    answer = marginal.regions(RegionsQuery(providers=("aws",)))
    figures = map_view.figures_of(answer, marginal)
    picture = map_view.picture_of(figures, ("aws",), View.WORLD, SignalName.MARGINAL, marginal, PAGE_MAP_WIDTH)

    root = parsed(map_chart(picture, coastline(""), "map", str))

    assert len(parts(root, "unknown")) == len(picture.marks) > 0
    assert not text_of(root)
