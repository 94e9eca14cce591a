"""What a browser holds for us can be read but not made up, and ends."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from api.edge.signatures import LONGEST_TEXT, Signatures, Visit

SECRET = b"s" * 32
NOW = 1_770_805_807
VISIT = Visit(id="v1s1t", key_id="0a1b2c3d", expires_at=NOW + 60)
signatures = Signatures(lambda: SECRET)


def test_a_cookie_gives_back_its_visit_until_the_visit_is_over() -> None:
    cookie = signatures.cookie(VISIT)

    assert len(cookie) <= LONGEST_TEXT
    assert signatures.visit(cookie, NOW) == VISIT
    assert signatures.visit(cookie, NOW + 59.9) == VISIT
    assert signatures.visit(cookie, NOW + 60) is None


def test_before_somebody_signs_in_a_visit_names_no_key() -> None:
    anonymous = Visit(id="v1s1t", key_id=None, expires_at=NOW + 60)

    assert signatures.visit(signatures.cookie(anonymous), NOW) == anonymous


def test_a_cookie_of_another_secret_is_none() -> None:
    other = Signatures(lambda: b"t" * 32)

    assert signatures.visit(other.cookie(VISIT), NOW) is None


def test_the_content_of_a_cookie_cannot_be_exchanged() -> None:
    content, _, signature = signatures.cookie(VISIT).rpartition(".")
    forged = base64.urlsafe_b64encode(json.dumps(["v1s1t", "ffffffff", NOW + 60]).encode()).rstrip(b"=").decode()

    assert signatures.visit(f"{content}.{signature}", NOW) == VISIT
    assert signatures.visit(f"{forged}.{signature}", NOW) is None


def test_a_signature_of_sha_1_or_of_no_salt_is_none() -> None:
    """As itsdangerous signs by default."""
    weak = URLSafeSerializer(SECRET, salt="visit").dumps(["v1s1t", "0a1b2c3d", NOW + 60])

    assert signatures.visit(weak, NOW) is None


@pytest.mark.parametrize("cookie", ["", ".", "a.b", "é" * 20, "\ud800.x", "x" * 100_000, "." * 500, "null.x", "\0"])
def test_a_text_that_is_no_cookie_is_none(cookie: str) -> None:
    assert signatures.visit(cookie, NOW) is None
    assert not signatures.is_form_token(cookie, VISIT)


@given(st.integers(min_value=0, max_value=len(signatures.cookie(VISIT)) - 1), st.characters(max_codepoint=126))
def test_no_character_of_a_cookie_can_be_changed_or_left_out(place: int, letter: str) -> None:
    cookie = signatures.cookie(VISIT)
    changed = cookie[:place] + letter + cookie[place + 1 :]

    assert changed == cookie or signatures.visit(changed, NOW) in (None, VISIT)
    assert signatures.visit(cookie[:place], NOW) is None


def test_a_token_is_for_the_forms_of_one_visit() -> None:
    other = Visit(id="0th3r", key_id=VISIT.key_id, expires_at=VISIT.expires_at)
    token = signatures.form_token(VISIT)

    assert signatures.is_form_token(token, VISIT)
    assert not signatures.is_form_token(token, other)
    assert not Signatures(lambda: b"t" * 32).is_form_token(token, VISIT)


def test_a_token_is_no_cookie_and_a_cookie_is_no_token() -> None:
    assert signatures.visit(signatures.form_token(VISIT), NOW) is None
    assert not signatures.is_form_token(signatures.cookie(VISIT), VISIT)


def test_a_token_differs_each_time_so_that_compressed_pages_do_not_tell_it() -> None:
    assert len({signatures.form_token(VISIT) for _ in range(20)}) == 20


def test_the_secret_is_asked_for_when_it_is_needed_and_shown_nowhere() -> None:
    asked: list[int] = []

    def secret() -> bytes:
        asked.append(1)
        return SECRET

    lazy = Signatures(secret)

    assert not asked
    lazy.cookie(VISIT)
    assert asked
    assert SECRET.decode() not in repr(lazy) + repr(vars(lazy))
