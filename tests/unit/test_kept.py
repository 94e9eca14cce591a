"""What is kept of the running minute's answers."""

from __future__ import annotations

from api.kept import MAX_BYTES, Answer, KeptAnswers


def answer(size: int) -> Answer:
    return Answer(body=b"x" * size, content_type="text/plain")


def test_an_answer_is_found_by_its_tag_alone() -> None:
    kept = KeptAnswers()

    kept.keep("a", answer(3))

    assert kept.get("a") == answer(3)
    assert kept.get("b") is None


def test_the_answers_asked_for_last_stay_where_there_is_no_room_for_all() -> None:
    kept, third = KeptAnswers(), MAX_BYTES // 3
    for tag in "abc":
        kept.keep(tag, answer(third))
    kept.get("a")

    kept.keep("d", answer(third))

    assert [kept.get(tag) is not None for tag in "abcd"] == [True, False, True, True]


def test_an_answer_larger_than_all_room_is_not_kept() -> None:
    kept = KeptAnswers()

    kept.keep("a", answer(MAX_BYTES + 1))

    assert kept.get("a") is None
