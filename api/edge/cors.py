"""Which web pages may send requests from a browser: none, unless CORS_ORIGINS names their origins.

Credentials are never allowed: our cookie is for our own pages, and a page of another origin sends its key itself.
"""

from __future__ import annotations

from functools import cache

from flask import Response

from api.edge.access import HEADER
from api.edge.exchange import Exchange

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, "
    f"{HEADER}, X-Request-ID",
    "Access-Control-Max-Age": "600",
}
_READABLE = (
    "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Data-Quality, X-Data-Sources, X-Data-Version, "
    "X-Fact-Notes, X-Request-ID"
)


@cache
def _origins(setting: str) -> frozenset[str]:
    return frozenset(setting.split(","))


def is_named(origin: str | None, setting: str | None) -> bool:
    """Whether CORS_ORIGINS names an origin."""
    return bool(setting) and origin in _origins(setting or "")


def is_preflight(exchange: Exchange) -> bool:
    """Whether a browser asks if a page of a named origin may send a request; such a request carries no key."""
    environ = exchange.environ
    return (
        exchange.method == "OPTIONS"
        and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        and environ.get("HTTP_ORIGIN") in _origins(exchange.service.settings.cors_origins)
    )


def preflight() -> Response:
    """What such a page may send."""
    response = Response(status=204, headers=_PREFLIGHT)
    del response.headers["Content-Type"]  # there is no body
    return response


def permit(response: Response, exchange: Exchange) -> None:
    """Let a page of a named origin read the answer."""
    response.vary.add("Origin")
    origin = exchange.environ.get("HTTP_ORIGIN")
    if origin in _origins(exchange.service.settings.cors_origins):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = _READABLE
