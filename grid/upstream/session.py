"""The HTTP session of sources: it returns JSON, every failure is a SourceError, and no text contains a key."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import requests

from grid.source import MalformedReply, SourceError, SourceRefused, SourceUnavailable
from net import HttpClient, HttpLimits, Params, Reply, ReplyTooLarge
from telemetry import Telemetry

_QUOTED_CHARACTERS = 200
NO_PARAMS: Params = {}
NO_HEADERS: Mapping[str, str] = {}


def _without_query(record: logging.LogRecord) -> bool:
    """Removes the queries of URLs, which may hold a key, from what urllib3 logs at level DEBUG."""
    if isinstance(record.args, tuple):
        record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
    return True


for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(_without_query)


def outcome(result: Reply | Exception) -> str:
    """The outcome of a request in one word: "ok" for a 2xx regardless of its body, otherwise one of a few reasons."""
    if isinstance(result, Reply):
        status = result.status
        for least, word in ((500, "server-error"), (430, "refused"), (429, "rate-limited"), (400, "refused")):
            if status >= least:
                return word
        return "redirect" if status >= 300 else "ok"
    if isinstance(result, requests.Timeout):
        return "timeout"
    return "too-large" if isinstance(result, ReplyTooLarge) else "connection"


class Outcomes:
    """Counts the outcome of every request to a source: a 2xx after its body was read, everything else at once.

    A thread reads the bodies of its own requests.
    """

    def __init__(self, source: str, telemetry: Telemetry) -> None:
        self._source = source
        self._telemetry = telemetry
        self._thread = threading.local()

    def attempted(self, result: Reply | Exception, seconds: float) -> None:
        """Note one request and how long it took."""
        word = outcome(result)
        if word == "ok":
            self._thread.seconds = seconds
        else:
            self._telemetry.upstream_call(self._source, word, seconds)

    @contextmanager
    def judging(self) -> Iterator[None]:
        """A context for sending and reading: a 2xx counts as "ok", or by the reason of a SourceError inside."""
        self._thread.seconds = None
        word = "internal-error"  # for any other exception
        try:
            yield
            word = "ok"
        except SourceError as error:
            word = error.reason
            raise
        finally:
            seconds: float | None = self._thread.seconds
            if seconds is not None:
                self._telemetry.upstream_call(self._source, word, seconds)


class Refusal(SourceError):
    """A 4xx other than 429, whose meaning differs by source.

    status: the HTTP status. text: the values of `error` and `message` in the body, or its first XML element `text`, one
    line of at most 200 characters without the key; empty when the body has none.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"status-{status}", text)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """How to reach an upstream. headers, params: of every call; their values are secrets, such as a key.

    hidden: more secrets that a reply might repeat, such as a password that a header holds in another form.
    """

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: HttpLimits = field(default_factory=HttpLimits)
    hidden: tuple[str, ...] = field(default=(), repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that no error may quote: of each value the last word, such as the key after Bearer."""
        return (*last_words(self.headers), *last_words(self.params), *self.hidden)


def last_words(fields: Mapping[str, str]) -> tuple[str, ...]:
    """The secret of each header or parameter, such as the key after Bearer."""
    return tuple(value.rpartition(" ")[2] for value in fields.values())


def _error_of(error: requests.RequestException, path: str) -> SourceError:
    """What an exception of requests says, in words of sources."""
    if isinstance(error, requests.Timeout):
        return SourceUnavailable("timeout", path)
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return SourceUnavailable("truncated", path)
    if isinstance(error, ReplyTooLarge):
        return MalformedReply("too-large", path)
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return MalformedReply("bad-encoding", path)
    return SourceUnavailable("connection", f"{path}: {type(error).__name__}")


def _texts(body: bytes) -> list[str]:
    """What the body of a refusal says, in JSON or XML."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        match = re.search(rb"<text>([^<]{1,1000})</text>", body)
        return [] if match is None else [match[1].decode("utf-8", "replace")]
    if not isinstance(document, dict):
        return []
    return [document[name] for name in ("error", "message", "detail") if isinstance(document.get(name), str)]


class JsonSession:
    """Gets JSON from below one base URL."""

    def __init__(self, client: HttpClient, address: Address) -> None:
        self._client = client
        self._address = address

    @property
    def calls(self) -> int:
        """Requests sent so far, retries included."""
        return self._client.calls

    def get(self, path: str, params: Params, headers: Mapping[str, str] = NO_HEADERS) -> Any:
        """The parsed body of a 2xx reply. headers: of this call, in place of those of every call; secrets too.

        Raises SourceUnavailable (timeout, connection, truncated, redirect, rate-limited, server-error),
        SourceRefused (the key cannot be sent), MalformedReply (not JSON, too large) or Refusal (other 4xx).
        """
        return self._parsed(path, self._send(path, params=params, headers=headers), last_words(headers))

    def get_bytes(self, path: str, params: Params) -> bytes:
        """The body of a 2xx reply as it is. Raises as get, apart from not-json."""
        return self._body(path, self._send(path, params=params))

    def post(self, path: str, body: Any) -> Any:
        """As get, for a POST of this body as JSON: a question that changes nothing, so that it may be repeated."""
        return self._parsed(path, self._send(path, body=orjson.dumps(body)))

    def _parsed(self, path: str, reply: Reply, secrets: tuple[str, ...] = ()) -> Any:
        body = self._body(path, reply, secrets)
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            raise MalformedReply("not-json", path) from None  # the error holds the whole document

    def _body(self, path: str, reply: Reply, secrets: tuple[str, ...] = ()) -> bytes:
        if reply.status >= 500:
            raise SourceUnavailable(
                "server-error", f"{path}: status {reply.status}", retry_after_seconds=reply.retry_after_seconds
            )
        if reply.status == 429:
            raise SourceUnavailable("rate-limited", path, retry_after_seconds=reply.retry_after_seconds)
        if reply.status >= 400:
            raise Refusal(reply.status, self._quote(reply.body, secrets))
        if reply.status >= 300:
            raise SourceUnavailable("redirect", f"{path}: status {reply.status}, not followed")
        return reply.body

    def _send(
        self,
        path: str,
        *,
        params: Params = NO_PARAMS,
        headers: Mapping[str, str] = NO_HEADERS,
        body: bytes | None = None,
    ) -> Reply:
        headers = {**self._address.headers, **headers}
        if not all(re.fullmatch(r"[!-~]+( [!-~]+)?", value) for value in headers.values()):
            # otherwise the exception of requests would quote the key
            raise SourceRefused("bad-key", "the key contains characters that are not allowed in a header")
        try:
            return self._client.send(
                f"{self._address.base_url.rstrip('/')}/{path}".rstrip("/"),
                params={**self._address.params, **params},
                headers=headers,
                body=body,
            )
        except requests.RequestException as error:
            # exceptions of requests quote the whole URL, with a key that is a parameter
            raise _error_of(error, path) from (None if self._address.params else error)

    def _quote(self, body: bytes, secrets: tuple[str, ...]) -> str:
        text = " ".join(_texts(body))
        for secret in (*self._address.secrets, *secrets):
            text = text.replace(secret, "[key]")
        line = " ".join(text.split())
        return "".join(character for character in line if character.isprintable())[:_QUOTED_CHARACTERS]
