"""GET /docs/guide and /docs/guide/{page}: the pages of docs/guide/, which are Markdown, as pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from web.pages import page
from web.pages.page import PageState

if TYPE_CHECKING:
    from markdown_it.token import Token

bp = page.blueprint("guide", __name__)
FOLDER = Path(__file__).parents[2] / "docs" / "guide"
PATH = "/docs/guide"
PAGES = (
    "first-answer",
    "reading-a-figure",
    "live-data",
    "planning",
    "what-it-emitted",
    "production",
    "other-tools",
)  # in the order of reading


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidePage:
    """A page of the guide. sections: id and words of each heading below the title."""

    name: str
    title: str
    sections: tuple[tuple[str, str], ...]
    html: Markup


@bp.get(PATH)
def start() -> Response:
    """The first page of the guide."""
    return guide(PAGES[0])


@bp.get(f"{PATH}/<name>")
def guide(name: str) -> Response:
    """A page of the guide."""
    if name not in PAGES:
        raise NotFound
    state = PageState(theme=page.theme_of_address())  # nothing else is read, so that the guide needs no store
    pages = [guide_page(one) for one in PAGES]
    return page.filled("guide.html", state, pages=pages, shown=guide_page(name), path_of_guide=PATH)


@cache
def guide_page(name: str) -> GuidePage:
    """A page, made from its Markdown."""
    from markdown_it import MarkdownIt  # for the few who read the guide here

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    title, *sections = _headings(tokens)
    for token in tokens:
        _link_within(token.children or ())
    html = markdown.renderer.render(tokens, markdown.options, {})
    # A wide table scrolls by itself, not the page.
    html = html.replace("<table>", '<div class="scroll"><table>').replace("</table>", "</table></div>")
    # The text is ours, and HTML in it would be escaped.
    return GuidePage(name=name, title=title[1], sections=tuple(sections), html=Markup(html))  # noqa: S704  # nosec B704


def _headings(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Id and words of each heading, which gets that id."""
    headings = []
    for token, words in pairwise(tokens):
        if token.type == "heading_open":
            name = re.sub(r"[^a-z0-9]+", "-", words.content.casefold()).strip("-")
            token.attrSet("id", name)
            headings.append((name, words.content))
    return headings


def _link_within(tokens: Sequence[Token]) -> None:
    """Links to other pages of the guide lead there; other documents of the repository are named, not linked."""
    for token in tokens:
        if token.type != "link_open":
            continue
        target = str(token.attrGet("href"))
        name = target.removesuffix(".md")
        if name in PAGES:
            token.attrSet("href", f"{PATH}/{name}")
        elif target.startswith("."):
            token.attrs = {"class": "document", "title": f"in the repository: {_in_repository(target)}"}


def _in_repository(target: str) -> str:
    """The path of a document that a page of the guide links to."""
    return target.removeprefix("../../") if target.startswith("../../") else f"docs/{target.removeprefix('../')}"
