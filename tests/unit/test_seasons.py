"""Where an hour lies between the middles of two months. A month's middle is half of its days after its start."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.profiles import hour_of
from catalog.seasons import MONTH_DAYS, Seasons, profile_cells

JANUARY, FEBRUARY, MARCH, JUNE, JULY, DECEMBER = 0, 1, 2, 5, 6, 11


def place(year: int, month: int, day: int, hour: int) -> tuple[int, int, float]:
    seasons = Seasons.of(np.array([hour_of(datetime(year, month, day, hour, tzinfo=UTC))]))
    return int(seasons.earlier[0]), int(seasons.later[0]), float(seasons.weight[0])


@pytest.mark.parametrize(
    ("moment", "earlier", "later", "hours", "of"),
    [
        # June's middle is the start of 16 June, July's noon of 16 July: 30.5 days of 24 hours. An hour's middle counts.
        ((2026, 6, 16, 0), JUNE, JULY, 0.5, 732),
        ((2026, 6, 30, 23), JUNE, JULY, 359.5, 732),
        ((2026, 7, 1, 0), JUNE, JULY, 360.5, 732),
        ((2026, 7, 16, 11), JUNE, JULY, 731.5, 732),
        # From noon of 16 December to noon of 16 January, 31 days.
        ((2026, 12, 31, 23), DECEMBER, JANUARY, 371.5, 744),
        ((2027, 1, 1, 0), DECEMBER, JANUARY, 372.5, 744),
        # From the start of 15 February to noon of 16 March, 29.5 days; in a leap year from noon, 30 days.
        ((2026, 2, 15, 0), FEBRUARY, MARCH, 0.5, 708),
        ((2026, 3, 1, 0), FEBRUARY, MARCH, 336.5, 708),
        ((2028, 2, 15, 12), FEBRUARY, MARCH, 0.5, 720),
        ((2028, 3, 1, 0), FEBRUARY, MARCH, 348.5, 720),
    ],
)
def test_an_hour_weighs_the_later_month_by_its_way_from_middle_to_middle(
    moment: tuple[int, int, int, int], earlier: int, later: int, hours: float, of: int
) -> None:
    before, after, weight = place(*moment)
    assert (before, after) == (earlier, later)
    assert weight == pytest.approx(hours / of)


@given(first=st.integers(-1_000_000, 1_200_000), count=st.integers(2, 2000))
def test_from_hour_to_hour_the_weight_grows_evenly_and_begins_again_in_the_middle_of_a_month(
    first: int, count: int
) -> None:
    seasons = Seasons.of(np.arange(first, first + count))

    month = seasons.earlier + seasons.weight
    steps = np.diff(month) % 12
    assert ((seasons.weight >= 0) & (seasons.weight < 1)).all()
    assert ((seasons.later - seasons.earlier) % 12 == 1).all()
    # Middles are 29.5 to 31 days apart: an hour is a 708th to a 744th of the way.
    assert steps.min() >= 1 / 744 - 1e-9
    assert steps.max() <= 1 / 708 + 1e-9


def test_over_a_year_a_month_counts_for_half_of_the_days_between_the_middles_on_its_two_sides() -> None:
    # Between the middles of neighbours: half of the one and half of the other, from December and January on 31, 29.5,
    # 29.5, 30.5, 30.5, 30.5, 30.5, 31, 30.5, 30.5, 30.5, 30.5. January: (31 + 29.5) / 2; February (29.5 + 29.5) / 2.
    days = [30.25, 29.5, 30.0, 30.5, 30.5, 30.5, 30.75, 30.75, 30.5, 30.5, 30.5, 30.75]

    # Middles of months of 30 and 28 days are between two hours and the others within one: some thousandths of a day.
    assert pytest.approx(days, abs=0.001) == MONTH_DAYS
    assert MONTH_DAYS.sum() == pytest.approx(365)


def test_cells_are_by_weekday_or_weekend_month_and_hour() -> None:
    # Friday 26 June 2026, 22 UTC, and Saturday 27 June, 22 UTC: June is month 5, July 6, of 24 hours each.
    friday, saturday = (hour_of(datetime(2026, 6, day, 22, tzinfo=UTC)) for day in (26, 27))

    cells = profile_cells(np.array([friday, saturday]))

    assert cells.earlier.tolist() == [5 * 24 + 22, 288 + 5 * 24 + 22]
    assert cells.later.tolist() == [6 * 24 + 22, 288 + 6 * 24 + 22]
