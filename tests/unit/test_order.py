"""The order of regions: carbon, spot score, spot price, gid; with a tolerance, carbon comes last inside its groups."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, nan

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planning.placing.order import STRICT, Tolerance, order_regions


@dataclass(frozen=True)
class Place:
    """A region to be ordered; None is unknown."""

    gid: str
    intensity: float | None
    score: int | None = None
    price: float | None = None


def ordered(places: list[Place], tolerance: Tolerance = STRICT) -> list[str]:
    def column(values: list[float | None]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([nan if value is None else value for value in values], dtype=np.float64)

    by_name = sorted(place.gid for place in places)
    order = order_regions(
        column([place.intensity for place in places]),
        column([place.score for place in places]),
        column([place.price for place in places]),
        np.array([by_name.index(place.gid) for place in places], dtype=np.intp),
        tolerance,
    )
    return [places[index].gid for index in order]


def lowest_first(value: float | None) -> float:
    return inf if value is None else value


def highest_first(value: float | None) -> float:
    return inf if value is None else -value


def in_strict_order(places: list[Place]) -> list[Place]:
    """By CO2, then spot score (higher first, unknown last), then spot price (lower first, unknown last), then gid."""
    return sorted(
        places,
        key=lambda p: (lowest_first(p.intensity), highest_first(p.score), lowest_first(p.price), p.gid),
    )


def within(intensity: float | None, lowest: float | None, grams: Fraction, share: Fraction) -> bool:
    if intensity is None or lowest is None:
        return intensity is None and lowest is None
    exact = Fraction(str(lowest))
    return Fraction(str(intensity)) <= exact + grams + exact * share


def as_the_sentence_reads(places: list[Place], grams: Fraction, share: Fraction) -> list[str]:
    """Walking the strict order, a group holds every region within the tolerance of its lowest member, then the next
    begins; inside a group spot score, spot price, intensity, gid decide."""
    groups: list[list[Place]] = []
    for place in in_strict_order(places):
        if groups and within(place.intensity, groups[-1][0].intensity, grams, share):
            groups[-1].append(place)
        else:
            groups.append([place])
    for group in groups:
        group.sort(
            key=lambda p: (highest_first(p.score), lowest_first(p.price), lowest_first(p.intensity), p.gid),
        )
    return [place.gid for group in groups for place in group]


# Few different values, so that ties and the edges of groups are met often.
some_places = st.lists(
    st.builds(
        Place,
        gid=st.uuids().map(str),
        intensity=st.none() | st.integers(0, 60).map(lambda n: n / 2) | st.sampled_from([11.12, 16.12, 21.2, 22.26]),
        score=st.none() | st.integers(1, 10),
        price=st.none() | st.sampled_from([0.01, 0.02, 0.03]),
    ),
    max_size=25,
    unique_by=lambda place: place.gid,
)


@given(some_places)
def test_strictly_carbon_then_score_then_price_then_gid_decide(places: list[Place]) -> None:
    assert ordered(places) == [place.gid for place in in_strict_order(places)]


@given(some_places, st.sampled_from(["0.5", "1", "2.5", "5", "100"]))
@example([Place("b", 16.12, 9), Place("a", 11.12, 1)], "5")
def test_a_tolerance_in_grams_groups_as_its_sentence_reads(places: list[Place], grams: str) -> None:
    tolerance = Tolerance(gco2e_per_kwh=float(grams))

    assert ordered(places, tolerance) == as_the_sentence_reads(places, Fraction(grams), Fraction(0))


@given(some_places, st.sampled_from([1, 5, 10, 50, 200]))
@example([Place("b", 22.26, 9), Place("a", 21.2, 1)], 5)
def test_a_tolerance_in_percent_groups_as_its_sentence_reads(places: list[Place], percent: int) -> None:
    tolerance = Tolerance(share=percent / 100)

    assert ordered(places, tolerance) == as_the_sentence_reads(places, Fraction(0), Fraction(percent, 100))


def test_23_g_at_score_1_comes_after_24_g_at_score_9_within_a_tolerance_and_before_it_without() -> None:
    places = [Place("low", 23.0, 1), Place("steady", 24.0, 9)]

    assert ordered(places) == ["low", "steady"]
    assert ordered(places, Tolerance(gco2e_per_kwh=5.0)) == ["steady", "low"]
    assert ordered(places, Tolerance(share=0.05)) == ["steady", "low"]  # 23 x 1.05 = 24.15


def test_a_group_reaches_from_its_lowest_member_and_not_from_its_last() -> None:
    # 20 reaches to 22: 22 is in, 23 begins the next group although it is within 2 of 22.
    places = [Place("a", 20.0, 1), Place("b", 22.0, 5), Place("c", 23.0, 9)]

    assert ordered(places, Tolerance(gco2e_per_kwh=2.0)) == ["b", "a", "c"]


@pytest.mark.parametrize("tolerance", [STRICT, Tolerance(gco2e_per_kwh=5.0), Tolerance(share=0.1)])
def test_unknown_carbon_comes_last_of_all(tolerance: Tolerance) -> None:
    assert ordered([Place("unknown", None, 10, 0.001), Place("dirty", 900.0)], tolerance) == ["dirty", "unknown"]


@pytest.mark.parametrize("tolerance", [STRICT, Tolerance(gco2e_per_kwh=5.0), Tolerance(share=0.1)])
def test_no_region_is_in_no_order(tolerance: Tolerance) -> None:
    assert ordered([], tolerance) == []
