"""/savings: the figures of GET /api/v1/savings for people."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest

from tests.api.test_savings import DAY, Desk
from tests.web.test_plan_page import one_line
from web.pages.words import grams, usd


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.record("gain", at=4, instead=16, tags={"team": "search"})
    desk.ran("gain", at=5)
    desk.record("loss", at=10, instead=8, tags={"team": "<b>"})
    desk.ran("loss", at=10, cost_usd=3.5)
    return desk


def page(desk: Desk, query: str = "") -> str:
    return unescape(one_line(desk.client.get(f"/savings?from={DAY}&to={DAY}{query}").text))


def test_the_page_shows_the_sums_of_the_json_with_losses(desk: Desk) -> None:
    followed = desk.savings().get_json()["total"]["followed"]

    text = page(desk)

    # 16 - 5 g were saved and 10 - 8 g lost; 1 - 0.25 USD less and 3.5 - 1 USD more are 1.75 USD more.
    assert f"Promised {grams(12.0)} CO2e of the grid, less than the comparison" in text
    assert f"Realised {grams(9.0)} 75 % of what was promised" in text
    assert f"Saved {grams(11.0)} Lost {grams(2.0)} by 1 decision" in text
    assert f"Cost {usd(1.75)} more promised: no change" in text
    assert (followed["realised_g"], followed["realised_usd"]) == (9.0, -1.75)


def test_groups_are_rows_and_tags_are_no_markup(desk: Desk) -> None:
    raw = desk.client.get(f"/savings?from={DAY}&to={DAY}&by=team").text

    assert f"search {DAY} 1 {grams(13.0)} {grams(11.0)}" in page(desk, "&by=team")
    assert "<b>" not in raw
    assert "&lt;b&gt;" in raw


def test_files_and_command_ask_the_same(desk: Desk) -> None:
    raw = desk.client.get(f"/savings?from={DAY}&to={DAY}&by=team&step=day&tag=team%3Dsearch").text

    path = f"/api/v1/savings?from={DAY}&amp;to={DAY}&amp;by=team&amp;step=day&amp;tag=team%3Dsearch&amp;format=csv"
    assert path in raw


def test_without_decisions_it_says_so(tmp_path: Path) -> None:
    assert "No decision was recorded on these days." in page(Desk(tmp_path))


def test_a_group_of_which_nothing_was_followed_has_no_zero(desk: Desk) -> None:
    desk.record("silent", at=2, instead=9, tags={"team": "quiet"})

    text = page(desk, "&by=team")

    assert f"quiet {DAY} 1 none none none {grams(7.0)}" in text  # 9 - 2


def test_the_first_command_records_a_decision_that_the_page_then_counts(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    raw = unescape(desk.client.get("/savings").text)

    (body,) = re.findall(r"-d '(\{.*?\})'</pre>", raw)
    assert desk.client.post("/api/v1/schedule", json=json.loads(body)).status_code == 200
    assert "1 in all" in unescape(one_line(desk.client.get("/savings").text))


def test_a_form_with_empty_fields_asks_for_the_default_and_keeps_the_signal(desk: Desk) -> None:
    text = desk.client.get("/savings?from=&to=&by=&step=total&tag=&signal=marginal").text

    assert '<option value="marginal" selected>' in text
    assert "signal=marginal" in text


def test_one_by_one_leads_to_the_decisions_of_these_days(desk: Desk) -> None:
    assert (
        f'href="/decisions?from={DAY}&amp;to={DAY}">One by one' in desk.client.get(f"/savings?from={DAY}&to={DAY}").text
    )
