"""The cookie of a browser: whom it signed in as, and which forms it was shown."""

from __future__ import annotations

from secrets import token_urlsafe

from flask import Response, request
from werkzeug.http import parse_cookie

from api.edge.access import Ticket
from api.edge.exchange import Exchange
from api.edge.guard import is_api
from api.edge.signatures import Visit
from carbon.errors import FormRefused

HOURS = 12  # how long somebody stays signed in, and a form can be sent
FIELD = "form_token"  # of every form that is sent by POST
_READS = ("GET", "HEAD")
_MOST_FORM_BYTES = 8192  # of a form that nobody was asked a key for
_NAME = "cao_visit"
_HOST_NAME = f"__Host-{_NAME}"  # under https: browsers take it from this host alone, not from its subdomains
# "none": the person opened it, and no other page. Browsers send the header to https and to localhost.
_OWN_SITES = ("same-origin", "none")


def ticket_of(exchange: Exchange) -> Ticket | None:
    """The key that this browser signed in with, if it did. Raises StateUnavailable."""
    visit = visit_of(exchange)
    if visit is None or visit.key_id is None:
        return None
    return Ticket(key_id=visit.key_id, is_enough=exchange.method in _READS or not is_api(exchange.path))


def visit_of(exchange: Exchange) -> Visit | None:
    """The visit that the cookie names; None without a cookie that we signed and that is not over."""
    if exchange.visit is None and "HTTP_COOKIE" in exchange.environ:
        text = parse_cookie(exchange.environ).get(_HOST_NAME if _is_secure(exchange) else _NAME)
        if text:
            exchange.visit = exchange.service.signatures.visit(text, exchange.came_at.timestamp())
    return exchange.visit


def begin(exchange: Exchange, key_id: str | None) -> Visit:
    """A new visit, whose cookie the answer sets. Its id is new, so forms of an earlier visit are worth nothing."""
    expires_at = int(exchange.came_at.timestamp()) + HOURS * 3600
    exchange.visit = Visit(id=token_urlsafe(16), key_id=key_id, expires_at=expires_at)
    exchange.cookie = exchange.service.signatures.cookie(exchange.visit)
    exchange.is_personal = True
    return exchange.visit


def end(exchange: Exchange) -> None:
    """Remove the cookie."""
    exchange.visit, exchange.cookie, exchange.is_personal = None, "", True


def form_token(exchange: Exchange) -> str:
    """What the field FIELD of a form must hold. The answer is then for this browser alone."""
    exchange.is_personal = True
    return exchange.service.signatures.form_token(visit_of(exchange) or begin(exchange, None))


def check_form(exchange: Exchange) -> None:
    """Raises FormRefused unless a page of ours showed this form to this visit."""
    if exchange.judgement is None:
        request.max_content_length = _MOST_FORM_BYTES
    is_ours = exchange.environ.get("HTTP_SEC_FETCH_SITE", "none") in _OWN_SITES
    token, visit = request.form.get(FIELD, ""), visit_of(exchange)
    if visit is None or not is_ours or not exchange.service.signatures.is_form_token(token, visit):
        raise FormRefused(
            f"this form is older than {HOURS} hours, was sent from another site, or its cookie is missing:"
            " allow cookies of this site, open the page again and send the form from there"
        )


def set_cookie(response: Response, exchange: Exchange) -> None:
    """Give the browser the cookie that this exchange has for it, or take it away; nobody keeps such an answer."""
    if exchange.is_personal:
        response.headers["Cache-Control"] = "no-store"
    if exchange.cookie is None:
        return
    secure = _is_secure(exchange)
    response.set_cookie(
        _HOST_NAME if secure else _NAME,
        exchange.cookie,
        max_age=HOURS * 3600 if exchange.cookie else 0,
        path="/",
        secure=secure,
        httponly=True,
        samesite="Strict",
    )


def _is_secure(exchange: Exchange) -> bool:
    """Whether the request came by https, as this server or a trusted proxy says."""
    return bool(exchange.environ.get("wsgi.url_scheme") == "https")
