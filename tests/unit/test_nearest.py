"""Which names are suggested for a misspelt one, and what it costs to find them."""

from __future__ import annotations

from difflib import SequenceMatcher, get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.nearest import COMPARISONS, Names
from tests.fakes.clouds import cloud_map
from tests.fakes.work import call_count

TYPES = tuple({kind.instance_type.casefold() for kind in cloud_map().columns.types})
WORD = st.text(alphabet="abc12.-é", min_size=1, max_size=12)


def letters_and_digits(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@given(names=st.lists(WORD, max_size=COMPARISONS), text=WORD, n=st.integers(1, 6), cutoff=st.sampled_from([0.0, 0.5]))
def test_of_few_names_exactly_those_are_found_that_difflib_finds(
    names: list[str], text: str, n: int, cutoff: float
) -> None:
    others = [
        name for name in dict.fromkeys(names) if letters_and_digits(name) != letters_and_digits(text) or name == text
    ]

    assert list(Names(others).nearest(text, n=n, cutoff=cutoff)) == get_close_matches(text, others, n=n, cutoff=cutoff)


@pytest.mark.parametrize(
    "text", ["m7g.lrge", "standard_e16as_v4x", "n2-standrd-4", "ecs.g7larg", "c6i.2xlarg", "VM.Standard.E4.Flx"]
)
def test_among_all_instance_types_the_closest_one_is_first(text: str) -> None:
    (closest,) = get_close_matches(text.casefold(), TYPES, n=1, cutoff=0.5)

    names = Names(TYPES).nearest(text, n=5)

    assert SequenceMatcher(None, names[0], text.casefold()).ratio() == (
        SequenceMatcher(None, closest, text.casefold()).ratio()
    )


def test_names_with_the_same_letters_and_digits_come_before_closer_ones() -> None:
    # difflib prefers m5a-large (16 of 17 letters) to M.5.Large (14 of 16).
    assert Names(["m5a-large", "M.5.Large"]).nearest("m5-large", n=2) == ("M.5.Large", "m5a-large")


def test_a_name_is_found_by_another_spelling_of_it() -> None:
    assert Names(["Standard_D2s_v3", "D2s_v4"], spellings={"D2s_v3": "Standard_D2s_v3"}).nearest("d2s_v3", n=1) == (
        "Standard_D2s_v3",
    )


def test_a_name_keeps_its_own_upper_and_lower_case() -> None:
    assert Names(["Standard_D2s_v5"]).nearest("standard_d2s_V6", n=1) == ("Standard_D2s_v5",)


@pytest.mark.parametrize("text", ["Standard_E16as_v4x", "standard_" * 11, "e16as_v4" * 500, "a" * 4000, ""])
def test_no_text_is_much_work_among_all_instance_types(text: str) -> None:
    names = Names(TYPES)

    # 30 to 3,000 calls, in 0.0005 to 0.004 s; difflib takes 480,000, in 0.1 to 0.5 s.
    assert call_count(lambda: names.nearest(text, n=5)) < 10_000
