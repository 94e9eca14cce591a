"""The one HTTP session: every reply has a deadline and a size limit; retries are few and polite."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.cookiejar import DefaultCookiePolicy

import requests
from urllib3.exceptions import HTTPError, InvalidHeader, ReadTimeoutError
from urllib3.util import Retry

from deadlines import DeadlineAdapter
from pid import process_id
from settings import VERSION

Params = Mapping[str, str | Sequence[str]]  # a sequence is sent as one parameter for each of its values

USER_AGENT = f"carbon-aware-cloud-optimizer/{VERSION}"

_CHUNK_BYTES = 64 * 1024
_FIRST_PAUSE_SECONDS = 0.25
_JSON = {"Content-Type": "application/json"}
# Exceptions that requests, urllib3 and http.client do not translate when a reply breaks the rules of HTTP. For example,
# with a chunk size of -5 they call read(-5), which is a ValueError.
BROKEN_REPLY = (
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


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyStream:
    """A reply of any status whose body is read piece by piece, within the limits of the client.

    headers: names are compared without case. length: bytes that were announced; None where none were.
    chunks: the decoded body; raises requests.RequestException where it is cut, too large or too slow.
    """

    status: int
    headers: Mapping[str, str]
    length: int | None
    chunks: Iterator[bytes]


class ReplyTooLarge(requests.RequestException):
    """The body exceeds the size limit; the rest of it is not read."""


TransportError = requests.RequestException  # for those who may not import requests


def failure_word(error: TransportError) -> str:
    """Why no whole reply came, in one word: "timeout", "truncated", "too-large", "bad-encoding" or "connection"."""
    if isinstance(error, requests.Timeout):
        return "timeout"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "truncated"
    if isinstance(error, ReplyTooLarge):
        return "too-large"
    return "bad-encoding" if isinstance(error, requests.exceptions.ContentDecodingError) else "connection"


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
        """before: called before every attempt; it may wait, which does not count in total_seconds. after: called with
        the outcome of every attempt and its seconds.

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
            asked_at = self._monotonic()
            self._before()
            ends += self._monotonic() - asked_at
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

    @contextmanager
    def stream(self, url: str, *, params: Params, headers: Mapping[str, str]) -> Iterator[BodyStream]:
        """The reply to one GET, without retries; read_seconds holds from the request to the last byte of the body.

        Raises requests.RequestException when there is no reply, or the body is not one of HTTP.
        """
        with self._count_lock:
            self._calls += 1
        timeout = (self._limits.connect_seconds, self._limits.read_seconds)
        with self._opened(url, params, headers, timeout) as response:
            length = response.headers.get("Content-Length", "")
            yield BodyStream(
                status=response.status_code,
                headers=response.headers,
                length=int(length) if length.isdecimal() else None,
                chunks=_chunks(response, self._limits.max_body_bytes),
            )

    def _opened(
        self, url: str, params: Params, headers: Mapping[str, str], timeout: tuple[float, float]
    ) -> requests.Response:
        try:
            return self._session().get(url, params=params, headers=headers, timeout=timeout, stream=True)
        except requests.RequestException:
            raise
        except BROKEN_REPLY as error:
            raise requests.ConnectionError("the reply is not valid HTTP") from error

    def _too_late(self, pause_seconds: float, ends: float) -> bool:
        return self._monotonic() + pause_seconds >= ends

    def _attempt(self, once: Callable[[float], Reply], ends: float) -> Reply:
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
                    body=b"".join(_chunks(response, self._limits.max_body_bytes)),
                    retry_after_seconds=retry_after(response.headers.get("Retry-After")),
                )
        except requests.RequestException:
            raise
        except BROKEN_REPLY as error:
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


def retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, given as a number or as a date; None without a usable one."""
    try:
        return None if value is None else Retry().parse_retry_after(value)
    except (InvalidHeader, ArithmeticError, LookupError, TypeError, ValueError):
        return None


def _chunks(response: requests.Response, max_bytes: int) -> Iterator[bytes]:
    count = 0
    try:
        for chunk in response.iter_content(_CHUNK_BYTES):
            count += len(chunk)
            if count > max_bytes:
                raise ReplyTooLarge(f"more than {max_bytes} bytes")
            yield chunk
    except requests.ConnectionError as error:
        if error.args and isinstance(error.args[0], ReadTimeoutError):  # streaming, requests wraps it
            raise requests.ReadTimeout("the body did not arrive in time") from error
        raise
    except requests.RequestException:
        raise
    except BROKEN_REPLY as error:
        raise requests.ConnectionError("the reply is not valid HTTP") from error


class _Session(requests.Session):
    def __init__(self) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))  # none is stored or sent
        self.auth = _unchanged  # with any auth object requests does not read ~/.netrc
        for scheme in ("http://", "https://"):
            self.mount(scheme, DeadlineAdapter(pool_connections=2, pool_maxsize=1))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: otherwise requests reads the whole body of a redirect that it does not follow."""


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
