"""What forms of pages need: the field that keeps other sites from sending them, and the form that asks for a key."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import request
from markupsafe import Markup

from api.edge import visits
from api.edge.exchange import current
from carbon.errors import KeyRefused
from web.pages.own_path import own_path


def csrf_field() -> Markup:
    """The hidden field that every form sent by POST needs. The page is then for this browser alone, and not kept."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(visits.FIELD, visits.form_token(current()))


def is_signed_in() -> bool:
    """Whether the page is shown because of the cookie, so that there is something to sign out of."""
    exchange = current()
    return exchange.visit is not None and exchange.judgement is not None and exchange.judgement.key_id is not None


def key_form(target: str, error: Exception | None = None) -> dict[str, Any]:
    """What sign_in.html shows. target: the page that it leads to. error: why the form is shown in place of a page."""
    return {
        "target": target,
        "hours": visits.HOURS,
        "is_wrong": isinstance(error, KeyRefused),
        # A browser sends the cookie only from our own pages, so who follows a link of another site looks signed out.
        "is_from_elsewhere": request.headers.get("Sec-Fetch-Site") == "cross-site",
    }


def wanted_page() -> str:
    """The page that was asked for, with its query; for the form that asks for a key, the page that it leads to."""
    if "next" in request.form:
        return own_path(request.form["next"])
    query = request.environ.get("QUERY_STRING", "")
    return own_path(quote(request.path, safe="/:") + (f"?{query}" if query else ""))
