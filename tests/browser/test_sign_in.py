"""Signing in and out in a real browser, with and without script, at a service with API keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.api.callers import KEY
from tests.browser.conftest import Open, readings, serve
from tests.browser.test_every_page import faults
from tests.fakes.access import access, record
from tests.fakes.grid import FakeReader
from tests.fakes.service import service

ASKED = "/?provider=aws&q=frankfurt"
FORM, MAP = "This service needs an API key", "How clean is each cloud region now?"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    yield from serve(service(FakeReader(readings()), rules=access(record(KEY)), secret_key="s" * 32))


def send(page: Page, key: str) -> None:
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_reader_signs_in_sees_the_page_and_its_figures_as_json_and_signs_out(open_page: Open, script: bool) -> None:
    page = open_page(ASKED, java_script_enabled=script)
    expect(page.get_by_role("heading", level=1)).to_have_text(FORM)

    send(page, "cao_wrong")
    expect(page.get_by_role("alert")).to_contain_text("unknown or was revoked")
    send(page, KEY)

    expect(page.get_by_role("heading", level=1)).to_have_text(MAP)
    assert page.url.endswith(ASKED)
    page.get_by_role("link", name="JSON").first.click()
    expect(page.locator("body")).to_contain_text('"status":"success"')
    page.go_back()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FORM)
    page.goto(page.url.replace("/sign-in", "/"))
    expect(page.get_by_role("heading", level=1)).to_have_text(FORM)


def test_no_script_can_read_the_cookie(open_page: Open) -> None:
    page = open_page(ASKED)
    send(page, KEY)
    expect(page.get_by_role("heading", level=1)).to_have_text(MAP)

    (cookie,) = page.context.cookies()

    assert page.evaluate("document.cookie") == ""
    assert (cookie["httpOnly"], cookie["sameSite"], KEY in cookie["value"]) == (True, "Strict", False)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_everybody_can_use_the_forms_on_any_screen(open_page: Open, colours: str) -> None:
    page = open_page(ASKED, color_scheme=colours)

    assert faults(page) == []
    send(page, "cao_wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []
    page.goto(page.url.replace("/sign-in", "/sign-out"))
    assert faults(page) == []
    for path in ("/sign-in", "/sign-out"):
        page.goto(page.url.rpartition("/")[0] + path)
        page.set_viewport_size({"width": 360, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == 360
