"""An address where nothing is: a page with links for a browser, the problem as JSON for programs."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.api.callers import KEY
from tests.fakes.service import offline, service
from tests.web.browser import HTML, House
from tests.web.pictures import HOSTILE
from tests.web.test_pages import Reader
from web.pages.page import POLICY


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/regions", "/plan/"])
def test_a_browser_gets_a_page_with_links(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers={"Accept": HTML})

    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert page.headers["Content-Security-Policy"] == POLICY
    assert "Accept" in page.headers["Vary"]
    assert f"Nothing is at <code>{path}</code>" in page.text
    assert {'<a href="/">The map</a>', '<a href="/docs">The reference</a>'} <= set(_links(page.text))


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/problem+json", "text/html;q=0.5,*/*", ""])
def test_programs_get_the_problem(client: FlaskClient, accept: str) -> None:
    answer = client.get("/nothing", headers={"Accept": accept})

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.get_json()["type"] == "/problems/not-found"


def test_a_method_that_an_address_does_not_have_is_a_page_for_a_browser(client: FlaskClient) -> None:
    page = client.get("/api/v1/optimize", headers={"Accept": HTML})
    answer = client.get("/api/v1/optimize")

    assert (page.status_code, page.mimetype) == (405, "text/html")
    assert "This path does not support GET; use OPTIONS, POST." in page.text
    assert page.headers["Allow"] == answer.headers["Allow"]
    assert answer.mimetype == "application/problem+json"


def test_what_an_endpoint_answers_stays_json_in_a_browser(client: FlaskClient) -> None:
    answer = client.get("/api/v1/regions/aws:nowhere", headers={"Accept": HTML})

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize("text", [*HOSTILE, "/evil.example/x", "\\evil.example"])
def test_what_stands_in_the_address_is_never_markup_nor_another_host(client: FlaskClient, text: str) -> None:
    page = client.get("/", headers={"Accept": HTML}, environ_overrides={"PATH_INFO": f"/{text}"})

    elements = Reader(page.text).elements
    addresses = [str(attributes["href"]) for _, attributes in elements if "href" in attributes]
    assert page.status_code == 404
    assert len([tag for tag, _ in elements if tag == "script"]) == 1
    assert not [one for one in addresses if one != "/" and (one[:1] not in "/#" or one[1:2] in ("/", "\\"))]


def test_the_page_keeps_the_theme_of_the_address(client: FlaskClient) -> None:
    page = client.get("/nothing?theme=dark&x=1", headers={"Accept": HTML})

    assert 'data-theme="dark"' in page.text
    assert '<a href="/?theme=dark">The map</a>' in page.text


def test_a_guarded_path_asks_for_a_key_before_it_says_that_nothing_is_there() -> None:
    browser = House().browser()

    assert browser.get("/api/v1/nothing").status_code == 401
    browser.sign_in(KEY)
    assert browser.get("/api/v1/nothing").status_code == 404


def test_without_pages_everybody_gets_json() -> None:
    answer = service(dashboard="off").test_client().get("/nothing", headers={"Accept": HTML})

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def _links(page: str) -> list[str]:
    return [f"<a{part.partition('</a>')[0]}</a>" for part in page.split("<a")[1:]]
