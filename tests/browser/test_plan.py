"""/plan in a browser: jobs are planned from the form and from JSON, and a plan in the background shows itself."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Open

LONG_WAIT = 60_000  # milliseconds: only a test that fails waits so long


def test_the_example_is_a_click_away_and_can_be_changed(open_page: Open) -> None:
    page = open_page("/plan")

    page.get_by_role("link", name="Show an example of three jobs").click()
    expect(page.get_by_role("heading", name="3 of 3 jobs have a place")).to_be_visible()
    page.get_by_label("Hours", exact=True).first.fill("5")
    page.get_by_role("button", name="Plan these jobs").click()

    expect(page.get_by_role("heading", name="3 of 3 jobs have a place")).to_be_visible()
    assert "hours=5" in page.url


def test_a_plan_in_the_background_shows_itself_once_it_is_done(open_page: Open) -> None:
    page = open_page("/plan")
    job = '{"id":"a","duration_hours":4,"instance_type":"m7g.large","home":"us-east-1"}'

    page.get_by_text("As JSON, with all that a plan can ask for").click()
    page.locator("textarea[required]").fill(f'{{"background": true, "jobs": [{job}]}}')
    page.get_by_role("button", name="Plan this question").click()

    expect(page.get_by_role("heading", name="The plan is ready")).to_be_visible(timeout=LONG_WAIT)
    expect(page.get_by_role("heading", name="1 of 1 jobs have a place")).to_be_visible()
