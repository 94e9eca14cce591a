"""One client that follows zones: what waits for it, and where in the log it stands."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from carbon.events import Event
from push.messages import Framing, Message

MOST_WAITING_BYTES = 65_536  # for a client that does not read; its first messages may be more
SOCKET_BYTES = 65_536  # that the system holds for it
UNREACHABLE_MILLISECONDS = 60_000
NEVER = float("inf")


class Follower(Protocol):
    """What one client follows. zones: those of which it is told anything. caller: who it is, as requests are counted.

    first: what it is told at once. cursor: the id of the last event that it does not need to be told.
    expires_at: seconds since 1970 at which its permission ends; NEVER for a key.
    """

    zones: frozenset[str]
    caller: str
    first: Sequence[Message]
    cursor: int
    expires_at: float

    def messages(self, event: Event) -> Sequence[Message]:
        """What it is told of an event in one of its zones; called for each event once, in their order."""
        ...


class Stream:
    """The connection of a follower. Used by the thread of the hub alone, once it has a socket.

    What waits is bounded: a client that reads more slowly than events come is no longer live, and is told from the log
    as soon as there is room again. Times are monotonic seconds. behind_since: NEVER while it is live. stalled_since:
    NEVER while nothing waits. ends_at: it is closed then, whatever waits.
    """

    def __init__(self, follower: Follower, framing: Framing) -> None:
        self.follower = follower
        self.framing = framing
        self.cursor = follower.cursor
        self.is_ending = False
        self.behind_since = 0.0
        self.last_sent_at = 0.0
        self.stalled_since = NEVER
        self.ends_at = NEVER
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._is_begun = False  # whether the first of what waits was sent in part
        self.socket: socket.socket | None = None

    def begin(self, connection: socket.socket, head: bytes, now: float) -> None:
        """Take the connection. head: what is to be sent before the first message."""
        connection.setblocking(False)
        self.last_sent_at = self.behind_since = now
        with suppress(OSError):  # not every kind of socket has them
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BYTES)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREACHABLE_MILLISECONDS)
        self.socket = connection
        self._add(head + b"".join(map(self.framing.frame, self.follower.first)))
        self.follower.first = ()

    @property
    def is_waiting(self) -> bool:
        """Whether anything waits to be sent."""
        return bool(self._waiting)

    @property
    def is_live(self) -> bool:
        """Whether it was told all events so far; before that, they come from the log."""
        return self.behind_since == NEVER

    @property
    def has_room(self) -> bool:
        """Whether another event may be added to what waits."""
        return self._size < MOST_WAITING_BYTES

    def tell(self, event: Event) -> bool:
        """Add what the follower is told of an event, unless it knows it; False, and nothing, if there is no room."""
        if event.id <= self.cursor or self.is_ending:
            return True
        if event.zone in self.follower.zones:
            if not self.has_room:
                return False
            self._add(b"".join(map(self.framing.frame, self.follower.messages(event))))
        self.cursor = event.id
        return True

    def reply(self, received: bytes) -> bool:
        """Take what the client sent; False if it has ended the stream."""
        self._add(self.framing.receive(received))
        return not self.framing.is_closed

    def beat(self) -> None:
        """Show that the stream is alive."""
        if not self.is_ending:
            self._add(self.framing.heartbeat())

    def end(self, message: Message, retry_milliseconds: int) -> None:
        """Drop what waits, but for the rest of what was sent in part; then the last message."""
        if self.is_ending:
            return
        rest = self._waiting.popleft() if self._is_begun else b""
        self._waiting.clear()
        self._size = 0
        self._add(rest + self.framing.end(message, retry_milliseconds=retry_milliseconds))
        self._is_begun = bool(rest)
        self.is_ending = True

    def send(self, now: float) -> bool:
        """Send what the connection takes; False if it is closed."""
        while self._waiting and self.socket is not None:
            piece = self._waiting[0]
            try:
                count = self.socket.send(piece)
            except (BlockingIOError, InterruptedError):
                self.stalled_since = min(self.stalled_since, now)
                return True
            except OSError:
                return False
            self.last_sent_at, self.stalled_since = now, NEVER
            self._size -= count
            if count == len(piece):
                self._waiting.popleft()
                self._is_begun = False
            else:
                self._waiting[0] = piece[count:]
                self._is_begun = True
        return True

    def close(self) -> None:
        """Close the connection."""
        if self.socket is not None:
            with suppress(OSError):
                self.socket.close()
            self.socket = None

    def _add(self, piece: bytes) -> None:
        if piece:
            self._waiting.append(piece)
            self._size += len(piece)
