"""net.py's session as sources need it: JSON in, every failure a SourceError, no key in any text."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
import requests

from grid.source import MalformedReply, SourceError, SourceRefused, SourceUnavailable
from net import HttpClient, Reply, ReplyTooLarge
from telemetry import Telemetry

_QUOTED_CHARACTERS = 200


def outcome(result: Reply | Exception) -> str:
    """One word for what came of a request: "ok" for a 2xx, whatever its body; else a reason, of which there are few."""
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
    """Counts what came of every request to a source: a 2xx once its body is judged, all else at once.

    A thread judges what it has asked for itself.
    """

    def __init__(self, source: str, telemetry: Telemetry) -> None:
        self._source = source
        self._telemetry = telemetry
        self._mine = threading.local()

    def attempted(self, result: Reply | Exception, seconds: float) -> None:
        """One request, and how long it took."""
        word = outcome(result)
        if word == "ok":
            self._mine.seconds = seconds
        else:
            self._telemetry.upstream_call(self._source, word, seconds)

    @contextmanager
    def judging(self) -> Iterator[None]:
        """Around asking and reading the body: a 2xx counts as "ok", or by the reason of the SourceError raised."""
        self._mine.seconds = None
        word = "internal-error"  # unless the source is to blame
        try:
            yield
            word = "ok"
        except SourceError as error:
            word = error.reason
            raise
        finally:
            seconds: float | None = self._mine.seconds
            if seconds is not None:
                self._telemetry.upstream_call(self._source, word, seconds)


class Refusal(SourceError):
    """A 4xx other than 429. Only the source knows what it means.

    status: the HTTP status. text: what the body says under `error` and `message`, one line of at most 200
    characters without the key; empty when the body is not such JSON.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"status-{status}", text)
        self.status = status
        self.text = text


class JsonSession:
    """GETs JSON below one base URL with one key."""

    def __init__(self, client: HttpClient, *, base_url: str, key_header: str, key: str) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")
        self._key_header = key_header
        self._key = key

    @property
    def calls(self) -> int:
        """Requests sent so far, retries included."""
        return self._client.calls

    def get(self, path: str, params: Mapping[str, str]) -> Any:
        """The parsed body of a 2xx reply.

        Raises SourceUnavailable (timeout, connection, truncated, redirect, rate-limited, server-error),
        SourceRefused (the key cannot be sent), MalformedReply (not JSON, too large) or Refusal (other 4xx).
        """
        reply = self._send(path, params)
        if reply.status >= 500:
            raise SourceUnavailable(
                "server-error", f"{path}: status {reply.status}", retry_after_seconds=reply.retry_after_seconds
            )
        if reply.status == 429:
            raise SourceUnavailable("rate-limited", path, retry_after_seconds=reply.retry_after_seconds)
        if reply.status >= 400:
            raise Refusal(reply.status, self._quote(reply.body))
        if reply.status >= 300:
            raise SourceUnavailable("redirect", f"{path}: status {reply.status}, not followed")
        try:
            return orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            raise MalformedReply("not-json", path) from None  # the error holds the whole document

    def _send(self, path: str, params: Mapping[str, str]) -> Reply:
        if not re.fullmatch(r"[!-~]+", self._key):  # requests would quote the key in its complaint
            raise SourceRefused("bad-key", "the key contains characters that are not allowed in a header")
        try:
            return self._client.get(f"{self._base_url}/{path}", params=params, headers={self._key_header: self._key})
        except requests.Timeout as error:
            raise SourceUnavailable("timeout", path) from error
        except requests.exceptions.ChunkedEncodingError as error:
            raise SourceUnavailable("truncated", path) from error
        except ReplyTooLarge as error:
            raise MalformedReply("too-large", path) from error
        except requests.exceptions.ContentDecodingError as error:
            raise MalformedReply("bad-encoding", path) from error
        except requests.RequestException as error:
            raise SourceUnavailable("connection", f"{path}: {type(error).__name__}") from error

    def _quote(self, body: bytes) -> str:
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError:
            return ""
        if not isinstance(parsed, dict):
            return ""
        texts = [parsed[name] for name in ("error", "message") if isinstance(parsed.get(name), str)]
        line = " ".join(" ".join(texts).replace(self._key, "[key]").split())
        return "".join(character for character in line if character.isprintable())[:_QUOTED_CHARACTERS]
