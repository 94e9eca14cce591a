"""Answers of the running minute, for whoever asks the same again."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from cachetools import LRUCache

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
