"""Streams in the frames of a WebSocket; imported by the first handshake."""

from __future__ import annotations

from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Event, Ping, TextMessage
from wsproto.utilities import LocalProtocolError, generate_accept_token

from push.messages import MOST_RECEIVED_BYTES, Message

CLOSE_GOING_AWAY, CLOSE_POLICY = 1001, 1008  # RFC 6455, 7.4.1


def accepting(key: str) -> str:
    """What accepts a handshake of this Sec-WebSocket-Key."""
    return generate_accept_token(key.encode("ascii")).decode("ascii")


class WebSocket:
    """The framing of RFC 6455, after its handshake. A client may send pings and pongs; other messages mean nothing."""

    protocol = "websocket"

    def __init__(self) -> None:
        self.is_closed = False
        self._received = 0
        self._connection = Connection(ConnectionType.SERVER)

    def frame(self, message: Message) -> bytes:
        """See Framing."""
        return self._send(TextMessage(data=message.body.decode()))

    def heartbeat(self) -> bytes:
        """See Framing: a ping."""
        self._received = 0
        return self._send(Ping())

    def end(self, message: Message, *, retry_milliseconds: int) -> bytes:
        """See Framing. When to come back is in the message."""
        return self.frame(message) + self._send(CloseConnection(code=CLOSE_GOING_AWAY, reason=message.kind))

    def receive(self, received: bytes) -> bytes:
        """See Framing."""
        self._received += len(received)
        self._connection.receive_data(received)
        answers = [self._answer(event) for event in self._connection.events()]
        if self._received > MOST_RECEIVED_BYTES and not self.is_closed:
            self.is_closed = True
            answers.append(self._send(CloseConnection(code=CLOSE_POLICY, reason="this stream only sends")))
        return b"".join(answers)

    def _answer(self, event: Event) -> bytes:
        if isinstance(event, Ping):
            return self._send(event.response())
        if isinstance(event, CloseConnection):
            self.is_closed = True
            return self._send(event.response())
        return b""

    def _send(self, event: Event) -> bytes:
        try:
            return bytes(self._connection.send(event))
        except LocalProtocolError:  # it is closed already
            return b""
