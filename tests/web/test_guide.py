"""The guide: the Markdown of docs/guide/ as pages, whose links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.fakes.service import offline
from web.pages.guide import FOLDER, PAGES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return offline().test_client()


def test_every_document_of_the_guide_is_a_page() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_is_answered_and_every_document_it_names_exists(client: FlaskClient, name: str) -> None:
    page = client.get(f"/docs/guide/{name}").text

    ids = set(re.findall(r'id="([^"]+)"', page))
    for link in set(re.findall(r'<a href="([^"]+)"', page)):
        if link.startswith("#"):
            assert link[1:] in ids
        elif not link.startswith("http://127.0.0.1:5000"):
            assert client.get(link.partition("#")[0]).status_code == 200
    for document in re.findall(r'title="in the repository: ([^"]+)"', page):
        assert (ROOT / document).exists()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_begins_with_its_title_and_has_no_other(client: FlaskClient, name: str) -> None:
    title = (FOLDER / f"{name}.md").read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")

    page = client.get(f"/docs/guide/{name}").text

    assert re.findall(r"<h1[^>]*>(.*)</h1>", page) == [title]


def test_the_words_of_the_markdown_are_those_of_the_page(client: FlaskClient) -> None:
    text = (FOLDER / "planning.md").read_text(encoding="utf-8")

    page = client.get("/docs/guide/planning").text
    assert [f">{words}</h2>" in page for words in re.findall(r"^## (.*)$", text, re.MULTILINE)] == [True] * 4


def test_markup_in_the_markdown_stays_text(client: FlaskClient) -> None:
    page = client.get("/docs/guide/first-answer").text

    assert "<table>" in page
    assert "style=" not in page


def test_another_page_is_not_found(client: FlaskClient) -> None:
    assert client.get("/docs/guide/..%2Fplan").status_code == 404
    assert client.get("/docs/guide/nothing").status_code == 404
