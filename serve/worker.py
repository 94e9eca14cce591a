"""gunicorn's threaded worker with an end to its patience: who sends too slowly counts as one who has hung up."""

from __future__ import annotations

import errno
import json
import re
import select
import socket
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import getrandbits
from typing import Any

from gunicorn import glogging, util
from gunicorn.http import errors
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers import gthread

HEADER_SECONDS = 5.0  # from the first byte to the end of the headers
BODY_SECONDS = 30.0  # for the body: 1 MB at 35 kB/s
SEND_SECONDS = 10.0  # for one piece of an answer to leave; the system takes some 2 MB before the client reads
SWITCH_SECONDS = 0.001  # by default 0.005
EXPRESS = (b"GET /health ", b"HEAD /health ", b"GET /ready ")
EXPRESS_THREADS = 2
EXPRESS_BYTES = 2048
FIRST_BYTE_SECONDS = 0.02  # a thread waits for the first byte of a new connection; then the main loop does


class DeadlineUnreader(SocketUnreader):  # type: ignore[misc]  # gunicorn has no types
    """What a client sends, up to a moment."""

    late = False

    def allow(self, seconds: float) -> None:
        """Start the clock of the next part."""
        self._ends = time.monotonic() + seconds

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes; none when the client is late, as if it had hung up."""
        self.sock.settimeout(max(0.001, self._ends - time.monotonic()))
        try:
            found: bytes = super().chunk(size_hint)
        except TimeoutError:
            self.late = True
            return b""
        finally:
            self.sock.settimeout(SEND_SECONDS)
        return found


class Connection(gthread.TConn):  # type: ignore[misc]
    """A connection that is read by a DeadlineUnreader and costs a thread nothing while nothing arrives."""

    def init(self) -> None:
        """Begin to read a request, the first one or a further one."""
        if not self.initialized:
            super().init()
            self.parser.unreader = DeadlineUnreader(self.sock)
        self.parser.unreader.allow(HEADER_SECONDS)

    def wait_for_data(self, timeout: float) -> bool:
        """Whether anything has come; the caller leaves the rest of the waiting to the main loop."""
        return bool(super().wait_for_data(min(timeout, FIRST_BYTE_SECONDS)))


class Worker(gthread.ThreadWorker):  # type: ignore[misc]
    """gunicorn's gthread, which by itself waits for ever for the end of a request that has begun."""

    def init_process(self) -> None:
        """A thread that computes hands Python's lock on after a millisecond: short requests do not wait long."""
        sys.setswitchinterval(SWITCH_SECONDS)
        super().init_process()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """The threads for all requests; beside them a few that only say whether the service lives."""
        self._express = ThreadPoolExecutor(EXPRESS_THREADS, thread_name_prefix="express")
        pool: ThreadPoolExecutor = super().get_thread_pool()
        return pool

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection to a thread; the platform's questions do not queue behind the others."""
        if not _asks_for_health(conn.sock):
            super().enqueue_req(conn)
            return
        future = self._express.submit(self.handle, conn)
        future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def handle(self, conn: Any) -> Any:
        """Never use a connection again whose request was cut: what still comes is not the next one."""
        kept = super().handle(conn)
        return False if conn.parser is not None and conn.parser.unreader.late else kept

    def handle_request(self, req: Any, conn: Any) -> Any:
        """The headers are here; the body has a time of its own, and so has the answer: a client may not read it."""
        conn.parser.unreader.allow(BODY_SECONDS)
        conn.sock.settimeout(SEND_SECONDS)
        try:
            return super().handle_request(req, conn)
        except TimeoutError as error:
            raise BrokenPipeError(errno.EPIPE, "the client does not read the answer") from error

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer a request that gunicorn cannot read, or whose answer failed outside the application.

        For other errors than its own, gunicorn logs the address with the query, and a message that may quote a header.
        """
        if isinstance(exc, errors.ParseException):
            super().handle_error(req, client, addr, exc)
            return
        last = traceback.extract_tb(exc.__traceback__)[-1]
        self.log.error("a request failed outside the application: %s, %s:%s", type(exc).__name__, last[0], last[1])
        with suppress(OSError):  # it has hung up
            util.write_error(client, 500, "Internal Server Error", "")


def _asks_for_health(sock: socket.socket) -> bool:
    """Whether a whole head of such a request is here; one that comes in pieces may not hold up the others."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    if not poll.poll(0):  # a socket with a timeout would wait for the first byte, and all others with it
        return False
    try:
        head = sock.recv(EXPRESS_BYTES, socket.MSG_PEEK)
    except OSError:
        return False
    return head.startswith(EXPRESS) and b"\r\n\r\n" in head


class Log(glogging.Logger):  # type: ignore[misc]
    """gunicorn's log, without its lines about requests: the service writes its own, and those hold no query."""

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Nothing."""


def problem(status: int, reason: str, detail: str, request_id: str) -> dict[str, object]:
    """The refusal of a request that cannot be read: a problem (RFC 9457) that its status explains."""
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


def _without_the_request(error: BaseException) -> str:
    """The kind of an error in words, such as "Invalid Header"."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", type(error).__name__)


# gunicorn's errors quote the request line, the header or the bytes that they are about, and an API key may be in any of
# these. Their texts go into the log, some at the level DEBUG only, and into the answer.
for _error in vars(errors).values():
    if isinstance(_error, type) and issubclass(_error, Exception):
        _error.__str__ = _without_the_request  # type: ignore[method-assign]
gthread.TConn = Connection  # the worker makes its connections of what stands there
