"""When a value crosses a limit."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from carbon.events import Threshold
from planning.push.crossing import Crossing, crossing

BELOW_200 = Threshold(side="below", gco2e_per_kwh=200.0, hysteresis=20.0)
ABOVE_300 = Threshold(side="above", gco2e_per_kwh=300.0, hysteresis=20.0)

figures = st.none() | st.floats(min_value=0, max_value=1000)
thresholds = st.builds(
    lambda side, limit, slack: Threshold(side=side, gco2e_per_kwh=limit, hysteresis=slack),
    st.sampled_from(["below", "above"]),
    st.floats(min_value=0, max_value=1000),
    st.floats(min_value=0, max_value=200),
)


def told(threshold: Threshold, *values: float | None) -> list[Crossing | None]:
    """What is told of each value in turn."""
    state: bool | None = None
    news = []
    for value in values:
        state, crossed = crossing(threshold, state, value)
        news.append(crossed)
    return news


def test_a_value_that_falls_below_the_limit_enters_and_one_that_rises_past_the_hysteresis_leaves() -> None:
    assert told(BELOW_200, 250.0, 199.0, 210.0, 219.9, 220.0, 199.0) == [None, "entered", None, None, "left", "entered"]


def test_a_limit_above_is_the_mirror_of_one_below() -> None:
    assert told(ABOVE_300, 250.0, 301.0, 290.0, 280.1, 280.0) == [None, "entered", None, None, "left"]


def test_the_limit_itself_is_not_crossed() -> None:
    assert told(BELOW_200, 250.0, 200.0) == [None, None]
    assert told(ABOVE_300, 250.0, 300.0) == [None, None]


def test_the_first_value_crosses_nothing_on_either_side() -> None:
    assert told(BELOW_200, 100.0) == [None]
    assert told(BELOW_200, 100.0, 250.0) == [None, "left"]


def test_an_unknown_value_is_not_zero_and_changes_nothing() -> None:
    assert told(BELOW_200, 250.0, None, 190.0) == [None, None, "entered"]
    assert told(BELOW_200, None, 100.0) == [None, None]
    assert told(BELOW_200, 100.0, None, 100.0) == [None, None, None]


@given(thresholds, st.lists(figures, max_size=30))
def test_entering_and_leaving_alternate(threshold: Threshold, values: list[float | None]) -> None:
    news = [crossed for crossed in told(threshold, *values) if crossed is not None]

    assert all(one != other for one, other in pairwise(news))


@given(thresholds, st.lists(figures, max_size=30))
def test_unknown_values_tell_nothing_and_hide_nothing(threshold: Threshold, values: list[float | None]) -> None:
    with_unknown = [crossed for crossed in told(threshold, *values) if crossed is not None]
    without = [crossed for crossed in told(threshold, *(v for v in values if v is not None)) if crossed is not None]

    assert with_unknown == without
