"""Who serves the connection of a stream: the hub itself, or a thread that passes on what the hub writes.

Our own worker of gunicorn offers to hand over the connection of a request (serve/worker.py): then a stream holds no
thread. Other servers, and TLS in gunicorn, do not; there a thread passes on each stream, so that only a few are served.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from flask import Response

from push.hub import Hub
from push.messages import Framing
from push.places import StreamsFull
from push.stream import Follower, Stream

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HANDOVER = "carbon.handover"  # in the environ of WSGI: a list that takes the stream of the answer
RECEIVE_BYTES = 65_536
MOST_PASSED_ON = 4  # streams of a process that hold a thread each
_passed_on = BoundedSemaphore(MOST_PASSED_ON)


def can_hand_over(environ: WSGIEnvironment) -> bool:
    """Whether the server hands over the connection of this request."""
    return HANDOVER in environ


def streamed(environ: WSGIEnvironment, hub: Hub, follower: Follower, framing: Framing) -> Response:
    """An answer whose body is the stream; its place is reserved. Raises StreamsFull."""
    stream = Stream(follower, framing)
    if can_hand_over(environ):
        environ[HANDOVER].append((hub, stream))
        return Response(iter(()))
    if not _passed_on.acquire(blocking=False):
        raise StreamsFull(
            f"this server passes on {MOST_PASSED_ON} streams at most: start it with gunicorn.conf.py, without TLS, for "
            "more"
        )
    ours, hubs = socket.socketpair()
    hub.take(stream, hubs)
    response = Response(_pieces(ours))
    response.call_on_close(lambda: _close(ours))
    return response


def _pieces(connection: socket.socket) -> Iterator[bytes]:
    with suppress(OSError):
        while piece := connection.recv(RECEIVE_BYTES):
            yield piece


def _close(connection: Any) -> None:
    connection.close()
    _passed_on.release()
