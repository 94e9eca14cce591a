"""Forms of pages are taken only from pages of ours, with and without API keys: no page can forget the check."""

from __future__ import annotations

import pytest

from tests.api.callers import KEY, OTHER
from tests.web.browser import COOKIE, HTML, NOTES, Browser, House, hidden_fields

houses = pytest.mark.parametrize("keys", [True, False], ids=["with keys", "without keys"])


def visitor(*, keys: bool, key: str = KEY) -> Browser:
    """A browser that may see the page of notes."""
    browser = House(keys=keys).browser()
    if keys:
        browser.sign_in(key)
    return browser


@houses
def test_a_form_that_the_page_has_shown_is_taken(keys: bool) -> None:
    browser = visitor(keys=keys)

    assert browser.send(browser.get(NOTES), NOTES).text == "noted"


@houses
@pytest.mark.parametrize("token", [None, "", "x", "x" * 100_000, "é", "a.b"])
def test_a_form_without_its_token_is_refused_with_a_sentence(keys: bool, token: str | None) -> None:
    browser = visitor(keys=keys)
    browser.get(NOTES)

    answer = browser.post(NOTES, {} if token is None else {"form_token": token})

    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "open the page again and send the form from there" in answer.text
    assert "/problems/form-refused" in answer.text


@houses
def test_the_token_is_taken_from_the_form_and_from_nowhere_else(keys: bool) -> None:
    browser = visitor(keys=keys)
    token = hidden_fields(browser.get(NOTES))["form_token"]

    by_query = browser.post(f"{NOTES}?form_token={token}")
    by_json = browser.client.post(NOTES, json={"form_token": token})

    assert (by_query.status_code, by_json.status_code) == (403, 403)


@houses
def test_the_token_of_another_visit_is_refused(keys: bool) -> None:
    house = House(keys=keys)
    one, other = house.browser(), house.browser()
    if keys:
        one.sign_in(KEY)
        other.sign_in(KEY)  # even with the same key
    shown = one.get(NOTES)
    other.get(NOTES)

    assert other.send(shown, NOTES).status_code == 403
    assert one.send(shown, NOTES).text == "noted"


@houses
def test_a_token_without_the_cookie_of_its_visit_is_refused(keys: bool) -> None:
    browser = visitor(keys=keys)
    shown = browser.get(NOTES)
    browser.client.delete_cookie(COOKIE)

    assert browser.send(shown, NOTES).status_code == (401 if keys else 403)


@houses
def test_a_form_that_is_too_large_is_a_page_that_names_its_own_limit(keys: bool) -> None:
    browser = visitor(keys=keys)

    answer = browser.send(browser.get(NOTES), NOTES, text="x" * 1_048_576)

    assert (answer.status_code, answer.mimetype) == (413, "text/html")
    assert "The body must not be larger than 1048576 bytes." in answer.text


def test_a_form_of_600_kilobytes_is_taken_in_every_encoding() -> None:
    browser = visitor(keys=False)
    fields = {**hidden_fields(browser.get(NOTES)), "text": "x" * 600_000}

    as_multipart = browser.client.post(NOTES, data=fields, content_type="multipart/form-data")

    assert browser.post(NOTES, fields).text == as_multipart.text == "noted"


def test_a_form_of_too_many_fields_is_a_page_that_says_so() -> None:
    browser = visitor(keys=False)
    fields = hidden_fields(browser.get(NOTES)) | {f"field{number}": "" for number in range(1100)}

    answer = browser.client.post(NOTES, data=fields, content_type="multipart/form-data", headers={"Accept": HTML})

    assert (answer.status_code, answer.mimetype) == (413, "text/html")
    assert "nor a form have more than 1000 fields" in answer.text


def test_the_form_for_a_key_names_its_smaller_limit() -> None:
    browser = House().browser()

    answer = browser.send(browser.get("/sign-in"), key="x" * 9000)

    assert answer.status_code == 413
    assert "The body must not be larger than 8192 bytes." in answer.text


def test_a_form_from_before_signing_in_is_refused_afterwards() -> None:
    """Else who plants a cookie of his own before (fixation) could send forms later."""
    browser = House().browser()
    before = browser.get("/sign-in")
    browser.send(before, key=KEY)

    assert browser.send(before, key=OTHER).status_code == 403


@houses
@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 200), ("none", 200), ("same-site", 403), ("cross-site", 403)]
)
def test_a_form_that_the_browser_says_comes_from_elsewhere_is_refused(keys: bool, site: str, status: int) -> None:
    browser = visitor(keys=keys)
    fields = hidden_fields(browser.get(NOTES))

    assert browser.post(NOTES, fields, Sec_Fetch_Site=site).status_code == status


def test_the_form_that_asks_for_a_key_has_a_token_too() -> None:
    """Else another site could sign a reader in with a key of its own, and see what the reader does."""
    browser = House().browser()

    answer = browser.post("/sign-in", {"key": KEY})

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_signing_out_needs_a_token_too() -> None:
    browser = visitor(keys=True)

    assert browser.post("/sign-out").status_code == 403
    assert browser.get("/sign-out").status_code == 200
    assert browser.get(NOTES).status_code == 200


def test_a_page_needs_key_and_token_and_a_key_alone_is_not_enough() -> None:
    house = House()

    answer = house.browser().post(NOTES, Authorization=f"Bearer {KEY}")

    assert answer.status_code == 403


@pytest.mark.parametrize("size", [8193, 900_000])
def test_who_was_not_asked_for_a_key_sends_small_forms_alone(size: int) -> None:
    answer = House().browser().post("/sign-in", {"key": "x" * size})

    assert answer.status_code == 413


def test_a_refused_form_is_a_problem_for_programs() -> None:
    answer = House(keys=False).browser().post(NOTES, Accept="application/json")

    assert (answer.status_code, answer.get_json(force=True)["type"]) == (403, "/problems/form-refused")


@houses
def test_the_json_api_needs_no_token(keys: bool) -> None:
    headers = {"X-API-Key": KEY} if keys else {}
    body = {"region": "us-east-1", "instance_type": "m7g.large"}

    assert House(keys=keys).browser().client.post("/api/v1/calculate", json=body, headers=headers).status_code == 200


@houses
def test_a_method_that_a_page_does_not_have_is_a_405_as_everywhere(keys: bool) -> None:
    assert visitor(keys=keys).client.delete(NOTES).status_code == 405
