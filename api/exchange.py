"""What belongs to one request: its id, its time, the headers of its answer; and the service that answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from flask import Response, current_app, g, has_request_context, request

from api.render.numbers import stamp
from engine import Engine
from settings import Settings

EXTENSION = "carbon-optimizer"
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# An answer is JSON: a browser that is led to it may run, load and frame nothing.
SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the views share. clock: the present as an aware UTC time."""

    engine: Engine
    settings: Settings
    clock: Callable[[], datetime]


def current_service() -> Service:
    service: Service = current_app.extensions[EXTENSION]
    return service


def begin() -> None:
    """Before a request: its id (the caller's if usable, else a new one) and its time, in whole seconds."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _USABLE_ID.fullmatch(given) else f"carbon_req_{uuid4().hex}"
    g.now = current_service().clock().replace(microsecond=0)


def finish(response: Response) -> Response:
    """After a request, errors included."""
    headers = response.headers
    headers["X-Request-ID"] = request_id()
    for name, value in SECURITY_HEADERS:
        if name not in headers:
            headers[name] = value
    return response


def request_id() -> str:
    """This request's id; "-" outside a request."""
    return str(g.request_id) if has_request_context() and "request_id" in g else "-"


def now() -> datetime:
    """When this request came: one time for everything it asks."""
    moment: datetime = g.now
    return moment


def success(body: Mapping[str, object]) -> dict[str, object]:
    """The body of a success under /api/v1."""
    return {"status": "success", "request_id": request_id(), "timestamp": stamp(now()), **body}
