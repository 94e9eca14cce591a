"""Answers of the running minute, for whoever asks the same again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import orjson
from cachetools import LRUCache

from api.render.parts import Json

MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A success as it was sent."""

    body: bytes
    content_type: str


class KeptAnswers:
    """Answers by their tags, those asked for last; a tag names its minute, so none is ever too old. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: LRUCache[str, Answer] = LRUCache(MAX_BYTES, getsizeof=lambda answer: len(answer.body))

    def get(self, tag: str) -> Answer | None:
        with self._lock:
            return self._answers.get(tag)

    def keep(self, tag: str, answer: Answer) -> None:
        if len(answer.body) <= MAX_BYTES:
            with self._lock:
                self._answers[tag] = answer


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
        texts = {name: orjson.dumps(part) for name, part in parts.items()}
        if lasting() and _bytes_of(texts) <= MAX_BYTES:
            with self._lock:
                self._parts[key] = texts
        return _as_json(texts)


def _as_json(texts: Mapping[str, bytes]) -> Json:
    return {name: orjson.Fragment(text) for name, text in texts.items()}


def _bytes_of(texts: Mapping[str, bytes]) -> int:
    return sum(map(len, texts.values()))
