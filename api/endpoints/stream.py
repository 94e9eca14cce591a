"""GET /api/v1/stream and /api/v1/ws: what changes in zones and regions, as it happens."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any
from urllib.parse import urlsplit

from apiflask import APIBlueprint
from flask import Response, request
from werkzeug import exceptions

from api.edge.access import key_of
from api.edge.cors import is_named
from api.edge.exchange import Exchange, current
from api.openapi.schema import REF_TEMPLATE
from api.questions.parse import parse_query
from api.questions.stream import StreamParameters, place_of
from api.streams.connection import can_hand_over, streamed
from api.streams.follower import ZoneFollower
from push.messages import Framing, ServerSentEvents
from push.stream import NEVER
from telemetry import SILENT

bp = APIBlueprint("stream", __name__, tag="Streams")

MEDIA_TYPE = "text/event-stream"
DESCRIBED: Any = {
    200: {
        "description": "Events until one side ends the stream, with a comment every 15 seconds. The data of current, "
        "intensity, forecast and crossing is a StreamEvent, that of gap and end a StreamNote.",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "contentSchema": {
                        "anyOf": [{"$ref": REF_TEMPLATE.format(model=name)} for name in ("StreamEvent", "StreamNote")]
                    },
                }
            }
        },
    },
}
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
WEBSOCKET_VERSION = "13"
KEY_BYTES = 16
_NO_WEBSOCKET = "this server serves no WebSocket: use /api/v1/stream, or start it with gunicorn.conf.py and no TLS"


class UpgradeRequired(exceptions.HTTPException):
    """The path speaks another protocol than HTTP."""

    code = 426
    description = "this path takes the handshake of a WebSocket of version 13; /api/v1/stream tells the same over HTTP"

    def get_headers(self, *args: object, **options: object) -> list[tuple[str, str]]:
        """Adds the protocol (RFC 9110, 15.5.22)."""
        return [("Upgrade", "websocket"), ("Sec-WebSocket-Version", WEBSOCKET_VERSION)]


@bp.get("/api/v1/stream")
@bp.input(StreamParameters, location="query", arg_name="query")
@bp.doc(operation_id="getEventStream", responses=DESCRIBED)
def stream(query: StreamParameters) -> Response:
    """Tell the value of zones and regions, and then every change, as server-sent events.

    Each event has a name, an id and JSON as its data. A client that comes back with `Last-Event-ID` is told what it
    missed within the last hour; one that was away for longer gets the event gap, and the present values. The WebSocket
    `/api/v1/ws` takes the same parameters; its messages are the data of the same events.
    """
    if request.method == "HEAD":
        return Response(headers=HEADERS, content_type=MEDIA_TYPE)
    response = _stream(current(), query, ServerSentEvents())
    response.content_type = MEDIA_TYPE
    return response


@bp.route("/api/v1/ws", websocket=True)
@bp.doc(hide=True)
def ws() -> Response:
    """The same over a WebSocket: each message is the data of an event."""
    exchange = current()
    key = _checked_handshake(exchange)
    if not can_hand_over(exchange.environ):
        raise exceptions.NotImplemented(_NO_WEBSOCKET)
    from push.websocket import WebSocket, accepting

    query = parse_query(StreamParameters, request, exchange.facts)
    response = _stream(exchange, query, WebSocket())
    response.status_code = 101
    del response.headers["Content-Type"]
    response.headers.extend({"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accepting(key)})
    return response


@bp.get("/api/v1/ws")
@bp.doc(hide=True)
def no_ws() -> Response:
    """A request that is no handshake."""
    raise UpgradeRequired


def _checked_handshake(exchange: Exchange) -> str:
    """The key of a handshake. Raises UpgradeRequired, BadRequest, Forbidden.

    Browsers send cookies with the handshake and ask nobody before, so pages of other origins are refused unless
    CORS_ORIGINS names them.
    """
    if request.headers.get("Sec-WebSocket-Version") != WEBSOCKET_VERSION:
        raise UpgradeRequired
    key = request.headers.get("Sec-WebSocket-Key", "")
    try:
        is_key = len(b64decode(key, validate=True)) == KEY_BYTES
    except (NotBase64, ValueError):
        is_key = False
    if not is_key:
        raise exceptions.BadRequest("Sec-WebSocket-Key must be 16 bytes in base64")
    origin = request.headers.get("Origin")
    is_other = origin is not None and urlsplit(origin).netloc != request.host
    if is_other and not is_named(origin, exchange.service.settings.cors_origins):
        raise exceptions.Forbidden("pages of this origin may not open a WebSocket: CORS_ORIGINS does not name it")
    return key


def _stream(exchange: Exchange, query: StreamParameters, framing: Framing) -> Response:
    """An answer that begins with the present values, or with what was missed. Raises StreamsFull, StateUnavailable."""
    service, hub = exchange.service, exchange.service.hub
    follower = ZoneFollower(
        query.places(exchange.mapping),
        caller=exchange.caller,
        thresholds=query.thresholds,
        kinds=query.event,
        expires_at=_expires_at(exchange),
    )
    hub.telemetry = service.metrics or SILENT
    service.publisher.follow()
    hub.places.reserve(follower.caller, follower.zones)
    try:
        _begin(exchange, follower, query)
        response = streamed(exchange.environ, hub, follower, framing)
    except BaseException:
        hub.places.release(follower.caller, follower.zones)
        raise
    response.headers.extend(HEADERS)
    return response


def _begin(exchange: Exchange, follower: ZoneFollower, query: StreamParameters) -> None:
    """From where the follower begins: behind the last event that its client has, or at the present."""
    log = exchange.service.publisher.log
    last = place_of(request.headers.get("Last-Event-ID")) or place_of(query.last_event_id)
    part = log.behind(last[0] if last else 0, 1)
    if last is not None and part.is_gapless:
        follower.go_on(last)
        return
    looks = exchange.session.grid.looks(sorted(follower.zones))  # after the log, so that no change is left out
    exchange.service.publisher.compare_with(looks)
    follower.begin(looks, exchange.now, part.newest, is_gap=last is not None)


def _expires_at(exchange: Exchange) -> float:
    """When the permission ends by itself: that of a sign-in to the pages."""
    visit, judgement = exchange.visit, exchange.judgement
    if visit is None or judgement is None or judgement.key_id is None or key_of(exchange.environ) is not None:
        return NEVER
    return float(visit.expires_at)
