"""What the cookie of somebody who signed in opens, until when, and that it is nobody else's answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.callers import ASKED, KEY, OTHER, bearer
from tests.web.browser import NOTES, House, hidden_fields

PAGE = "/figures/now"


@pytest.fixture
def house() -> House:
    return House()


def test_cookie_and_key_share_one_limit() -> None:
    house = House(rate="4 per minute")
    browser = house.browser()
    browser.sign_in()

    statuses = [browser.get(PAGE).status_code, house.browser().get(ASKED, **bearer(KEY)).status_code]
    statuses += [browser.get(ASKED).status_code, browser.get(PAGE).status_code]

    assert statuses == [200, 200, 200, 429]
    assert house.browser().get(ASKED, **bearer(OTHER)).status_code == 200


@pytest.mark.parametrize("path", [PAGE, ASKED, "/v1/by-rank?limit=1", "/charts/map.svg", "/badge/aws:eu-north-1.svg"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_cookie_opens_pages_pictures_and_what_the_api_lets_read(house: House, method: str, path: str) -> None:
    browser = house.browser()
    browser.sign_in()

    answer = browser.client.open(path, method=method)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("private")
    assert path == PAGE or "Cookie" in answer.headers["Vary"].split(", ")


@pytest.mark.parametrize(("method", "path"), [("POST", "calculate"), ("POST", "plan"), ("DELETE", "plans/x")])
def test_for_anything_else_the_api_needs_the_key_itself(house: House, method: str, path: str) -> None:
    browser = house.browser()
    browser.sign_in()

    answer = browser.client.open(f"/api/v1/{path}", method=method, json={})

    problem = answer.get_json(force=True)
    assert (answer.status_code, problem["type"]) == (401, "/problems/key-required")
    assert problem["detail"] == (
        "signing in to the pages is enough for GET and HEAD only; for other methods send an API key as"
        " Authorization: Bearer KEY or as X-API-Key: KEY"
    )


def test_a_wrong_key_in_a_header_is_refused_even_with_a_cookie(house: House) -> None:
    browser = house.browser()
    browser.sign_in()

    assert browser.get(PAGE, **bearer("cao_wrong")).status_code == 401


def test_revoking_the_key_ends_the_cookie_within_five_seconds(house: House) -> None:
    browser = house.browser()
    browser.sign_in()
    before = browser.get(PAGE).status_code

    house.revoke("ci")

    assert (before, browser.get(PAGE).status_code, browser.get(ASKED).status_code) == (200, 401, 401)


def test_an_answer_in_the_cache_is_given_to_callers_with_a_key_alone(house: House) -> None:
    browser, stranger = house.browser(), house.browser()
    browser.sign_in()
    tag = browser.get(ASKED).headers["ETag"]

    assert stranger.get(ASKED).status_code == 401
    assert stranger.get(ASKED, If_None_Match=tag).status_code == 401
    assert browser.get(ASKED, If_None_Match=tag).status_code == 304


def test_a_page_with_a_form_is_for_one_browser_and_never_kept(house: House) -> None:
    one, other = house.browser(), house.browser()
    one.sign_in()
    other.sign_in(OTHER)

    pages = [browser.get(NOTES) for browser in (one, other, one)]

    assert [page.status_code for page in pages] == [200] * 3
    assert {page.headers["Cache-Control"] for page in pages} == {"no-store"}
    assert not [page for page in pages if "ETag" in page.headers]
    assert len({hidden_fields(page)["form_token"] for page in pages}) == 3


def test_no_cookie_is_set_with_an_answer_that_others_may_be_given(house: House) -> None:
    browser = house.browser()
    browser.sign_in()

    answers = [browser.get(path) for path in (PAGE, ASKED, "/charts/map.svg")]

    assert not [answer for answer in answers if "Set-Cookie" in answer.headers]


@pytest.mark.parametrize("path", [NOTES, "/sign-in"])
def test_on_a_service_without_keys_a_visit_begins_with_the_first_form_and_no_earlier(path: str) -> None:
    browser = House(keys=False).browser()
    browser.get(PAGE)
    before = browser.cookie()

    browser.get(NOTES)

    assert before is None
    assert browser.cookie() is not None


def test_the_cookie_ends_by_the_time_that_is_signed_in_it_whatever_the_browser_does(house: House) -> None:
    browser = house.browser()

    statuses = []
    for left in (timedelta(seconds=1), timedelta(0), timedelta(days=-1)):
        browser.hold(house.cookie("ci", seconds=left.total_seconds()))
        statuses.append(browser.get(PAGE).status_code)

    assert statuses == [200, 401, 401]
