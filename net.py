"""The one HTTP session: every reply has a deadline and a size limit; retries are few and polite."""

from __future__ import annotations

import http.client
import io
import random
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, InvalidHeader, ReadTimeoutError
from urllib3.util import Retry

from pid import process_id
from settings import VERSION

Params = Mapping[str, str | Sequence[str]]  # a sequence is sent as one parameter for each of its values

USER_AGENT = f"carbon-aware-cloud-optimizer/{VERSION}"

_CHUNK_BYTES = 64 * 1024
_FIRST_PAUSE_SECONDS = 0.25
_JSON = {"Content-Type": "application/json"}
# Exceptions that requests, urllib3 and http.client do not translate when a reply breaks the rules of HTTP. For example,
# with a chunk size of -5 they call read(-5), which is a ValueError.
_BROKEN_REPLY = (
    OSError,
    HTTPError,
    http.client.HTTPException,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """Time and size limits of one call. total_seconds: for all its attempts and pauses together."""

    connect_seconds: float = 2.0
    read_seconds: float = 5.0  # from the request being sent to the last byte of the reply
    total_seconds: float = 10.0
    retries: int = 2
    max_body_bytes: int = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply of any status. retry_after_seconds: from its Retry-After; None without one."""

    status: int
    body: bytes
    retry_after_seconds: float | None


class ReplyTooLarge(requests.RequestException):
    """The body exceeds the size limit; the rest of it is not read."""


class HttpClient:
    """GET, and POST of JSON, with limits; one pooled session a thread. Safe to share by threads, to fork before use.

    Redirects are not followed, because they would carry a key to another host. Cookies are not stored. Proxies of the
    environment are used, credentials of a netrc file are not.
    """

    def __init__(
        self,
        limits: HttpLimits,
        *,
        user_agent: str = USER_AGENT,
        before: Callable[[], None] = lambda: None,
        after: Callable[[Reply | requests.RequestException, float], None] = lambda _result, _seconds: None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """before: called before every attempt. after: called with the outcome of every attempt and its seconds.

        An exception of either ends the call.
        """
        self._before = before
        self._after = after
        self._limits = limits
        self._user_agent = user_agent
        self._monotonic = monotonic
        self._sleep = sleep
        self._local = threading.local()
        self._count_lock = threading.Lock()
        self._calls = 0

    @property
    def calls(self) -> int:
        """Requests sent so far, retries included."""
        return self._calls

    def get(self, url: str, *, params: Params, headers: Mapping[str, str]) -> Reply:
        """The reply to a GET, see `send`."""
        return self.send(url, params=params, headers=headers)

    def send(self, url: str, *, params: Params, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """The reply of the last attempt, any status. body: JSON to POST, which is repeated too; None: a GET.

        Connection errors, 429 and 5xx are retried after a jittered pause or the one of Retry-After. If the pause does
        not fit into the rest of total_seconds, the last outcome is returned or raised at once.
        Raises requests.RequestException when the last attempt gave no complete reply.
        """
        ends = self._monotonic() + self._limits.total_seconds
        for attempt in range(self._limits.retries + 1):
            pause = _FIRST_PAUSE_SECONDS * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, no secret  # nosec B311
            last = attempt == self._limits.retries
            try:
                reply = self._attempt(partial(self._once, url, params, headers, body), ends)
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                if last or isinstance(error, requests.exceptions.SSLError) or self._too_late(pause, ends):
                    raise
            else:
                if reply.retry_after_seconds is not None:
                    pause = reply.retry_after_seconds
                if last or not _worth_retrying(reply.status) or self._too_late(pause, ends):
                    return reply
            self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _too_late(self, pause_seconds: float, ends: float) -> bool:
        return self._monotonic() + pause_seconds >= ends

    def _attempt(self, once: Callable[[float], Reply], ends: float) -> Reply:
        self._before()
        began = self._monotonic()
        try:
            reply = once(ends - began)
        except requests.RequestException as error:
            self._after(error, self._monotonic() - began)
            raise
        self._after(reply, self._monotonic() - began)
        return reply

    def _once(
        self,
        url: str,
        params: Params,
        headers: Mapping[str, str],
        body: bytes | None,
        seconds_left: float,
    ) -> Reply:
        with self._count_lock:
            self._calls += 1
        timeout = (min(self._limits.connect_seconds, seconds_left), min(self._limits.read_seconds, seconds_left))
        try:
            method, headers = ("GET", headers) if body is None else ("POST", {**headers, **_JSON})
            with self._session().request(
                method, url, params=params, headers=headers, data=body, timeout=timeout, stream=True
            ) as response:
                return Reply(
                    status=response.status_code,
                    body=_read(response, self._limits.max_body_bytes),
                    retry_after_seconds=_retry_after(response.headers.get("Retry-After")),
                )
        except requests.RequestException:
            raise
        except _BROKEN_REPLY as error:
            raise requests.ConnectionError("the reply is not valid HTTP") from error

    def _session(self) -> requests.Session:
        if getattr(self._local, "pid", None) != process_id():  # a forked child must not share its parent's sockets
            self._local.session = _Session()
            self._local.session.headers["User-Agent"] = self._user_agent
            self._local.pid = process_id()
        session: requests.Session = self._local.session
        return session


def _worth_retrying(status: int) -> bool:
    return status == 429 or status >= 500


def _retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, given as a number or as a date; None without a usable one."""
    try:
        return None if value is None else Retry().parse_retry_after(value)
    except (InvalidHeader, ArithmeticError, LookupError, TypeError, ValueError):
        return None


def _read(response: requests.Response, max_bytes: int) -> bytes:
    body = bytearray()
    try:
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > max_bytes:
                raise ReplyTooLarge(f"more than {max_bytes} bytes")
    except requests.ConnectionError as error:
        if error.args and isinstance(error.args[0], ReadTimeoutError):  # streaming, requests wraps it
            raise requests.ReadTimeout("the body did not arrive in time") from error
        raise
    return bytes(body)


class _Session(requests.Session):
    def __init__(self) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))  # none is stored or sent
        self.auth = _unchanged  # with any auth object requests does not read ~/.netrc
        for scheme in ("http://", "https://"):
            self.mount(scheme, _DeadlineAdapter(pool_connections=2, pool_maxsize=1))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: otherwise requests reads the whole body of a redirect that it does not follow."""


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


# The timeouts of requests and urllib3 are for each read of the socket, so a peer that sends a byte now and then blocks
# a thread for ever. The classes below apply the read timeout to the whole reply, headers included.


class _DeadlineReader(io.RawIOBase):
    """The bytes of a socket. Its timeout, as set at the beginning of the reply, is for all reads together."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        timeout = sock.gettimeout()
        self._ends = None if timeout is None else time.monotonic() + timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        if self._ends is not None:
            seconds_left = self._ends - time.monotonic()
            if seconds_left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(seconds_left)
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_DeadlineReader(self.fp.detach(), sock))


class _DeadlineConnection(HTTPConnection):
    response_class = _DeadlineResponse


class _DeadlineTlsConnection(HTTPSConnection):
    response_class = _DeadlineResponse


class _DeadlinePool(HTTPConnectionPool):
    ConnectionCls = _DeadlineConnection


class _DeadlineTlsPool(HTTPSConnectionPool):
    ConnectionCls = _DeadlineTlsConnection


_POOLS = {"http": _DeadlinePool, "https": _DeadlineTlsPool}


class _DeadlineAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        if "SOCKS" not in type(manager).__name__:  # a SOCKS manager has its own pools
            manager.pool_classes_by_scheme = _POOLS
        return manager
