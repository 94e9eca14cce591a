"""How long an answer to GET stays the same: until the minute ends, unless the data change before."""

from __future__ import annotations

from hashlib import blake2b

from flask import Flask, Response, g, request

from api.edge.access import is_guarded
from api.edge.answer_cache import Answer
from api.edge.exchange import current
from api.edge.formats import accepted

MINUTE_SECONDS = 60
VARY = "Accept, Accept-Encoding, Authorization, X-API-Key"
DOCUMENT = "/openapi.json"
_READING = ("GET", "HEAD")


def install(app: Flask) -> None:
    """Give what is read from the data, and the OpenAPI document, a weak ETag; 304 to clients that hold the answer.

    Installed after access, so that only requests that are admitted come here.
    """
    app.before_request(_known)
    app.after_request(_describe)


def is_described(path: str) -> bool:
    """Whether answers to GET at this path have a tag."""
    return is_guarded(path) or path == DOCUMENT


def _known() -> Response | None:
    """The answer, if it needs no work. Tags exist only for validated requests, so validation is skipped."""
    if request.method not in _READING or request.url_rule is None or not is_described(request.path):
        return None
    g.tag = _tag()
    if "HTTP_IF_NONE_MATCH" in request.environ:
        held = request.if_none_match  # "*" stands for any answer; whether there is one is not known yet
        if not held.star_tag and held.contains_weak(g.tag):
            return _not_modified()
    kept = current().service.answers.get(g.tag)
    return None if kept is None else _response(kept)


def _describe(response: Response) -> Response:
    """Tag a success; a failure is never kept."""
    if "tag" not in g or response.status_code not in (200, 304):
        return response
    exchange, tag = current(), _tag()  # another tag than at first if the answer waited for newer data
    if response.status_code == 200:
        if tag == g.tag and exchange.service.answers.get(tag) is None:
            exchange.service.answers.keep(tag, _answer(response))
        if request.if_none_match.star_tag:
            response = _not_modified()
    guarded = "judgement" in g
    scope = "private" if guarded and exchange.keys_configured else "public"
    left = MINUTE_SECONDS - exchange.came_at.second
    response.headers.extend((("ETag", f'W/"{tag}"'), ("Cache-Control", f"{scope}, max-age={left}")))
    if guarded:
        response.headers["Vary"] = VARY
    return response


def _not_modified() -> Response:
    response = Response(status=304)
    del response.headers["Content-Type"]  # of no body
    return response


def _answer(response: Response) -> Answer:
    return Answer.of(
        response.get_data(),
        request_id=current().request_id,
        content_type=response.headers["Content-Type"],
        link=response.headers.get("Link"),
    )


def _response(kept: Answer) -> Response:
    response = Response(kept.text(current().request_id), content_type=kept.content_type)
    if kept.link is not None:
        response.headers["Link"] = kept.link
    return response


def _tag() -> str:
    """Another one for other data, another minute, another question or another form of the answer."""
    exchange = current()
    minute = exchange.now.isoformat()
    known: tuple[str, ...]
    if request.path == DOCUMENT:  # it depends on no question, and no store is asked for what is known of the grid
        known = (exchange.service.engine.mapping.version, minute, DOCUMENT)
    else:
        query = request.query_string.decode("latin-1")
        known = (exchange.data_version, minute, request.path, accepted().value, query)
    return blake2b("\n".join(known).encode("utf-8", "replace"), digest_size=12).hexdigest()
