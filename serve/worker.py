"""Adds deadlines to gunicorn's threaded worker: a client that sends too slowly is treated as if it had hung up."""

from __future__ import annotations

import errno
import json
import resource
import select
import selectors
import socket
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from random import getrandbits
from typing import Any

from gunicorn import glogging, util
from gunicorn.http import errors
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers import gthread

from push.hub import Hub
from serve.application import HandedOver, in_words, with_streams

HEADER_SECONDS = 5.0  # from the first byte to the end of the headers
BODY_SECONDS = 30.0  # for the body: 1 MB at 35 kB/s
SEND_SECONDS = 10.0  # for one piece of an answer to leave; the system takes some 2 MB before the client reads
SWITCH_SECONDS = 0.001  # by default 0.005
EXPRESS = (b"GET /health ", b"HEAD /health ", b"GET /ready ")
EXPRESS_THREADS = 2
EXPRESS_BYTES = 2048
CLOSE_SECONDS = 0.05
MOST_FILES = 65_536  # that a worker may open, if the system lets it: each stream is one


class DeadlineUnreader(SocketUnreader):  # type: ignore[misc]  # gunicorn has no types
    """Reads what a client sends until a deadline."""

    late = False

    def allow(self, seconds: float) -> None:
        """Set the deadline of the next part of the request."""
        self._ends = time.monotonic() + seconds

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes; none after the deadline, as if the client had hung up."""
        self.sock.settimeout(max(0.001, self._ends - time.monotonic()))
        try:
            data: bytes = super().chunk(size_hint)
        except TimeoutError:
            self.late = True
            return b""
        finally:
            self.sock.settimeout(SEND_SECONDS)
        return data


class Connection(gthread.TConn):  # type: ignore[misc]
    """A connection with deadlines, which occupies no thread while nothing arrives."""

    def init(self) -> None:
        """Begin to read a request, the first one or a later one."""
        if not self.initialized:
            super().init()
            self.parser.unreader = DeadlineUnreader(self.sock)
        self.parser.unreader.allow(HEADER_SECONDS)

    is_handed_over = False  # to those who serve streams, together with its socket

    def close(self, graceful: bool = False) -> None:
        """Close, waiting a moment for a client that asked for `Connection: close` to hang up.

        gunicorn waits up to 2 s in the worker's main loop: five such clients stop a worker for 4 to 10 s.
        """
        if self.is_handed_over:
            return
        if not graceful:
            super().close()
            return
        self.sock.setblocking(True)
        util.close_graceful(self.sock, CLOSE_SECONDS)


class Worker(gthread.ThreadWorker):  # type: ignore[misc]
    """gunicorn's gthread, which by default waits without limit for the end of a request that has begun."""

    def init_process(self) -> None:
        """Let a thread that computes hand on Python's lock after a millisecond, so that short requests wait less."""
        sys.setswitchinterval(SWITCH_SECONDS)
        self._hubs = set[Hub]()
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(MOST_FILES, most) if most >= 0 else MOST_FILES, most))
        super().init_process()

    def run(self) -> None:
        """Serve until the end, which is that of the streams too."""
        try:
            super().run()
        finally:
            for hub in tuple(self._hubs):
                hub.leave()
            for hub in tuple(self._hubs):
                hub.wait()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM: streams end at once, while requests are still answered."""
        super().handle_exit(sig, frame)
        for hub in tuple(self._hubs):
            hub.leave()

    def load_wsgi(self) -> None:
        """Let the application read bodies and serve streams without knowing gunicorn."""
        super().load_wsgi()
        self.wsgi: Callable[..., Any] = with_streams(self.wsgi)

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """The threads for all requests, and a few more that only answer /health and /ready."""
        self._express = ThreadPoolExecutor(EXPRESS_THREADS, thread_name_prefix="express")
        pool: ThreadPoolExecutor = super().get_thread_pool()
        return pool

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection to a thread; health checks of the platform do not wait behind other requests.

        The main loop, which calls this, waits for the first byte of a new connection: until then nothing tells a health
        check from other requests, and a thread that waits does nothing else.
        """
        head = _head(conn.sock)
        if head is None and not conn.initialized and not conn.data_ready:
            conn.sock.setblocking(False)
            conn.set_timeout()
            self.pending_conns.append(conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))
        elif head is not None and _asks_for_health(head):
            future = self._express.submit(self.handle, conn)
            future.add_done_callback(lambda request: self.method_queue.defer(self.finish_request, conn, request))
        else:
            super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Handle a request; never reuse a connection whose request was cut: what arrives later is not the next one."""
        reusable = super().handle(conn)
        return False if conn.parser is not None and conn.parser.unreader.late else reusable

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request whose headers have arrived. The body has a deadline of its own, and so has the answer."""
        conn.parser.unreader.allow(BODY_SECONDS)
        conn.sock.settimeout(SEND_SECONDS)
        try:
            return super().handle_request(req, conn)
        except HandedOver as stream:
            self._hand_over(conn, stream)
            return False
        except TimeoutError as error:
            raise BrokenPipeError(errno.EPIPE, "the client does not read the answer") from error

    def _hand_over(self, conn: Any, begun: HandedOver) -> None:
        """Give the connection to the streams; for gunicorn it is closed, and counts no more."""
        conn.is_handed_over = True
        early = conn.parser.unreader.take_buffered()
        self._hubs.add(begun.hub)
        begun.hub.take(begun.stream, socket.socket(fileno=conn.sock.detach()), begun.head, early)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer a request that gunicorn cannot read, or whose answer failed outside the application.

        For errors that are not its own, gunicorn would log the query and a message that may quote a header.
        """
        if isinstance(exc, errors.ParseException):
            super().handle_error(req, client, addr, exc)
            return
        last = traceback.extract_tb(exc.__traceback__)[-1]
        self.log.error("a request failed outside the application: %s, %s:%s", type(exc).__name__, last[0], last[1])
        with suppress(OSError):  # it has hung up
            util.write_error(client, 500, "Internal Server Error", "")


def _head(sock: socket.socket) -> bytes | None:
    """What has arrived of a request, up to EXPRESS_BYTES; None if nothing has."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    if not poll.poll(0):  # a socket with a timeout would wait for the first byte, and so would all others
        return None
    try:
        return sock.recv(EXPRESS_BYTES, socket.MSG_PEEK)
    except OSError:
        return b""


def _asks_for_health(head: bytes) -> bool:
    """Whether it is the whole head of a health check; one that arrives in pieces must not delay the others."""
    return head.startswith(EXPRESS) and b"\r\n\r\n" in head


class Log(glogging.Logger):  # type: ignore[misc]
    """gunicorn's log without lines about requests: the service writes its own, without the query."""

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Nothing."""


def problem(status: int, reason: str, detail: str, request_id: str) -> dict[str, object]:
    """The refusal of a request that cannot be read: a problem (RFC 9457) whose status says all."""
    return {"type": "about:blank", "title": reason, "status": status, "detail": detail, "request_id": request_id}


def write_problem(sock: socket.socket, status: int, reason: str, detail: str) -> None:
    """Answer a request that gunicorn cannot read; used instead of gunicorn's own answer in HTML."""
    request_id = f"carbon_req_{getrandbits(128):032x}"  # nosec B311
    body = json.dumps(problem(status, reason, detail or reason, request_id))
    head = (
        f"HTTP/1.1 {status} {reason}",
        "Connection: close",
        "Content-Type: application/problem+json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"X-Request-ID: {request_id}",
    )
    util.write_nonblock(sock, "\r\n".join((*head, "", body)).encode("ascii"))


util.write_error = write_problem


# gunicorn's errors quote the request line, header or bytes that they are about, which may contain an API key. Their
# texts go into the log, some only at the level DEBUG, and into the answer.
for _error in vars(errors).values():
    if isinstance(_error, type) and issubclass(_error, Exception):
        _error.__str__ = in_words  # type: ignore[method-assign]
gthread.TConn = Connection  # the class of the connections that the worker accepts
