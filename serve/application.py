"""The application as gunicorn calls it: with bodies that it can read, and streams that it can hand over."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from typing import Any

from gunicorn import util
from gunicorn.http import errors

from api.streams.connection import HANDOVER
from push.hub import Hub
from push.stream import Stream

HTTP_1 = ("HTTP/1.0", "HTTP/1.1")  # a connection of HTTP/2 is not that of one request


class HandedOver(StopIteration):  # gunicorn ends the request at this, without an error
    """The connection of a request belongs to a stream from now on. head: of the answer."""

    def __init__(self, hub: Hub, stream: Stream, head: bytes) -> None:
        super().__init__("a stream has begun")
        self.hub, self.stream, self.head = hub, stream, head


class Body:
    """What the application reads of a request's body.

    A body that ends early or has malformed chunks raises EOFError, so that the application need not know gunicorn.
    """

    def __init__(self, body: Any) -> None:
        self.read, self.readline, self.readlines = map(_ending, (body.read, body.readline, body.readlines))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


def with_streams(application: Callable[..., Any]) -> Callable[..., Any]:
    """The application with bodies that it can read, and with the offer to take over the connection of a request."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Any:
        environ["wsgi.input"] = Body(environ["wsgi.input"])
        if isinstance(environ.get("gunicorn.socket"), ssl.SSLSocket) or environ.get("SERVER_PROTOCOL") not in HTTP_1:
            return application(environ, start_response)
        streams = environ[HANDOVER] = list[tuple[Hub, Stream]]()
        heads: list[bytes] = []

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            if streams:
                heads.append(head_of(status, headers))
            return start_response(status, headers, *error)

        answer = application(environ, start)
        if not streams:
            return answer
        hub, stream = streams[0]
        if not heads or not heads[-1].startswith((b"HTTP/1.1 200", b"HTTP/1.1 101")):  # it failed after all
            hub.places.release(stream.follower.caller, stream.follower.zones)
            return answer
        answer.close()
        raise HandedOver(hub, stream, heads[-1])

    return wrapped


def head_of(status: str, headers: list[tuple[str, str]]) -> bytes:
    """The head of an answer that ends with its connection, or that leads to another protocol."""
    names = {name.lower() for name, _ in headers}
    lines = [f"HTTP/1.1 {status}", f"Date: {util.http_date()}", *(f"{name}: {value}" for name, value in headers)]
    if "connection" not in names:
        lines.append("Connection: close")
    return "\r\n".join((*lines, "", "")).encode("latin-1")


def _ending(read: Callable[..., Any]) -> Callable[..., Any]:
    def checked(*size: int | None) -> Any:
        try:
            return read(*size)
        except (errors.ParseException, errors.NoMoreData) as error:
            raise EOFError(in_words(error)) from error

    return checked


def in_words(error: BaseException) -> str:
    """The kind of an error in words, such as "Invalid Header"."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", type(error).__name__)
