"""The past on the page of a region: the hours of the history for the same minute, and the year."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient

from carbon.units import HOUR
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW, offline, service
from tests.web.test_region import FRANKFURT, text_of


def with_past(hours: int, **options: Any) -> FlaskClient:
    """The service that has stored this many hours of DE up to now, 100 at night and 200 by day."""
    first = NOW.replace(minute=0, second=0, microsecond=0) - (hours - 1) * HOUR
    values = [None if hour % 50 == 7 else 100 + 100 * ((first + hour * HOUR).hour >= 12) for hour in range(hours)]
    return service(past=FakePast({"DE": [readings(first, values)]}, **options)).test_client()


def test_where_nothing_is_stored_a_sentence_says_so_and_the_year_is_that_of_past_years() -> None:
    text = text_of(offline().test_client().get(FRANKFURT).text)

    assert "Nothing of these days is stored yet." in text
    assert "has no reading of DE so far" in text
    assert "in the middle of each month, at the level of 2025." in text
    assert re.search(r"the cleanest hour begins at 1\d:00 UTC with \d+ g/kWh", text)


def test_the_last_days_are_those_of_the_history_and_gaps_stay_gaps() -> None:
    client = with_past(24 * 30)

    page = client.get(f"{FRANKFURT}?days=30").text
    path = unescape(re.findall(r'href="(/api/v1/regions/aws:eu-central-1/history[^"]*)"', page)[0])
    history = client.get(path).get_json()
    assert len(history["points"]) + len(history["gaps"]) == 24 * 30
    count = f"readings of {len(history['points'])} of {24 * 30} hours"
    assert count in text_of(page)
    assert len(re.findall('class="gap"', page)) == len(history["gaps"]) == 15
    assert '<a href="/regions/aws:eu-central-1?days=7#history">7 days</a>' in page


def test_usual_hours_of_the_year_are_those_of_stored_readings_where_there_are_enough() -> None:
    text = text_of(with_past(24 * 365).get(FRANKFURT).text)

    assert "cleanest hour begins at 00:00 UTC with 100 g/kWh in the mean, the dirtiest at 12:00 UTC with 200." in text


def test_a_past_that_cannot_be_read_leaves_the_rest_of_the_page() -> None:
    page = with_past(24, fails=True).get(FRANKFURT)

    assert page.status_code == 200
    assert "What is stored of the past cannot be read now." in page.text
    assert "The next 48 hours" in page.text
