"""Which web pages may ask from a browser: none, unless CORS_ORIGINS names their origins."""

from __future__ import annotations

from flask import Flask, Response, request

from api.edge.access import HEADER
from api.edge.exchange import vary_by

_ANSWERED = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": f"Authorization, Content-Type, If-None-Match, {HEADER}, X-Request-ID",
    "Access-Control-Max-Age": "600",
}
_READABLE = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, X-Data-Version, X-Request-ID"


def install(app: Flask, origins: str) -> None:
    """Let pages of these origins ask; installed before access, for a browser's preflight carries no key.

    No credentials are allowed: there are no cookies, and a page sends a key itself.
    origins: such as https://app.example.org, separated by commas.
    """
    allowed = frozenset(origins.split(","))

    def preflight() -> Response | None:
        asked = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        if asked and request.headers.get("Origin") in allowed:
            answer = Response(status=204, headers=_ANSWERED)
            del answer.headers["Content-Type"]  # of no body
            return answer
        return None

    def permit(response: Response) -> Response:
        vary_by(response, "Origin")
        origin = request.headers.get("Origin")
        if origin in allowed:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = _READABLE
        return response

    app.before_request(preflight)
    app.after_request(permit)
