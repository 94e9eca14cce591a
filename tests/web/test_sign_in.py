"""Pages of a service with keys: a browser shows its key once, and what its cookie then opens."""

from __future__ import annotations

import pytest

from tests.api.callers import ASKED, KEY, OTHER, REVOKED, bearer
from tests.web.browser import COOKIE, House, hidden_fields

PAGE = "/figures/now"


@pytest.fixture
def house() -> House:
    return House()


def test_a_page_is_shown_to_nobody_without_a_key_and_asks_for_one(house: House) -> None:
    page = house.browser().get(f"{PAGE}?hours=48&q=a%20b")

    assert (page.status_code, page.mimetype) == (401, "text/html")
    assert page.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert page.headers["Cache-Control"] == "no-store"
    assert "figures of" not in page.text
    assert "flask --app app keys create NAME" in page.text
    assert hidden_fields(page)["next"] == f"{PAGE}?hours=48&q=a%20b"


@pytest.mark.parametrize("accept", ["application/json", "application/json,text/html;q=0.9"])
def test_a_program_that_prefers_json_gets_a_problem_in_place_of_the_form(house: House, accept: str) -> None:
    answer = house.browser().get(PAGE, Accept=accept)

    assert (answer.status_code, answer.get_json(force=True)["type"]) == (401, "/problems/key-required")


def test_the_api_answers_a_browser_without_a_key_with_a_problem(house: House) -> None:
    answer = house.browser().get(ASKED)

    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_a_key_in_a_header_opens_a_page_too(house: House) -> None:
    assert house.browser().get(PAGE, **bearer(KEY)).text == "figures of 3"
    assert house.browser().get(PAGE, **bearer(REVOKED)).status_code == 401


def test_who_signs_in_is_led_back_to_the_page_with_its_query(house: House) -> None:
    browser = house.browser()

    answer = browser.send(browser.get(f"{PAGE}?hours=48&q=a%20b"), key=f" {KEY} ")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}?hours=48&q=a%20b")
    assert browser.get(PAGE).text == "figures of 3"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites_and_ends_after_twelve_hours(house: House) -> None:
    answer = house.browser().sign_in()

    (cookie,) = answer.headers.getlist("Set-Cookie")
    parts = cookie.split("; ")
    assert parts[0].startswith(f"{COOKIE}=")
    assert set(parts[1:]) == {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200", *filter(_is_date, parts)}
    assert answer.headers["Cache-Control"] == "no-store"


def _is_date(part: str) -> bool:
    return part.startswith("Expires=")


def test_under_https_the_cookie_is_for_https_and_for_this_host_alone(house: House) -> None:
    browser = house.browser(https=True)

    (cookie,) = browser.sign_in().headers.getlist("Set-Cookie")

    assert cookie.startswith(f"__Host-{COOKIE}=")
    assert {"Secure", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert browser.get(PAGE).status_code == 200


@pytest.mark.parametrize(("proxies", "proto", "secure"), [(0, "https", False), (1, "https", True), (1, "http", False)])
def test_a_trusted_proxy_says_whether_the_request_came_by_https(proxies: int, proto: str, secure: bool) -> None:
    browser = House(trusted_proxies=proxies).browser()
    form = browser.get("/sign-in", X_Forwarded_Proto=proto)
    name = f"__Host-{COOKIE}" if secure else COOKIE

    (cookie,) = form.headers.getlist("Set-Cookie")

    assert cookie.startswith(f"{name}=")
    assert ("Secure" in cookie) == secure


def test_neither_the_cookie_nor_a_page_nor_an_address_nor_the_log_holds_the_key(
    house: House, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    browser = house.browser()

    answers = [browser.sign_in(key) for key in ("cao_wrong", REVOKED, KEY)] + [browser.get(PAGE)]

    output, errors = capfd.readouterr()
    written = caplog.text + output + errors + "".join(str(vars(line)) for line in caplog.records)
    sent = "".join(answer.text + str(answer.headers) for answer in answers)
    assert [answer.status_code for answer in answers] == [401, 401, 303, 200]
    assert not [key for key in (KEY, REVOKED, "cao_wrong") if key in sent + written + (browser.cookie() or "")]
    assert '"caller":"key/ci"' in errors  # the access log tells who asked


@pytest.mark.parametrize(("key", "sentence"), [("cao_wrong", "unknown or was revoked"), (REVOKED, "unknown or was")])
def test_with_a_wrong_key_the_form_comes_again_with_a_sentence(house: House, key: str, sentence: str) -> None:
    browser = house.browser()

    answer = browser.sign_in(key, "/sign-in?next=/plan")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'
    assert sentence in answer.text
    assert hidden_fields(answer)["next"] == "/plan"
    assert browser.get(PAGE).status_code == 401


def test_without_a_key_the_form_comes_again(house: House) -> None:
    answer = house.browser().sign_in(" ")

    assert (answer.status_code, list(hidden_fields(answer))) == (401, ["form_token", "next"])


def test_guesses_count_for_their_address_and_a_right_key_counts_for_itself() -> None:
    browser = House(rate="3 per minute").browser()

    guesses = [browser.sign_in(f"cao_{number}").status_code for number in range(5)]
    right = browser.sign_in()

    assert guesses == [401, 401, 401, 429, 429]
    assert right.status_code == 303
    assert right.headers["RateLimit"] == '"default";r=2;t=60'


def test_who_signs_out_has_no_cookie_and_sees_no_page(house: House) -> None:
    browser = house.browser()
    browser.sign_in()

    answer = browser.send(browser.get("/sign-out"))

    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert "Max-Age=0" in cookie
    assert browser.cookie() is None
    assert browser.get(PAGE).status_code == 401


def test_somebody_signs_in_again_with_another_key(house: House) -> None:
    browser = house.browser()
    browser.sign_in()
    first = browser.cookie()

    browser.sign_in(OTHER)

    assert browser.cookie() not in (None, first)
    assert browser.get(PAGE).status_code == 200
    house.revoke("ci")
    assert browser.get(PAGE).status_code == 200


def test_who_follows_a_link_of_another_site_finds_a_way_to_the_page_without_signing_in_again(house: House) -> None:
    """The browser keeps the cookie back then, since it is SameSite=Strict."""
    browser = house.browser()

    from_elsewhere = browser.get(PAGE, Sec_Fetch_Site="cross-site")
    typed = browser.get(PAGE, Sec_Fetch_Site="none")

    assert f'<a href="{PAGE}">' in from_elsewhere.text
    assert f'<a href="{PAGE}">' not in typed.text


def test_a_service_without_keys_shows_its_pages_and_no_form() -> None:
    browser = House(keys=False).browser()

    form = browser.get("/sign-in?next=/plan")

    assert browser.get(PAGE).text == "figures of 3"
    assert (form.status_code, form.headers["Location"]) == (303, "/plan")


def test_without_the_dashboard_there_is_nothing_to_sign_in_to_and_pictures_still_need_a_key() -> None:
    browser = House(dashboard="off").browser()

    answers = [browser.get(path) for path in ("/", "/sign-in", "/sign-out", "/static/style.css", "/charts/map.svg")]

    assert [answer.status_code for answer in answers] == [302, 404, 404, 404, 401]
    assert answers[0].headers["Location"] == "/docs"
