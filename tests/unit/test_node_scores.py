"""Scores of the nodes of a cluster. It is 10:30; the hours of the grid begin at 10:00."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from carbon.node_scores import NodeScore, NodesQuery
from planning.outlook.outlooks import Outlooks
from planning.placing.node_scores import hours_of, node_scores
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import known
from tests.fakes.service import NOW as MOMENT

NOW = MOMENT.replace(second=0, microsecond=0)
GERMANY, SWEDEN, FRANCE = "aws:eu-central-1", "aws:eu-north-1", "aws:eu-west-3"
HOURS = {GERMANY: [300.0, 300, 300, 60, 60], SWEDEN: [100.0, 100, 100, 100, 100], FRANCE: [105.0, 400, 20, 300, 300]}


def ask(
    *regions: str | None,
    deadline: datetime | None = None,
    duration_hours: float | None = None,
    interruptible: bool = False,
    max_gco2e_per_kwh: float | None = None,
) -> list[NodeScore]:
    query = NodesQuery(
        regions=regions,
        deadline=deadline,
        duration_hours=duration_hours,
        interruptible=interruptible,
        max_gco2e_per_kwh=max_gco2e_per_kwh,
    )
    mapping = cloud_map()
    readings = {mapping.regions[key].zone: known(NOW, HOURS[key]) for key in regions if key is not None}
    outlook = Outlooks(mapping).of(list(readings), readings, "one", now=NOW, hours=hours_of(query, NOW))
    return node_scores(query, mapping.regions, outlook)


def figures(scores: list[NodeScore]) -> list[float | None]:
    return [None if one.gco2e_per_kwh is None else round(one.gco2e_per_kwh, 6) for one in scores]


def in_hours(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def test_the_greenest_node_has_10_and_the_others_the_share_of_its_intensity_in_theirs() -> None:
    scores = ask(SWEDEN, GERMANY, FRANCE)

    assert figures(scores) == [100, 300, 105]
    assert [one.score for one in scores] == [10, 3, 10]  # 10 x 100 / 300; 105 is too near to 100 to count


def test_with_a_deadline_the_mean_until_then_counts() -> None:
    scores = ask(SWEDEN, GERMANY, deadline=in_hours(4.5))  # to 15:00: 2.5 h of 300, 2 h of 60

    assert figures(scores) == [100, pytest.approx((2.5 * 300 + 2 * 60) / 4.5)]


def test_work_that_is_shorter_than_the_time_until_its_deadline_counts_by_its_length() -> None:
    assert figures(ask(GERMANY, deadline=in_hours(4.5), duration_hours=2)) == [300]
    assert figures(ask(GERMANY, duration_hours=4.5)) == figures(ask(GERMANY, deadline=in_hours(4.5)))


def test_interruptible_work_counts_by_the_greenest_hours_until_its_deadline() -> None:
    scores = ask(GERMANY, FRANCE, deadline=in_hours(4.5), duration_hours=2, interruptible=True)

    # Germany: 13:00 to 15:00. France: an hour of 20, half an hour of 105, half of 300.
    assert figures(scores) == [60, (20 + 0.5 * 105 + 0.5 * 300) / 2]


def test_interruptible_work_of_unknown_length_is_taken_to_need_half_of_the_time() -> None:
    scores = ask(GERMANY, deadline=in_hours(4.5), interruptible=True)

    assert figures(scores) == [pytest.approx((2 * 60 + 0.25 * 300) / 2.25)]


def test_a_deadline_that_is_over_is_none() -> None:
    assert ask(SWEDEN, GERMANY, deadline=in_hours(-1)) == ask(SWEDEN, GERMANY)


def test_a_node_of_which_nothing_is_known_has_the_mean_score_of_the_others() -> None:
    scores = ask(SWEDEN, None, GERMANY)

    assert [one.score for one in scores] == [10, 6, 3]  # 6.5, to the even number
    assert scores[1].gco2e_per_kwh is None


def test_that_mean_is_one_of_nodes_and_not_of_regions() -> None:
    scores = ask(SWEDEN, SWEDEN, SWEDEN, GERMANY, None)

    assert scores[4].score == 8  # (3 x 10 + 3) / 4 is 8.25


def test_where_nothing_is_known_all_scores_are_equal() -> None:
    assert {one.score for one in ask(None, None)} == {5}
    assert ask() == []


def test_only_a_node_that_is_known_to_be_dirtier_than_the_limit_is_not_wanted() -> None:
    wanted = [one.is_wanted for one in ask(SWEDEN, GERMANY, None, max_gco2e_per_kwh=100)]

    assert wanted == [True, False, True]
    assert all(one.is_wanted for one in ask(SWEDEN, GERMANY, None))


def test_a_deadline_of_years_is_answered_from_a_week() -> None:
    assert hours_of(NodesQuery(regions=(), deadline=in_hours(50_000)), NOW) == 169
