"""What is kept of the running minute's answers."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import orjson
import pytest

from api.edge.answer_cache import ENTRY_BYTES, MAX_BYTES, Answer, KeptAnswers

ATTEMPTS = 20_000
ROOM_BYTES = 2_500_000  # MAX_BYTES, and the table of the cache itself


def answer(size: int) -> Answer:
    return Answer(body=b"x" * size, content_type="text/plain")


def test_an_answer_is_found_by_its_tag_alone() -> None:
    kept = KeptAnswers()

    kept.keep("a", answer(3))

    assert kept.get("a") == answer(3)
    assert kept.get("b") is None


def test_the_answers_asked_for_last_stay_where_there_is_no_room_for_all() -> None:
    kept, third = KeptAnswers(), MAX_BYTES // 3 - ENTRY_BYTES
    for tag in "abc":
        kept.keep(tag, answer(third))
    kept.get("a")

    kept.keep("d", answer(third))

    assert [kept.get(tag) is not None for tag in "abcd"] == [True, False, True, True]


def test_an_answer_larger_than_all_room_is_not_kept() -> None:
    kept = KeptAnswers()

    kept.keep("a", answer(MAX_BYTES + 1))

    assert kept.get("a") is None


def keep_empty_answers() -> KeptAnswers:
    kept = KeptAnswers()
    for number in range(ATTEMPTS):
        kept.keep(f"{number:024x}", Answer(body=b"", content_type=f"application/json; q={number}"))
    return kept


def keep_short_answers() -> KeptAnswers:
    kept = KeptAnswers()
    for number in range(ATTEMPTS):
        kept.keep(f"{number:024x}", Answer(body=orjson.dumps({"n": number}), content_type="application/json"))
    return kept


def keep_long_links() -> KeptAnswers:
    """Answers of empty pages, whose query is as long as a request line may be."""
    kept = KeptAnswers()
    for number in range(ATTEMPTS):
        kept.keep(f"{number:024x}", Answer(body=b"", content_type="text/csv", link=f"{number}".ljust(12_000, "x")))
    return kept


@pytest.mark.parametrize("keep", [keep_empty_answers, keep_short_answers, keep_long_links])
def test_no_number_of_short_answers_takes_more_memory_than_there_is_room(keep: Callable[[], object]) -> None:
    tracemalloc.start()
    try:
        kept = keep()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept
    assert taken <= ROOM_BYTES
