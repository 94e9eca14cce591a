"""The cache of the current minute's answers."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import orjson
import pytest

from api.edge.answer_cache import ENTRY_BYTES, MAX_BYTES, Answer, AnswerCache

ATTEMPTS = 20_000
ROOM_BYTES = 2_500_000  # MAX_BYTES, and the table of the cache itself


def answer(size: int) -> Answer:
    return Answer(body=b"x" * size, content_type="text/plain")


def test_an_answer_is_found_by_its_tag_alone() -> None:
    cache = AnswerCache()

    cache.put("a", answer(3))

    assert cache.get("a") == answer(3)
    assert cache.get("b") is None


def test_the_answers_asked_for_last_stay_where_there_is_no_room_for_all() -> None:
    cache, third = AnswerCache(), MAX_BYTES // 3 - ENTRY_BYTES
    for tag in "abc":
        cache.put(tag, answer(third))
    cache.get("a")

    cache.put("d", answer(third))

    assert [cache.get(tag) is not None for tag in "abcd"] == [True, False, True, True]


def test_an_answer_larger_than_all_room_is_not_cache() -> None:
    cache = AnswerCache()

    cache.put("a", answer(MAX_BYTES + 1))

    assert cache.get("a") is None


def store_empty_answers() -> AnswerCache:
    cache = AnswerCache()
    for number in range(ATTEMPTS):
        cache.put(f"{number:024x}", Answer(body=b"", content_type=f"application/json; q={number}"))
    return cache


def store_short_answers() -> AnswerCache:
    cache = AnswerCache()
    for number in range(ATTEMPTS):
        cache.put(f"{number:024x}", Answer(body=orjson.dumps({"n": number}), content_type="application/json"))
    return cache


def store_long_links() -> AnswerCache:
    """Answers of empty pages, whose query is as long as a request line may be."""
    cache = AnswerCache()
    for number in range(ATTEMPTS):
        cache.put(
            f"{number:024x}",
            Answer(body=b"", content_type="text/csv", headers=(("Link", f"{number}".ljust(12_000, "x")),)),
        )
    return cache


@pytest.mark.parametrize("fill", [store_empty_answers, store_short_answers, store_long_links])
def test_no_number_of_short_answers_takes_more_memory_than_there_is_room(fill: Callable[[], object]) -> None:
    tracemalloc.start()
    try:
        cache = fill()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert cache
    assert taken <= ROOM_BYTES
