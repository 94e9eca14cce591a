"""What a stream tells, and how it is framed as server-sent events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

RETRY_MILLISECONDS = 3000  # after which a client whose connection broke comes back
MOST_RECEIVED_BYTES = 65_536  # of what a client may send between two heartbeats: it has little to say


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """kind: such as "intensity". body: its JSON, on one line. id: from which a client may go on; None: from none."""

    kind: str
    body: bytes
    id: str | None = None


class Framing(Protocol):
    """How one stream is framed, and what its client says. is_closed: whether the client has ended it.

    protocol: as metrics name it.
    """

    protocol: str
    is_closed: bool

    def frame(self, message: Message) -> bytes: ...

    def heartbeat(self) -> bytes:
        """What shows that the stream is alive."""
        ...

    def end(self, message: Message, *, retry_milliseconds: int) -> bytes:
        """The last message and the end of the stream."""
        ...

    def receive(self, received: bytes) -> bytes:
        """What is to be answered to bytes of the client."""
        ...


class ServerSentEvents:
    """The framing of the HTML standard, 9.2. What the client sends means nothing."""

    protocol = "sse"

    def __init__(self) -> None:
        self.is_closed = False
        self._received = 0

    def frame(self, message: Message) -> bytes:
        """See Framing."""
        head = b"" if message.id is None else b"id: %s\n" % message.id.encode()
        return b"%sevent: %s\ndata: %s\n\n" % (head, message.kind.encode(), message.body)

    def heartbeat(self) -> bytes:
        """See Framing: a comment."""
        self._received = 0
        return b":\n\n"

    def end(self, message: Message, *, retry_milliseconds: int) -> bytes:
        """See Framing."""
        return b"retry: %d\n%s" % (retry_milliseconds, self.frame(message))

    def receive(self, received: bytes) -> bytes:
        """See Framing."""
        self._received += len(received)
        self.is_closed = self._received > MOST_RECEIVED_BYTES
        return b""
