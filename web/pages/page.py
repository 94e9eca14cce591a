"""What all pages share: their state in the address, their template, their headers, and errors as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from shlex import quote
from typing import Any, TypeVar
from urllib.parse import quote as quote_path
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, render_template, request
from pydantic import Field, model_validator

from api.edge import costly, problems
from api.edge.exchange import JSON, current
from api.questions.fields import Body, Parameters
from api.questions.parse import checked, parse_query
from carbon.bands import BANDS
from carbon.errors import KeyRefused, KeyRequired, StateUnavailable
from web.drawing.paint import Theme
from web.pages.forms import key_form, wanted_page
from web.pages.own_path import own_path

# Nothing is loaded from elsewhere, no script or style stands in a page, and no other page may frame it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "private, no-cache"}
MENU = (
    ("/", "Map"),
    ("/compare", "Compare"),
    ("/plan", "Plan"),
    ("/instances", "Machines"),
    ("/skill", "Skill"),
    ("/usage", "Ledger"),
    ("/sources", "Sources"),
    ("/docs/guide", "Guide"),
    ("/about", "About"),
    ("/docs", "API"),
)
# The second row of links, on the pages of the ledger.
LEDGER = (
    ("/usage", "What usage emitted"),
    ("/savings", "What decisions saved"),
    ("/decisions", "Decisions"),
    ("/usage/comparison", "AWS’s own figures"),
)


class PageState(Parameters):
    """What the address of a page says, beside what the page itself adds."""

    theme: Theme | None = Field(default=None, description="Light or dark; without it, as the reader's system is set.")

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: Any) -> Any:
        """A field of a form that is left empty is not asked for."""
        return {name: value for name, value in values.items() if value not in ("", [""])}


S = TypeVar("S", bound=PageState)
Q = TypeVar("Q", bound=Body)
Content = dict[str, Any]  # JSON, as an endpoint takes or gives it


def blueprint(name: str, module: str) -> Blueprint:
    """The blueprint of a page, whose failures are pages too."""
    bp = Blueprint(name, module)
    bp.register_error_handler(Exception, problem_page)
    return bp


def state_of(model: type[S]) -> S:
    """The checked state of the page that is asked for. Raises InvalidRequest, Busy."""
    facts = current().facts
    state = parse_query(model, request, facts)
    if state.is_costly(facts):
        costly.begin()
    return state


def asked(model: type[Q], body: Content | bytes) -> Q:
    """The question that a form asks, checked as the JSON endpoint checks it. Raises InvalidRequest, Busy.

    body: bytes: JSON that a reader has written.
    """
    facts = current().facts
    if isinstance(body, bytes) and len(body) > costly.LIGHT_BODY_BYTES:
        costly.begin()
    question = checked(model, body if isinstance(body, bytes) else orjson.dumps(body), facts)
    if question.is_costly(facts):
        costly.begin()
    return question


def address(path: str) -> str:
    """A path of this service as a whole address, as the reader reached it."""
    return f"{request.host_url.rstrip('/')}{path}"


def curl(path: str, body: Content | None = None, file: str = "") -> str:
    """The command that asks the service the same; with a key where it wants one. file: the body of a long question."""
    parts = ["curl", "-s", address(path)]
    if current().keys_configured:
        parts += ["-H", "Authorization: Bearer $KEY"]
    if body is not None or file:
        text = f"@{file}" if body is None else orjson.dumps(body).decode()
        parts += ["-H", "Content-Type: application/json", "-d", text]
    return " ".join(_shell_quoted(part) for part in parts)


def _shell_quoted(text: str) -> str:
    """In double quotes only where the shell replaces the variable that holds the key."""
    return f'"{text}"' if text.endswith("$KEY") else quote(text)


def link(path: str, state: PageState | None, **changes: object) -> str:
    """A path with what differs from the defaults in the state, after the changes; None takes a value out."""
    values = {} if state is None else state.model_dump(exclude_defaults=True, by_alias=True)
    pairs = [(name, _text(value)) for name, value in (values | changes).items() if value not in (None, [], "")]
    return f"{path}?{urlencode(pairs, doseq=True, safe=':,')}" if pairs else path


def _text(value: object) -> Any:
    if isinstance(value, list | tuple):
        return [_text(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def filled(template: str, state: PageState, status: int = 200, **content: object) -> Response:
    """The page. content: what its template shows."""
    exchange = current()
    page = render_template(
        template,
        state=state,
        theme=state.theme,
        bands=BANDS,
        menu=_links(MENU, state),
        ledger=_links(LEDGER, state) if _is_ledger(request.path) else [],
        path=_own_path(),
        now=exchange.now,
        **content,
    )
    return Response(page, status=status, mimetype="text/html", headers=dict(HEADERS))


def _links(pages: Sequence[tuple[str, str]], state: PageState) -> list[tuple[str, str, str]]:
    """Path, label and address of pages, in the theme of this one."""
    return [(path, label, link(path, PageState(theme=state.theme))) for path, label in pages]


def _is_ledger(path: str) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one, _ in LEDGER)


def theme_of_address() -> Theme | None:
    """The theme alone, for pages that read nothing else: other parameters may be wrong."""
    name = request.args.get("theme")
    return Theme(name) if name in list(Theme) else None


def prefers_html() -> bool:
    """Whether the Accept header names HTML before JSON, as those of browsers do; */* alone does not."""
    accepted = request.accept_mimetypes
    return accepted["text/html"] > max(accepted[JSON], accepted[problems.MEDIA_TYPE])


def _own_path() -> str:
    """The path of this page for links to it; the first page for one that a link would take for another host."""
    return own_path(quote_path(request.path, safe="/:"))


def problem_page(error: Exception) -> Response:
    """The problem of an error as a page, with its status and headers; who prefers JSON gets it as that.

    Where a key is missing or wrong, the page is the form that asks for one.
    """
    answer = problems.answer(error)
    prefers_json = request.accept_mimetypes.best_match(("text/html", JSON)) == JSON
    if answer.mimetype != problems.MEDIA_TYPE or prefers_json:  # the first: a redirect
        return answer
    state = PageState(theme=theme_of_address())
    if isinstance(error, KeyRequired | KeyRefused):
        try:
            page = filled("sign_in.html", state, answer.status_code, **key_form(wanted_page(), error))
        except StateUnavailable as unavailable:  # the secret that signs the form
            return problem_page(unavailable)
    else:
        problem: Content = orjson.loads(answer.get_data())
        page = filled("problem.html", state, answer.status_code, problem=problem)
    for name in ("Retry-After", "WWW-Authenticate", "Allow"):
        if name in answer.headers:
            page.headers[name] = answer.headers[name]
    page.vary.add("Accept")
    return page
