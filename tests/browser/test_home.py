"""The first page in a real browser: with the keyboard alone, by its links, and as it is printed."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Open


def test_the_map_is_one_stop_of_the_tab_key_and_arrows_move_between_marks(open_page: Open) -> None:
    page = open_page("/?provider=aws&region=aws:eu-central-1")
    marks = page.locator("[aria-labelledby=where] [data-marks] a")

    assert marks.count() > 20
    assert page.locator("[aria-labelledby=where] [data-marks] a[tabindex='0']").count() == 1
    page.locator("[aria-labelledby=where] [data-marks] a[tabindex='0']").focus()
    first = page.evaluate("document.activeElement.getAttribute('data-region')")
    page.keyboard.press("ArrowLeft")
    second = page.evaluate("document.activeElement.getAttribute('data-region')")
    assert first == "aws:eu-central-1"
    assert second not in (None, first)
    page.keyboard.press("Enter")
    expect(page.locator("h2#next")).to_contain_text(f"{second}, the next 48 hours")


def test_a_ticked_cloud_filters_at_once_and_stays_in_the_address(open_page: Open) -> None:
    page = open_page("/")

    page.get_by_text("Clouds: all").click()
    page.get_by_label("Google Cloud").check()
    expect(page.locator("#ranking header")).to_contain_text("43 of 43 regions")
    assert "provider=gcp" in page.url


def test_without_script_filter_and_form_work_as_well(open_page: Open) -> None:
    page = open_page("/", java_script_enabled=False)

    page.get_by_label("Search region").fill("sweden amazon")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#ranking header")).to_contain_text("1 of 1 regions")
    page.get_by_role("button", name="Find the best start").click()
    expect(page.locator("#plan")).to_contain_text("aws:eu-north-1")


def test_all_that_can_be_done_is_reached_with_the_tab_key(open_page: Open) -> None:
    page = open_page("/?provider=aws&rows=3")

    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
        if page.evaluate("document.activeElement === document.body"):
            break
    for selector in ("input[name=q]", "input[name=duration_hours]", "#ranking th a", "footer a", ".tabs a"):
        part = page.locator(selector).first.evaluate("one => one.outerHTML.slice(0, 120)")
        assert part in reached


def test_the_focus_is_seen(open_page: Open) -> None:
    page = open_page("/")

    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    assert skip.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_the_command_is_copied(open_page: Open) -> None:
    page = open_page("/", permissions=["clipboard-read", "clipboard-write"])

    command = page.locator("#ranking pre").inner_text()
    page.locator("#ranking .copy").click()
    expect(page.locator("#ranking .copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == command


def test_nothing_moves_where_a_reader_wants_no_motion(open_page: Open) -> None:
    page = open_page("/", reduced_motion="reduce")

    moving = "all => all.filter(one => getComputedStyle(one).transitionDuration !== '0s').length"
    assert page.locator("*").evaluate_all(moving) == 0


def test_times_are_in_utc_wherever_the_reader_is(open_page: Open) -> None:
    page = open_page("/", timezone_id="Asia/Kathmandu", locale="ne-NP")

    expect(page.locator(".status time")).to_have_text("11 Feb 2026, 10:30 UTC")
    assert page.locator(".status time").get_attribute("datetime") == "2026-02-11T10:30:00+00:00"
