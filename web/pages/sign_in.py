"""/sign-in and /sign-out: a browser shows its API key once, and then a cookie that names it for some hours."""

from __future__ import annotations

from flask import redirect, request
from flask.typing import ResponseReturnValue

from api.edge import visits
from api.edge.access import address_of
from api.edge.exchange import current
from api.edge.roles import needs
from carbon.roles import Role
from web.pages import page
from web.pages.forms import key_form
from web.pages.own_path import HOME, own_path
from web.pages.page import PageState

bp = page.blueprint("sign_in", __name__)


@bp.get("/sign-in")
def form() -> ResponseReturnValue:
    """Ask for a key; of a service without keys, lead to its pages."""
    target = own_path(request.args.get("next", HOME))
    if not current().keys_configured:
        return redirect(target, 303)
    return page.filled("sign_in.html", PageState(), **key_form(target))


@bp.post("/sign-in")
@needs(Role.READ)
def sign_in() -> ResponseReturnValue:
    """Set the cookie if the key is in force. A wrong key counts towards the rate limit of the address."""
    exchange = current()
    key = request.form.get("key", "").strip()
    exchange.judgement = exchange.service.access.judge(key or None, address_of(exchange.environ))
    if exchange.judgement.refusal is not None:
        raise exchange.judgement.refusal
    if exchange.judgement.key_id is not None:
        visits.begin(exchange, exchange.judgement.key_id)
    return redirect(own_path(request.form.get("next", HOME)), 303)


@bp.get("/sign-out")
def farewell() -> ResponseReturnValue:
    """Ask whether to remove the cookie: opening an address must not do it, since other sites can link to it."""
    return page.filled("sign_out.html", PageState())


@bp.post("/sign-out")
@needs(Role.READ)
def sign_out() -> ResponseReturnValue:
    """Remove the cookie."""
    visits.end(current())
    return redirect("/sign-in", 303)
