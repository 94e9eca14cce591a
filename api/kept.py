"""Answers of the running minute, for whoever asks the same again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import orjson
from cachetools import LRUCache

from api.render.parts import Json

MAX_BYTES = 2_000_000
# What an entry takes besides its text: the key, Python's objects, places in the cache. Measured at 0.5 kB for an answer
# and at up to 2.2 kB for parts, whose key may name a hundred providers and countries. Callers choose how many
# different questions they ask, so this also bounds the number of entries: 800 of the shortest fit in MAX_BYTES.
ENTRY_BYTES = 2500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A success as it was sent."""

    body: bytes
    content_type: str


class KeptAnswers:
    """Answers by their tags, those asked for last; a tag names its minute, so none is ever too old. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: LRUCache[str, Answer] = LRUCache(MAX_BYTES, getsizeof=_size_of)

    def get(self, tag: str) -> Answer | None:
        with self._lock:
            return self._answers.get(tag)

    def keep(self, tag: str, answer: Answer) -> None:
        if _size_of(answer) <= MAX_BYTES:
            exact = Answer(body=_exact(answer.body), content_type=answer.content_type)
            with self._lock:
                self._answers[tag] = exact


class KeptParts:
    """Long parts of answers as JSON text, by what they are made from. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: LRUCache[Hashable, Mapping[str, bytes]] = LRUCache(MAX_BYTES, getsizeof=_bytes_of)

    def get(self, key: Hashable) -> Json | None:
        with self._lock:
            texts = self._parts.get(key)
        return None if texts is None else _as_json(texts)

    def keep(self, key: Hashable, parts: Json, *, lasting: Callable[[], bool]) -> Json:
        """The parts, as text from now on; kept if they are `lasting` and not too long."""
        texts = {name: _exact(orjson.dumps(part)) for name, part in parts.items()}
        if lasting() and _bytes_of(texts) <= MAX_BYTES:
            with self._lock:
                self._parts[key] = texts
        return _as_json(texts)


def _as_json(texts: Mapping[str, bytes]) -> Json:
    return {name: orjson.Fragment(text) for name, text in texts.items()}


def _exact(text: bytes) -> bytes:
    """A copy that takes no more memory than its length: orjson's own texts take at least 4 kB each."""
    return bytes(memoryview(text))


def _size_of(answer: Answer) -> int:
    return len(answer.body) + ENTRY_BYTES


def _bytes_of(texts: Mapping[str, bytes]) -> int:
    return sum(map(len, texts.values())) + ENTRY_BYTES
