"""The ranges of the grid hold as often as they say: the shipped table, and the page that reports how it was tested."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from catalog.outlook_error import CLUSTERS, DURATION_HOURS, LEAD_BANDS, OutlookErrors, cluster_of, load_outlook_errors
from catalog.profiles import load_zones
from catalog.tables import DATA
from tools.zone_spreads import Spread, log_range

REPORT = Path(__file__).resolve().parents[2] / "docs" / "backtest.md"
PLACES = [("baseline", 0), *(("live", lead) for lead in LEAD_BANDS)]
ONE_YEAR = "held-back year, 20"  # a range from one year of two that differ everywhere at once


def calibration() -> str:
    return REPORT.read_text("utf-8").partition("## Ranges: calibration")[2].partition("\n## ")[0]


def cells() -> Iterator[tuple[str, str, str, str, float]]:
    """Outlook, lead, test, duration, per cent within the range."""
    header, _, *rows = [line for line in calibration().splitlines() if line.startswith("|")]
    durations = [column.strip() for column in header.split("|")[4:-1]]
    for row in rows:
        outlook, lead, test, *shares = (column.strip() for column in row.split("|")[1:-1])
        yield from (
            (outlook, lead, test, duration, float(share)) for duration, share in zip(durations, shares, strict=True)
        )


@pytest.fixture(scope="module")
def table() -> OutlookErrors:
    return load_outlook_errors(DATA)


def test_75_to_85_percent_of_what_came_was_within_the_ranges_made_without_it() -> None:
    tested = [cell for cell in cells() if not cell[2].startswith(ONE_YEAR)]

    assert {cell[2] for cell in tested} >= {"held-back months", "held-back year, both"}
    assert {(outlook, lead) for outlook, lead, *_ in tested} == {
        ("baseline", "any"),
        *(("live", lead) for lead in ("0", "1-6", "7-24", "25-72", "73-168")),
    }
    assert [cell for cell in tested if not 75 <= cell[-1] <= 85] == []


def test_the_page_names_every_cell_that_is_outside_and_why() -> None:
    outside = [cell for cell in cells() if not 75 <= cell[-1] <= 85]
    text = " ".join(calibration().split())

    assert len(re.findall(r"h: \d+\.\d", text)) == len(outside)
    for outlook, lead, _, duration, share in outside:
        assert f"{outlook}, lead {lead}, {duration}: {share}" in text
    assert "Years differ everywhere at once" in text


def test_every_zone_with_years_of_its_own_and_every_cluster_has_a_range_for_each_outlook_and_lead(
    table: OutlookErrors,
) -> None:
    keys = {key for key, _, _ in table.ranges}

    clusters = {f"{shape}:{cluster}" for shape in ("own", "borrowed", "flat") for cluster in (*CLUSTERS, "all")}
    assert {key for key in keys if ":" in key} == clusters
    assert {(outlook, lead) for _, outlook, lead in table.ranges} == set(PLACES)
    assert len(table.ranges) == len(keys) * len(PLACES)


def test_no_zone_is_far_surer_of_its_next_year_than_its_cluster_is(table: OutlookErrors) -> None:
    """The mean of a month by the bare profile strays as the year does, and its drifts are those of the cluster.

    A zone whose two tested years were calm is not sure of the next one: a seventh of the cluster's width would say so.
    """
    zones, _, _ = load_zones()
    month = DURATION_HOURS.index(720)
    widths = {
        key: high[month] - low[month]
        for (key, outlook, _), (low, high) in table.ranges.items()
        if outlook == "baseline"
    }
    shares = [
        width / widths[f"own:{cluster_of(zones[key].fossil_free_share)}"]
        for key, width in widths.items()
        if ":" not in key
    ]

    assert len(shares) > 100
    assert min(shares) > 0.5
    assert max(shares) < 2.5


def test_a_range_is_the_spread_of_a_zone_s_hours_around_the_drifts_of_all_that_are_alike() -> None:
    # Half of the hours are 0.1 above the year's mean of 0.3, half 0.1 below. Another zone's year was at 0.5.
    own = Spread.of(np.array([[0.4], [0.2]] * 50, np.float32))
    other = Spread.of(np.array([[0.5]] * 100, np.float32))

    alone, together = log_range([own], [own]), log_range([own], [own, other])

    assert own.drift == pytest.approx([0.3], abs=1e-6)
    # -0.3 and 0.3, each 0.1 more and less: a quarter of all at -0.4, -0.2, 0.2 and 0.4.
    assert alone[:, 0] == pytest.approx([-0.4, 0.4], abs=1e-6)
    # -0.5, -0.3, 0.3 and 0.5, each 0.1 more and less: an eighth of all at -0.6 and at 0.6.
    assert together[:, 0] == pytest.approx([-0.6, 0.6], abs=1e-6)


def test_a_duration_without_errors_has_the_range_of_the_next_shorter_one() -> None:
    gaps = Spread.of(np.array([[0.1, np.nan]] * 10, np.float32))

    assert log_range([gaps], [gaps]) == pytest.approx(np.array([[-0.1, -0.1], [0.1, 0.1]]), abs=1e-6)
