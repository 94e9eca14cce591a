"""Answers of the current minute, for requests that ask the same again."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from itertools import chain

from cachetools import LRUCache

MAX_BYTES = 2_000_000
# What an entry takes besides its text: the key, Python's objects, places in the cache. Measured at 0.5 kB. Callers
# choose how many different questions they ask, so this also bounds the number of entries: 800 of the shortest fit in
# MAX_BYTES.
ENTRY_BYTES = 2500


# How a success under /api/v1 begins; the request's id comes next.
_BEFORE_ID = b'{"status":"success","request_id":"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A success as it was sent, without the id of its request.

    id_at: where in the body the id belongs, if it has one. headers: beside those of every answer. route: the template
    of the path.
    """

    body: bytes
    id_at: int | None = None
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()
    route: str | None = None

    def with_id(self, request_id: str) -> bytes:
        """The body of the same answer to another request."""
        if self.id_at is None:
            return self.body
        return b"".join((self.body[: self.id_at], request_id.encode(), self.body[self.id_at :]))


def split(body: bytes, request_id: str) -> tuple[bytes, int | None]:
    """The body of an answer without the id of its request, and where the id was, if it was there."""
    raw_id, start = request_id.encode(), len(_BEFORE_ID)
    if body.startswith(_BEFORE_ID + raw_id):
        return body[:start] + body[start + len(raw_id) :], start
    return body, None


class AnswerCache:
    """The answers used most recently, by their tags. A tag names its minute, so none is out of date. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: LRUCache[str, Answer] = LRUCache(MAX_BYTES, getsizeof=_size_of)

    def get(self, tag: str) -> Answer | None:
        with self._lock:
            return self._answers.get(tag)

    def put(self, tag: str, answer: Answer) -> None:
        if _size_of(answer) <= MAX_BYTES:
            exact = replace(answer, body=_exact(answer.body))
            with self._lock:
                self._answers[tag] = exact


def _exact(text: bytes) -> bytes:
    """A copy that takes no more memory than its length: orjson's own texts take at least 4 kB each."""
    return bytes(memoryview(text))


def _size_of(answer: Answer) -> int:
    return len(answer.body) + sum(map(len, chain(*answer.headers))) + ENTRY_BYTES
