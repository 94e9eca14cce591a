"""How price lists are fetched: whole, from the host that was configured, and in the form that was announced."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson

from net import BodyStream, HttpClient, HttpLimits, Params, TransportError, failure_word
from pricing.refresh.refusal import RefreshRefused

MEGABYTE = 1024 * 1024
JSON_LIMITS = HttpLimits(connect_seconds=10, read_seconds=120, max_body_bytes=64 * MEGABYTE)
LINE_LIMITS = HttpLimits(connect_seconds=10, read_seconds=3600, max_body_bytes=8192 * MEGABYTE)
ATTEMPTS = 4
PAUSE_SECONDS = 2.0
MOST_PAUSE_SECONDS = 120.0
MOST_LINE_CHARACTERS = MEGABYTE
AZURE_RETRY_AFTER = "x-ms-ratelimit-retailPrices-retry-after"
NO_PARAMS: Params = {}
PASSING = ("timeout", "connection", "truncated", "rate-limited", "server-error")
T = TypeVar("T")


class Web:
    """Reads below one base URL, one request at a time. Redirects are refused; a reply must be whole.

    headers, params: of every request; their values are secrets, such as a key.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        progress: Callable[[int], object] = lambda _bytes: None,
        sleep: Callable[[float], None] = time.sleep,
        json_limits: HttpLimits = JSON_LIMITS,
        line_limits: HttpLimits = LINE_LIMITS,
    ) -> None:
        """progress: is told of every piece, in bytes."""
        self._base_url = base_url.rstrip("/")
        self._headers = dict(headers or {})
        self._params = dict(params or {})
        self._progress = progress
        self._sleep = sleep
        self._json = HttpClient(json_limits)
        self._lines = HttpClient(line_limits)

    def json(self, path: str, params: Params = NO_PARAMS) -> Any:
        """The parsed body. Raises RefreshRefused."""
        return self.dated_json(path, params)[0]

    def dated_json(self, path: str, params: Params = NO_PARAMS) -> tuple[Any, str | None]:
        """The parsed body, and the day of its Last-Modified; None without one. Raises RefreshRefused."""
        for attempt in range(ATTEMPTS):
            try:
                with self._reply(self._json, path, params) as reply:
                    body, modified = b"".join(self._pieces(reply, path)), _last_modified(reply)
                break
            except RefreshRefused as refusal:
                self._pause_or_raise(refusal, attempt)
        try:
            return orjson.loads(body), modified
        except orjson.JSONDecodeError:
            raise RefreshRefused("not-json", path) from None  # the error holds the whole document

    def read_lines(self, path: str, parse: Callable[[Iterator[str]], Iterable[T]]) -> list[T]:
        """What `parse` makes of a text in UTF-8, whose lines it gets with their ends, as they arrive.

        A text that is cut is read again from its start. Raises RefreshRefused.
        """
        for attempt in range(ATTEMPTS):
            try:
                return list(parse(self._lines_of(path)))
            except RefreshRefused as refusal:
                self._pause_or_raise(refusal, attempt)
        raise AssertionError("the last attempt returns or raises")

    def _pause_or_raise(self, refusal: RefreshRefused, attempt: int) -> None:
        if attempt == ATTEMPTS - 1 or refusal.reason not in PASSING:
            raise refusal
        seconds = refusal.seconds if isinstance(refusal, _Later) else None
        self._sleep(min(MOST_PAUSE_SECONDS, seconds or PAUSE_SECONDS * 2**attempt))

    def _lines_of(self, path: str) -> Iterator[str]:
        with self._reply(self._lines, path, NO_PARAMS) as reply:
            if "html" in reply.headers.get("Content-Type", ""):
                raise RefreshRefused("not-csv", f"{path}: an HTML page")
            if reply.length is None and reply.headers.get("Transfer-Encoding", "").lower() != "chunked":
                raise RefreshRefused("truncated", f"{path}: nothing says where the text ends")
            yield from _split(self._pieces(reply, path), path)

    def link(self, url: str) -> str:
        """The path and query of an absolute or relative URL in a reply. Raises RefreshRefused for another host."""
        link_parts, base_parts = urlsplit(url), urlsplit(self._base_url)
        if link_parts.netloc and (link_parts.scheme, link_parts.netloc) != (base_parts.scheme, base_parts.netloc):
            raise RefreshRefused("other-host", f"a link leads to {link_parts.netloc[:80]}")
        path = link_parts.path.removeprefix(base_parts.path) if link_parts.netloc else link_parts.path
        return path.lstrip("/") + (f"?{link_parts.query}" if link_parts.query else "")

    @contextmanager
    def _reply(self, client: HttpClient, path: str, params: Params) -> Iterator[BodyStream]:
        url = f"{self._base_url}/{path.lstrip('/')}"
        public_path = path.partition("?")[0]
        try:
            with client.stream(url, params={**self._params, **params}, headers=self._headers) as reply:
                _refuse_status(reply, public_path)
                yield reply
        except TransportError as error:  # its text quotes the URL, with a key that is a parameter
            raise RefreshRefused(failure_word(error), public_path) from None

    def _pieces(self, reply: BodyStream, path: str) -> Iterator[bytes]:
        for piece in reply.chunks:
            self._progress(len(piece))
            yield piece


class _Later(RefreshRefused):
    """A failure that may pass. seconds: the pause that the server demands, if it does."""

    def __init__(self, reason: str, detail: str, seconds: float | None = None) -> None:
        super().__init__(reason, detail)
        self.seconds = seconds


def _refuse_status(reply: BodyStream, path: str) -> None:
    status = reply.status
    if status == 429 or status >= 500:
        pause = reply.headers.get(AZURE_RETRY_AFTER) or reply.headers.get("Retry-After") or ""
        raise _Later(
            "rate-limited" if status == 429 else "server-error",
            f"{path}: status {status}",
            float(pause) if pause.isdecimal() else None,
        )
    if 300 <= status < 400:
        raise RefreshRefused("redirect", f"{path}: status {status}, not followed")
    if status != 200:
        raise RefreshRefused("refused", f"{path}: status {status}")


def _last_modified(reply: BodyStream) -> str | None:
    try:
        return f"{parsedate_to_datetime(reply.headers.get('Last-Modified', '')):%Y-%m-%d}"
    except ValueError:
        return None


def _split(pieces: Iterator[bytes], path: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest = ""
    try:
        for piece in pieces:
            *lines, rest = (rest + decoder.decode(piece)).split("\n")
            for line in lines:
                yield f"{line}\n"
            if len(rest) > MOST_LINE_CHARACTERS:
                raise RefreshRefused("not-csv", f"{path}: a line has no end")
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise RefreshRefused("not-csv", f"{path}: not in UTF-8") from None
    if rest:
        yield rest
