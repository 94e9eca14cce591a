"""All streams of a process in one thread: a stream costs a socket and a few kilobytes, and no thread of the API."""

from __future__ import annotations

import logging
import os
import random
import selectors
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextlib import suppress

import orjson

from carbon.errors import StateUnavailable
from carbon.events import Event
from pid import process_id
from push.codec import decode_event
from push.messages import Message
from push.places import Places
from push.stream import NEVER, Stream
from store.push.event_log import EventLog
from telemetry import SILENT, Telemetry

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # between two looks into the log
BEAT_SECONDS = 15.0
STALLED_SECONDS = 30.0  # a client that takes nothing for so long is slow,
BEHIND_SECONDS = 60.0  # and so is one that reads, but has not caught up with the events for so long
FAREWELL_SECONDS = 5.0  # to send the last message
LEAVE_SECONDS = 3.0  # the same when the process ends
CHECK_SECONDS = 2.0  # between two checks of keys
ROWS = 500  # of the log at a time
RECEIVE_BYTES = 4096
RETRY_MILLISECONDS = (1000, 10_000)  # spread, so that not all clients come back at once
SLOW, RESTART, KEY = "slow", "restart", "key"
_REASONS = {
    SLOW: "this client read more slowly than events came: come back with the id of the last event that it has",
    RESTART: "the service restarts or is reloaded: come back",
    KEY: "the API key was revoked, or the sign-in is over",
}


class Hub:
    """The streams of one process; a forked one has its own thread, which begins with the first stream."""

    def __init__(
        self,
        event_log: EventLog,
        *,
        places: Places,
        may_follow: Callable[[str], bool] = lambda caller: True,
        utc_seconds: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """places: each stream has reserved one before it is taken. may_follow: whether a caller still may; asked every
        few seconds.
        """
        self._log = event_log
        self.places = places
        self._may_follow = may_follow
        self.telemetry: Telemetry = SILENT
        self._utc_seconds, self._monotonic = utc_seconds, monotonic
        self._lock = threading.Lock()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._owner = process_id()
        self._arrivals: deque[tuple[Stream, socket.socket, bytes, bytes]] = deque()
        self._streams: dict[socket.socket, Stream] = {}
        self._open: Counter[str] = Counter()  # streams by protocol
        self._last = 0  # the last event that all live streams were told
        self._selector: selectors.BaseSelector = selectors.SelectSelector()  # it opens nothing, before a fork
        self._bell: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._is_leaving = False
        self._look_at = self._check_at = 0.0

    def take(self, stream: Stream, connection: socket.socket, head: bytes = b"", early: bytes = b"") -> None:
        """Serve a stream whose place was reserved; while the process ends, close it. Returns at once.

        head: to be sent before its first message. early: what its client has sent already.
        """
        with self._lock:
            if self._owner != process_id():
                self._begin_anew()
            if self._is_leaving:
                connection.close()
                self.places.release(stream.follower.caller, stream.follower.zones)
                return
            self._arrivals.append((stream, connection, head, early))
            if self._thread is None:
                self._selector = selectors.DefaultSelector()
                self._bell, ear = socket.socketpair()
                ear.setblocking(False)
                self._bell.setblocking(False)
                self._selector.register(ear, selectors.EVENT_READ)
                self._thread = threading.Thread(target=self._run, name="streams", daemon=True)
                self._thread.start()
        self._ring()

    def leave(self) -> None:
        """End all streams, because the process ends. Returns at once."""
        self._is_leaving = self._owner == process_id()
        self._ring()

    def wait(self) -> None:
        """Wait until all streams have ended, a few seconds at most."""
        thread = self._thread
        if thread is not None and self._owner == process_id():
            thread.join(LEAVE_SECONDS + LOOK_SECONDS)

    def _ring(self) -> None:
        if self._bell is not None:
            with suppress(OSError):  # full: it rings already
                self._bell.send(b"\0")

    def _run(self) -> None:
        while True:
            try:
                self._turn()
                if self._is_leaving and not self._streams and not self._arrivals:
                    return
            except Exception:  # the streams that are left must go on
                log.exception("the streams had an error")
                time.sleep(LOOK_SECONDS)

    def _turn(self) -> None:
        """Wait for something to do, and do it."""
        now = self._monotonic()
        seconds = max(0.0, self._look_at - now) if self._streams else None
        for key, mask in self._selector.select(0.0 if self._arrivals else seconds):
            stream = key.data
            if stream is None:
                with suppress(BlockingIOError):
                    os.read(key.fd, RECEIVE_BYTES)
            else:
                self._attend(stream, mask)
        while self._arrivals:
            self._begin(*self._arrivals.popleft())
        now = self._monotonic()
        if self._is_leaving:
            self._end_all(now)
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            self._look(now)

    def _begin(self, stream: Stream, connection: socket.socket, head: bytes, early: bytes) -> None:
        stream.begin(connection, head, self._monotonic())
        self._streams[connection] = stream
        self._count(stream, 1)
        self._selector.register(connection, selectors.EVENT_READ, stream)
        if early and not stream.reply(early):
            self._drop(stream)
            return
        self._fill(stream)
        self._send(stream)

    def _attend(self, stream: Stream, mask: int) -> None:
        """Read what a client has sent, and send it what waits."""
        if stream.socket is None:
            return
        if mask & selectors.EVENT_READ:
            try:
                received: bytes | None = stream.socket.recv(RECEIVE_BYTES)
            except (BlockingIOError, InterruptedError):
                received = None
            except OSError:
                received = b""
            if received is not None and (not received or not stream.reply(received)):
                stream.send(self._monotonic())
                self._drop(stream)
                return
        self._send(stream)
        if not stream.is_live:
            self._fill(stream)
            self._send(stream)

    def _send(self, stream: Stream) -> None:
        """Send what the connection takes, and wait for it to take more."""
        if stream.socket is None:
            return
        if not stream.send(self._monotonic()) or (stream.is_ending and not stream.is_waiting):
            self._drop(stream)
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if stream.is_waiting else 0)
        if self._selector.get_key(stream.socket).events != events:
            self._selector.modify(stream.socket, events, stream)

    def _fill(self, stream: Stream) -> None:
        """Tell a stream what it missed, as far as there is room; at the end of the log it is live."""
        try:
            while not stream.is_live and not stream.is_ending:
                rows = self._log.behind(stream.cursor, ROWS).events
                if not all(self._is_told(stream, decode_event(*row)) for row in rows):
                    return
                if len(rows) < ROWS:
                    stream.cursor = max(stream.cursor, rows[-1][0] if rows else 0)
                    if not any(other.is_live for other in self._streams.values()):
                        self._last = stream.cursor
                    stream.behind_since = NEVER
        except StateUnavailable:  # the next look tries again
            return

    def _is_told(self, stream: Stream, event: Event | None) -> bool:
        """Tell a stream of an event; False if it has no room, though all was sent that the connection takes."""
        return event is None or stream.tell(event) or (stream.send(self._monotonic()) and stream.tell(event))

    def _look(self, now: float) -> None:
        """Tell all streams what is new, show that they are alive, and end those that may not go on."""
        self._tell_news()
        is_check = now >= self._check_at
        if is_check:
            self._check_at = now + CHECK_SECONDS
        callers: dict[str, bool] = {}
        for stream in list(self._streams.values()):
            if not stream.is_live:
                self._fill(stream)
            if now - stream.last_sent_at >= BEAT_SECONDS and not stream.is_waiting:
                stream.beat()
            if now - stream.stalled_since > STALLED_SECONDS or now - stream.behind_since > BEHIND_SECONDS:
                self._end(stream, SLOW, now, FAREWELL_SECONDS)
            elif is_check and not self._is_allowed(stream, callers):
                self._end(stream, KEY, now, FAREWELL_SECONDS)
            if now >= stream.ends_at:
                self._drop(stream)
            else:
                self._send(stream)

    def _tell_news(self) -> None:
        live = [stream for stream in self._streams.values() if stream.is_live]
        if not live:
            return
        try:
            rows = self._log.behind(self._last, ROWS).events
        except StateUnavailable as error:  # the publisher logs it; nothing is lost
            log.debug("the events cannot be read: %s", error)
            return
        if len(rows) == ROWS:
            self._look_at = 0.0  # there is more
        for event in filter(None, (decode_event(*row) for row in rows)):
            self._tell(event, live)
        if rows:
            self._last = rows[-1][0]

    def _tell(self, event: Event, live: Iterable[Stream]) -> None:
        now = self._monotonic()
        for stream in live:
            if stream.is_live and not self._is_told(stream, event):
                stream.behind_since = now

    def _is_allowed(self, stream: Stream, callers: dict[str, bool]) -> bool:
        caller = stream.follower.caller
        if caller not in callers:
            callers[caller] = self._may_follow(caller)
        return callers[caller] and self._utc_seconds() < stream.follower.expires_at

    def _end_all(self, now: float) -> None:
        for stream in list(self._streams.values()):
            if not stream.is_ending:
                self._end(stream, RESTART, now, LEAVE_SECONDS)
                self._send(stream)

    def _end(self, stream: Stream, reason: str, now: float, seconds: float) -> None:
        """Tell a client why its stream ends, and close it once that is sent."""
        retry = random.randint(*RETRY_MILLISECONDS)  # noqa: S311 - spreads load  # nosec B311
        told = {
            "event": "end",
            "reason": reason,
            "detail": _REASONS[reason],
            "retry_after_seconds": round(retry / 1000),
        }
        stream.end(Message(kind="end", body=orjson.dumps(told)), retry)
        stream.ends_at = min(stream.ends_at, now + seconds)

    def _count(self, stream: Stream, change: int) -> None:
        protocol = stream.framing.protocol
        self._open[protocol] += change
        self.telemetry.open_streams(protocol, self._open[protocol])

    def _drop(self, stream: Stream) -> None:
        connection = stream.socket
        if connection is None:
            return
        with suppress(KeyError, ValueError):
            self._selector.unregister(connection)
        del self._streams[connection]
        self._count(stream, -1)
        stream.close()
        self.places.release(stream.follower.caller, stream.follower.zones)
