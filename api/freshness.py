"""How long an answer stays the same: until the minute ends, unless the data change before."""

from __future__ import annotations

from hashlib import blake2b

from flask import Blueprint, Response, g, request

from api.exchange import current
from api.formats import accepted

MINUTE_SECONDS = 60
VARY = "Accept, Authorization, X-API-Key"


def install(bp: Blueprint) -> None:
    """Give the blueprint's answers a weak ETag, and 304 to who has them already, before any other work."""
    bp.before_request(_unchanged)
    bp.after_request(_describe)


def _unchanged() -> Response | None:
    g.tag = _tag()
    given = request.environ.get("HTTP_IF_NONE_MATCH")
    if given is None or not (request.if_none_match.contains_weak(g.tag) and "*" not in given):
        return None  # "*" stands for any answer, but whether there is one is not known yet
    return Response(status=304)


def _describe(response: Response) -> Response:
    """On answers alone; a refusal is never kept."""
    if response.status_code in (200, 304):
        scope = "private" if current().keys_configured else "public"
        left = MINUTE_SECONDS - current().came_at.second
        told = (("ETag", f'W/"{g.tag}"'), ("Cache-Control", f"{scope}, max-age={left}"), ("Vary", VARY))
        response.headers.extend(told)
    return response


def _tag() -> str:
    """Another one for other data, another minute, another question or another form of the answer."""
    exchange = current()
    known = (exchange.engine.data_version, exchange.now.isoformat(), request.path, accepted().value)
    digest = blake2b("\n".join(known).encode("utf-8", "replace"), digest_size=12)
    digest.update(request.query_string)
    return digest.hexdigest()
