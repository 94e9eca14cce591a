"""The part of /usage on budgets: the figures of GET /api/v1/budgets for people."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.fakes.service import NOW
from tests.web.test_plan_page import one_line
from tests.web.test_usage_page import ROWS, service
from web.pages.words import grams, percent, usd


@pytest.fixture
def place(tmp_path: Path) -> FlaskClient:
    return service(tmp_path)


def test_budgets_stand_on_the_page_with_what_is_left_and_where_the_pace_leads(place: FlaskClient) -> None:
    today = {**ROWS[0], "start": f"{NOW.date()}T00:00:00Z", "pue": 1.0}  # 3 kWh in the hours of 24 and 25 g: 73.5 g
    place.post("/api/v1/usage", json={"rows": [today]})
    limits = {"tags": {"team": "search"}, "period": "day", "limit_kg": 0.1, "limit_usd": 2}
    assert place.put("/api/v1/budgets/search", json=limits).status_code == 201

    html = place.get("/usage").text
    part = one_line(html[html.index('<h2 id="budgets"') :].partition("</section>")[0])

    assert "1 of 1, in their present periods" in part
    assert "search team=search exceeded day, until 12 Feb 2026, 00:00" in part.replace(" UTC", "")
    # 37,807.25 of 86,400 seconds are over: 73.5 g become 168 g, $4.50 become $10.28.
    assert f"{grams(73.5)} of {grams(100)} ({percent(73.5)}), {grams(26.5)} left" in part
    assert f"{grams(73.5)} spent, {grams(0)} reserved; at the pace so far {grams(168)}" in part
    assert f"{usd(4.5)} of {usd(2)} ({percent(225)}), {usd(2.5)} too many" in part
    assert "at the pace so far $10.28" in part
    assert 'href="/api/v1/budgets/search"' in html
    assert '<meter min="0" max="100" value="73.5" aria-label="Spent and reserved of search, kgCO2e">' in html


def test_without_a_budget_the_page_has_no_part_for_it(place: FlaskClient) -> None:
    assert 'id="budgets"' not in place.get("/usage").text
