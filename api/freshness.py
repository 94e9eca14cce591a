"""How long an answer stays the same: until the minute ends, unless the data change before."""

from __future__ import annotations

from hashlib import blake2b

from flask import Blueprint, Response, g, request

from api.exchange import current
from api.formats import accepted
from api.kept import Answer

MINUTE_SECONDS = 60
VARY = "Accept, Accept-Encoding, Authorization, X-API-Key"
_READING = ("GET", "HEAD")


def install(bp: Blueprint) -> None:
    """Give the blueprint's answers a weak ETag, 304 to who holds them, and the same bytes to who asks the same."""
    bp.before_request(_known)
    bp.after_request(_describe)


def _known() -> Response | None:
    """What needs no work: the question is not even checked, since only a right one ever got this tag."""
    if request.method not in _READING:
        return None
    g.tag = _tag()
    given = request.environ.get("HTTP_IF_NONE_MATCH")
    if given is not None and "*" not in given and request.if_none_match.contains_weak(g.tag):
        return Response(status=304)  # "*" stands for any answer, but whether there is one is not known yet
    kept = current().service.answers.get(g.tag)
    return None if kept is None else Response(kept.body, content_type=kept.content_type)


def _describe(response: Response) -> Response:
    """On answers alone; a refusal is never kept."""
    if "tag" not in g or response.status_code not in (200, 304):
        return response
    exchange, tag = current(), _tag()  # another one than at first if the answer waited for newer data
    scope = "private" if exchange.keys_configured else "public"
    left = MINUTE_SECONDS - exchange.came_at.second
    told = (("ETag", f'W/"{tag}"'), ("Cache-Control", f"{scope}, max-age={left}"), ("Vary", VARY))
    response.headers.extend(told)
    answers = exchange.service.answers
    if response.status_code == 200 and answers.get(tag) is None:
        answers.keep(tag, Answer(body=response.get_data(), content_type=response.headers["Content-Type"]))
    return response


def _tag() -> str:
    """Another one for other data, another minute, another question or another form of the answer."""
    exchange = current()
    known = (exchange.data_version, exchange.now.isoformat(), request.path, accepted().value)
    digest = blake2b("\n".join(known).encode("utf-8", "replace"), digest_size=12)
    digest.update(request.query_string)
    return digest.hexdigest()
