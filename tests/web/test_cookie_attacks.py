"""What somebody without a key may try with the cookie, the form and the address that it leads to."""

from __future__ import annotations

import logging

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.edge.signatures import Signatures, Visit
from tests.api.callers import ASKED, KEY
from tests.fakes.service import NOW
from tests.web.browser import COOKIE, House, hidden_fields

PAGE = "/figures/now"
LATER = int(NOW.timestamp()) + 60


@pytest.fixture(scope="module")
def house() -> House:
    return House()


def signed_by(secret: bytes, *, key_id: str | None = "ci", expires_at: int = LATER) -> str:
    return Signatures(lambda: secret).cookie(Visit(id="x", key_id=key_id, expires_at=expires_at))


FORGED = {
    "another secret": signed_by(b"t" * 32),
    "an empty secret": signed_by(b""),
    "no signature": signed_by(b"s" * 32).rpartition(".")[0],
    "an empty signature": signed_by(b"s" * 32).rpartition(".")[0] + ".",
    "cut off": signed_by(b"s" * 32)[:-1],
    "grown": signed_by(b"s" * 32) + "A" * 8,
    "over": signed_by(b"s" * 32, expires_at=int(NOW.timestamp())),
    "of nobody": signed_by(b"s" * 32, key_id=None),
    "of an unknown key": signed_by(b"s" * 32, key_id="ffffffff"),
    "of a revoked key": signed_by(b"s" * 32, key_id="old"),
    "the key itself": KEY,
    "the id of a key": "ci",
    "empty": "",
    "long": "x" * 4000,
    "of other letters": "\u00e9\u4e2d.x",
}


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize("path", [PAGE, ASKED, "/charts/map.svg"])
def test_a_cookie_that_we_did_not_sign_or_whose_key_is_not_in_force_opens_nothing(
    house: House, path: str, name: str
) -> None:
    answer = house.answer_to(f"{COOKIE}={FORGED[name]}", path)

    assert answer.status_code == 401
    assert "figures of" not in answer.text


def test_a_cookie_of_ours_opens_a_page(house: House) -> None:
    """So the cookies above fail for what is wrong with them."""
    assert house.answer_to(f"{COOKIE}={signed_by(b's' * 32)}", PAGE).status_code == 200


def test_under_https_the_cookie_of_a_subdomain_is_not_looked_at(house: House) -> None:
    """A subdomain can set cao_visit for the whole domain, but no cookie whose name begins with __Host-."""
    cookie = signed_by(b"s" * 32)

    assert house.answer_to(f"{COOKIE}={cookie}", PAGE, https=True).status_code == 401
    assert house.answer_to(f"__Host-{COOKIE}={cookie}", PAGE, https=True).status_code == 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=60))
def test_no_cookie_header_is_an_error_of_the_service(house: House, header: str) -> None:
    assert house.answer_to(header, PAGE).status_code == 401
    assert house.answer_to(f"{COOKIE}={header}", PAGE).status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "/%2fevil.example",
        "/%5Cevil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
    ],
)
def test_nobody_is_led_to_another_site(house: House, target: str) -> None:
    browser, open_house = house.browser(), House(keys=False).browser()
    form = browser.client.get("/sign-in", query_string={"next": target})

    signed_in = browser.send(browser.get("/sign-in"), key=KEY, next=target)
    without_keys = open_house.client.get("/sign-in", query_string={"next": target})

    assert hidden_fields(form)["next"] == "/"
    for answer in (signed_in, without_keys):
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        assert not [cookie for cookie in answer.headers.getlist("Set-Cookie") if not cookie.startswith(COOKIE)]


@pytest.mark.parametrize("path", ["//figures/x", "/figures/x%0d%0aSet-Cookie:a=b", "/figures/%2f%2fevil"])
def test_a_page_whose_address_is_odd_leads_back_to_this_site(house: House, path: str) -> None:
    page = house.browser().client.get("/", environ_overrides={"PATH_INFO": path, "QUERY_STRING": "a=b"})

    target = hidden_fields(page)["next"]
    assert page.status_code == 401
    assert target.startswith("/figures/") or target == "/"
    assert not {"\r", "\n"} & set(target)


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", "{{ 7*7 }}"])
def test_what_stands_in_the_address_is_never_markup(house: House, text: str) -> None:
    browser = house.browser()

    pages = [browser.client.get(path, query_string={"next": f"/{text}", "q": text}) for path in ("/sign-in", PAGE)]

    for page in pages:
        assert text not in page.text
        assert "49" not in hidden_fields(page)["next"]


def test_a_secret_that_cannot_be_read_closes_the_pages_and_not_the_api(
    tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path_factory.mktemp("var")
    (folder / ".signing-secret").write_bytes(b"short")
    house = House(secret_key=None, data_dir=folder)
    browser = house.browser()

    answers = [browser.get("/sign-in"), browser.get(PAGE), house.answer_to(f"{COOKIE}={signed_by(b'short')}", PAGE)]

    assert [(answer.status_code, answer.mimetype) for answer in answers] == [(503, "text/html")] * 3
    assert browser.get(ASKED, X_API_Key=KEY).status_code == 200
    assert len([line for line in caplog.records if line.levelno == logging.ERROR]) == 1


def test_the_secret_is_in_no_log_no_answer_and_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "Tr0ub4dor-and-3" * 3
    house = House(secret_key=secret)
    browser = house.browser()
    browser.sign_in()

    answers = [browser.get(path) for path in (PAGE, "/ready", "/health", "/metrics", "/sign-out")]

    seen = caplog.text + "".join(answer.text + str(answer.headers) for answer in answers)
    assert secret not in seen + repr(house.app.extensions) + repr(house.app.config)
