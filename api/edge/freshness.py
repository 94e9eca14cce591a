"""How long an answer to GET stays the same: until the minute ends, unless the data change before.

Pictures may be shown for five minutes. Past readings and scores of forecasts may arrive at any time: the tag of answers
made from them names what they say.
"""

from __future__ import annotations

from hashlib import blake2b

from flask import Response
from werkzeug.http import parse_etags

from api.edge.answer_cache import Answer, split
from api.edge.exchange import Exchange
from api.edge.formats import DATA_QUALITY, DATA_SOURCES, FACT_NOTES, accepted
from api.edge.guard import is_api
from api.foreign import PAST as FOREIGN_PAST

MINUTE_SECONDS = 60
PICTURES = ("/charts/", "/badge/")
PICTURE_SECONDS = 300  # pages and proxies show a picture so long; it says its time
VARY = "Accept, Accept-Encoding, Authorization, X-API-Key"
DOCUMENT = "/openapi.json"
PAST = ("/history", "/forecast/skill", *FOREIGN_PAST)
# Changed by requests and not by data, asked by POST, or without an end.
UNDESCRIBED = (
    *(
        "/api/v1/plans/",
        "/api/v1/webhooks",
        "/api/v1/usage",
        "/charts/usage",
        "/api/v1/decisions",
        "/api/v1/budgets",
        "/api/v1/savings",
    ),
    *("/graphql", "/api/v1/stream", "/api/v1/ws"),
)
# Headers that belong to the answer as its body does.
OF_ANSWER = ("Link", FACT_NOTES, DATA_QUALITY, DATA_SOURCES, "Content-Security-Policy", "Cross-Origin-Resource-Policy")
_READING = ("GET", "HEAD")


def is_described(path: str) -> bool:
    """Whether answers to GET at this path have a tag: those made from the data, and the OpenAPI document.

    Not plans in the background, webhooks, what is in the ledger, and streams, and not GraphQL, which is asked mostly by
    POST.
    """
    return (is_api(path) and not path.startswith(UNDESCRIBED)) or path == DOCUMENT


def changes_at_any_time(path: str) -> bool:
    """Whether answers at this path may differ within a minute though the data of the grid are the same."""
    return path.endswith(PAST)


def tag_of(exchange: Exchange) -> str | None:
    """The tag of the answer to this request, which differs by tenant, data, minute, question and form.

    None where answers have no tag, or one of what they say, which only the answer tells.
    """
    is_described_now = is_described(exchange.path) and not changes_at_any_time(exchange.path)
    if exchange.method not in _READING or not is_described_now:
        return None
    minute = exchange.now.isoformat()
    parts: tuple[str, ...]
    if exchange.path == DOCUMENT:  # it depends on no question, and no store is asked for what is known of the grid
        parts = (exchange.service.engine.mapping.version, minute, DOCUMENT)
    else:
        query = exchange.environ.get("QUERY_STRING", "")
        path = exchange.environ.get("SCRIPT_NAME", "") + exchange.path
        parts = (exchange.tenant, _data_version(exchange), minute, path, accepted().value, query)
    return blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _data_version(exchange: Exchange) -> str:
    """Names the data of the answer. Past readings that arrive within the minute enter a picture in the next one."""
    if exchange.path.startswith(PICTURES):
        return f"{exchange.mapping.version}-{exchange.session.grid.version_of_now}"
    return exchange.data_version


def is_held(exchange: Exchange) -> bool:
    """Whether the client holds the answer. Tags exist only for validated requests, so validation is skipped.

    "*" stands for any answer; whether there is one is not yet certain then.
    """
    header = exchange.environ.get("HTTP_IF_NONE_MATCH")
    if header is None or exchange.tag is None:
        return False
    etags = parse_etags(header)
    return not etags.star_tag and etags.contains_weak(exchange.tag)


def not_modified() -> Response:
    """A 304."""
    response = Response(status=304)
    del response.headers["Content-Type"]  # there is no body
    return response


def cached_response(exchange: Exchange) -> Response | None:
    """The answer of another request of this minute that asked the same, if it is still there."""
    answer = None if exchange.tag is None else exchange.service.answers.get(exchange.tag)
    if answer is None:
        return None
    exchange.route = answer.route
    if is_held(exchange):
        return not_modified()
    response = Response(answer.with_id(exchange.request_id), content_type=answer.content_type)
    response.headers.extend(answer.headers)
    return response


def describe(response: Response, exchange: Exchange) -> Response:
    """Tag a success and keep it for the rest of the minute. Failures and streams are neither tagged nor kept."""
    if exchange.method in _READING and response.status_code == 200 and changes_at_any_time(exchange.path):
        return _describe_content(response, exchange)
    if exchange.tag is None or response.status_code not in (200, 304) or response.is_streamed:
        return response
    tag = tag_of(exchange) or ""  # differs from exchange.tag if the answer has waited for newer data
    if response.status_code == 200:
        if tag == exchange.tag and exchange.service.answers.get(tag) is None:
            exchange.service.answers.put(tag, _answer(response, exchange))
        if exchange.environ.get("HTTP_IF_NONE_MATCH") == "*":
            response = not_modified()
    is_picture = exchange.path.startswith(PICTURES)
    seconds = PICTURE_SECONDS if is_picture else MINUTE_SECONDS - exchange.came_at.second
    return _with_headers(response, exchange, tag, f"max-age={seconds}")


def _describe_content(response: Response, exchange: Exchange) -> Response:
    """Tag an answer by what it says, so that whoever holds it asks each time and gets it only if it has changed."""
    body, _ = split(response.get_data(), exchange.request_id)
    digest = blake2b(response.headers["Content-Type"].encode() + b"\n" + body, digest_size=12)
    tag = digest.hexdigest()
    header = exchange.environ.get("HTTP_IF_NONE_MATCH")
    if header is not None and parse_etags(header).contains_weak(tag):
        response = not_modified()
    return _with_headers(response, exchange, tag, "no-cache")


def _with_headers(response: Response, exchange: Exchange, tag: str, lifetime: str) -> Response:
    guarded = exchange.judgement is not None
    scope = "private" if guarded and exchange.keys_configured else "public"
    response.headers.extend((("ETag", f'W/"{tag}"'), ("Cache-Control", f"{scope}, {lifetime}")))
    if guarded:
        response.headers["Vary"] = f"{VARY}, Cookie" if scope == "private" else VARY
    return response


def _answer(response: Response, exchange: Exchange) -> Answer:
    body, id_at = split(response.get_data(), exchange.request_id)
    return Answer(
        body=body,
        id_at=id_at,
        content_type=response.headers["Content-Type"],
        headers=tuple((name, response.headers[name]) for name in OF_ANSWER if name in response.headers),
        route=exchange.route,
    )
