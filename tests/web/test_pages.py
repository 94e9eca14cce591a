"""What all pages share: their address holds their state, their errors are sentences, and nothing in them runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from tests.fakes.service import offline, service
from tests.web.pictures import HOSTILE
from web.pages.page import POLICY

JOBS = '{"jobs":[{"id":"a","duration_hours":4,"instance_type":"m7g.large","home":"us-east-1","regions":["us-west-2"]}]}'
PAGES = (
    "/",
    "/?duration_hours=4",
    "/?q=nothing+matches",
    "/?region=aws:nowhere",
    "/regions/aws:eu-central-1",
    "/regions/aws:nowhere",
    "/sources",
    "/about",
    *("/instances/aws:m7g.large", "/instances/azure:Standard_NV6", "/instances/aws:m7g.lrge"),
    *("/instances", "/instances?q=m7g.lrge"),
    *("/plan", f"/plan?question={JOBS}", "/plan?question={", "/plan?id=a&hours=b", "/plan?plan=none"),
    *("/compare", "/compare?option=aws:eu-north-1,m7g.large", "/compare?option=nowhere,m7g.large"),
    *("/usage/comparison", "/usage/comparison?from=2026-01", "/usage/comparison?from=may"),
    *("/usage", "/usage?by=team,region&step=day&tag=team%3Dsearch", "/usage?by=,"),
    *("/savings", "/savings?by=team,kind&step=month&signal=marginal", "/savings?by=,"),
    *("/skill", "/skill?zone=DE&source=&days=7", "/skill?source=electricity-maps-forecast", "/skill?zone=atlantis"),
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


class Reader(HTMLParser):
    """Every element with its attributes, and whether each that was opened was closed."""

    EMPTY = frozenset(
        {"meta", "link", "input", "br", "img", "hr", "rect", "path", "use", "line", "circle", "polygon", "polyline"}
    )

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            assert self.open.pop() == tag


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_script_style_or_handler_of_its_own(client: FlaskClient, path: str) -> None:
    page = client.get(path)

    elements = Reader(page.text).elements
    assert page.headers["Content-Security-Policy"] == POLICY
    assert not [tag for tag, attributes in elements if tag == "style" or (tag == "script" and "src" not in attributes)]
    assert not [name for _, attributes in elements for name in attributes if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("path", PAGES)
def test_every_file_of_a_page_is_here_and_kept_until_it_changes(client: FlaskClient, path: str) -> None:
    files = re.findall(r'(?:src|href)="(/static/[^"#]+)', client.get(path).text)

    assert len(set(files)) >= 3
    for file in set(files):
        answer = client.get(file)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_another_file_is_not_served(client: FlaskClient) -> None:
    assert client.get("/static/..%2Fpages%2Fpage.py").status_code == 404
    assert client.get("/static/page.py").status_code == 404


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["q", "region", "sort", "instance_type", "theme", "unknown"])
def test_what_a_reader_types_is_never_markup(client: FlaskClient, field: str, text: str) -> None:
    page = client.get("/", query_string={field: text, "duration_hours": "4"})

    elements = Reader(page.text).elements
    assert page.status_code in (200, 400)
    assert len([tag for tag, _ in elements if tag == "script"]) == 1
    addresses = [str(attributes["href"]) for _, attributes in elements if "href" in attributes]
    assert not [address for address in addresses if not address.startswith(("/", "#"))]


def test_a_wrong_parameter_is_a_sentence_with_a_way_back(client: FlaskClient) -> None:
    page = client.get("/?sort=beauty&hours=2")

    assert page.status_code == 400
    assert "<code>sort</code> must be one of carbon, renewable, price, spot, region" in page.text
    assert "<code>hours</code> must be greater than or equal to 6" in page.text
    assert '<a href="/">This page without its parameters</a>' in page.text


def test_about_leads_to_what_it_speaks_of(client: FlaskClient) -> None:
    page = client.get("/about?theme=dark").text

    assert {f"/{name}?theme=dark" for name in ("sources", "skill", "usage")} <= set(re.findall(r'href="([^"]+)"', page))


@pytest.mark.parametrize(
    "path",
    [
        "/?duration_hours=3&instance_type=m7g.lrage",
        "/regions/aws:eu-north-1?machine=m7g.lrage",
        "/plan?id=a&hours=b",
        "/compare?option=nowhere,m7g.large",
    ],
)
def test_every_page_words_a_problem_alike(client: FlaskClient, path: str) -> None:
    page = client.get(path).text

    assert re.findall(r'<div class="notice" role="alert">\s*<p><strong>([^<]+)</strong> (\d)', page) == [
        ("The request is not valid.", "2" if path.startswith("/plan") else "1")
    ]


def test_pages_are_not_kept_by_anybody_else(client: FlaskClient) -> None:
    assert client.get("/").headers["Cache-Control"] == "private, no-cache"


def test_without_the_dashboard_the_root_leads_to_the_docs_and_pictures_stay() -> None:
    client = service(dashboard="off").test_client()

    root = client.get("/")
    assert (root.status_code, root.headers["Location"]) == (302, "/docs")
    assert client.get("/static/style.css").status_code == 404
    assert client.get("/badge/aws:eu-north-1.svg").status_code == 200
