"""The pages of the ledger in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open


def test_columns_of_usage_are_as_large_as_they_are_drawn(open_page: Open) -> None:
    page = open_page("/usage?from=2026-01-20")
    sizes = page.locator(".plot rect[class^=bar]").evaluate_all(
        "all => all.map(one => [one.height.baseVal.value, one.getBBox().height, "
        "one.width.baseVal.value, one.getBBox().width].map(size => Math.round(10 * size)))"
    )

    assert len(sizes) > 14  # columns of two weeks, some of them in two parts
    assert [size for size in sizes if size[0] != size[1] or size[2] != size[3]] == []


def test_from_savings_to_one_decision_and_back_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page("/savings")

    page.get_by_role("link", name="One by one").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Which decisions were recorded?")
    page.locator("tbody a").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#became")).to_be_visible()
    row = page.get_by_role("navigation", name="Ledger")
    expect(row.locator("[aria-current]")).to_have_text("Decisions")
    row.get_by_role("link", name="What decisions saved").click()
    expect(page).to_have_url(f"{page.url.partition('/savings')[0]}/savings")


def test_without_script_the_form_of_savings_keeps_tags_and_signal(open_page: Open) -> None:
    page = open_page("/savings", java_script_enabled=False)

    page.get_by_label("Only with tag").fill("team=nobody")
    page.get_by_role("button", name="Show").click()

    expect(page.locator("#first")).to_have_text("No decision was recorded on these days.")
    assert page.get_by_label("Only with tag").input_value() == "team=nobody"


@pytest.mark.parametrize("path", ["/savings?by=team,kind", "/decisions", "/decisions/over", "/usage/comparison"])
def test_tables_of_the_ledger_fit_half_a_screen_and_a_sheet_of_paper(open_page: Open, path: str) -> None:
    page = open_page(path, width=720)

    cut = page.locator(".scroll").evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth).length")

    assert page.locator(".scroll").count() > 0
    assert cut == 0
