"""A value of some hours ago, carried to now over the profile's shape, and how far that errs by age."""

from __future__ import annotations

import shutil
from dataclasses import replace
from math import log, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.nowcast import carried_value
from carbon.ranges import Factors
from catalog.footing import load_footing
from catalog.outlook_error import NOWCAST_AGES, OutlookErrors, load_outlook_errors
from catalog.profiles import load_zones
from catalog.tables import DATA, CatalogError
from planning.outlook.carried_ratio import UpstreamSteps, with_profile

ZONES = load_zones()[0]
ERRORS = load_outlook_errors(DATA)
FOOTING = load_footing()
positive = st.floats(1, 1200)


def width(error: Factors | None) -> float:
    assert error is not None
    return log(error.high / error.low)


# --- the value -----------------------------------------------------------------------------------------------


def test_the_level_above_the_profile_is_carried_to_the_hour_of_now() -> None:
    # A fifth above the usual 250 g; after 96 h, the half-life, a tenth above the usual 400 g.
    assert carried_value(300, usual_then=250, usual_now=400, age_hours=0) == pytest.approx(480)
    assert carried_value(300, usual_then=250, usual_now=400, age_hours=96) == pytest.approx(440)


def test_after_three_hours_hardly_any_of_the_level_is_lost() -> None:
    # 400 x (1 + 0.2 x 2^(-3/96)) = 400 x (1 + 0.2 x 0.978572)
    assert carried_value(300, usual_then=250, usual_now=400, age_hours=3) == pytest.approx(478.2858, abs=1e-4)


@pytest.mark.parametrize(("usual_then", "usual_now"), [(nan, 400), (250, nan), (0, 400)])
def test_without_a_profile_the_value_itself_is_carried(usual_then: float, usual_now: float) -> None:
    assert carried_value(300, usual_then=usual_then, usual_now=usual_now, age_hours=5) == 300


@pytest.mark.parametrize("age", [-0.1, nan])
def test_a_value_of_the_future_is_refused(age: float) -> None:
    with pytest.raises(ValueError, match="age"):
        carried_value(300, usual_then=250, usual_now=400, age_hours=age)


@given(positive, positive, positive, st.floats(0, 24))
def test_a_nowcast_lies_between_the_profile_and_the_undiminished_level(
    value: float, then: float, now: float, age: float
) -> None:
    result = carried_value(value, usual_then=then, usual_now=now, age_hours=age)

    low, high = sorted((now, now * value / then))
    assert low * (1 - 1e-9) <= result <= high * (1 + 1e-9)


@given(positive, st.lists(positive, min_size=26, max_size=26), st.integers(1, 24))
def test_a_nowcast_is_what_the_outlook_said_when_the_value_was_live(
    value: float, profile: list[float], age: int
) -> None:
    usual = np.array(profile)
    live = np.full(26, nan)
    live[0] = value
    upstream = UpstreamSteps(live, 3600.0, has_forecast=False, has_live=True, first_until=3600.0, ends_at=72 * 3600.0)

    outlook = with_profile(upstream, usual, usual[0])

    nowcast = carried_value(value, usual_then=profile[0], usual_now=profile[age], age_hours=age)
    assert nowcast == pytest.approx(outlook[age])


# --- its error -----------------------------------------------------------------------------------------------


def test_an_older_value_is_less_sure_and_the_bare_profile_least() -> None:
    zone = ZONES["DE"]
    widths = [width(ERRORS.nowcast_error(zone, age)) for age in (1, 3, 6, 12)]
    bare = ERRORS.log_range(zone, "baseline", 0, 1)

    assert widths == sorted(widths)
    assert bare is not None
    assert widths[-1] < bare[1] - bare[0]


def test_ages_are_counted_in_whole_hours() -> None:
    rows = tuple(Factors(low=1 - age / 100, high=1 + age / 100) for age in NOWCAST_AGES)
    errors = OutlookErrors({}, {}, {"X": rows})
    zone = replace(ZONES["DE"], zone="X", profile_zone="X")

    nowcast_errors = [errors.nowcast_error(zone, age) for age in (0.5, 1, 1.99, 2, 24, 30)]

    assert [None if error is None else round(error.high - 1, 2) for error in nowcast_errors] == [
        0.01, 0.01, 0.01, 0.02, 0.24, 0.24,
    ]  # fmt: skip


def test_a_zone_without_a_history_has_the_error_of_its_cluster() -> None:
    borrowed = replace(ZONES["DE"], zone="X")  # the shape is DE's

    assert ERRORS.nowcast_error(borrowed, 6) == ERRORS.nowcasts["borrowed:mixed"][5]
    assert width(ERRORS.nowcast_error(borrowed, 6)) > width(ERRORS.nowcasts["own:mixed"][5])
    assert OutlookErrors({}, {}).nowcast_error(borrowed, 6) is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\nDE,0.", "\nDE,1.", "does not contain 1"),
        ("\nDE,0.", "\nDE,x 0.", "other than numbers"),
        ("\nDE,0.", "\nDE,0.9 0.", "must hold 24 numbers"),
    ],
)
def test_a_wrong_row_of_ages_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    for name in ("grid_ranges.csv", "waiting_savings.csv", "nowcast_error.csv"):
        shutil.copy(DATA / name, tmp_path / name)
    text = (tmp_path / "nowcast_error.csv").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "nowcast_error.csv").write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(CatalogError, match=message):
        load_outlook_errors(tmp_path)


# --- production and consumption ------------------------------------------------------------------------------


def test_a_country_that_trades_much_is_less_sure_than_one_that_trades_little() -> None:
    # Statistics of one year: Germany within 1 %, so the median of its cluster holds; Switzerland 61 % apart.
    assert width(FOOTING.flow_error(ZONES["DE"])) < width(FOOTING.flow_error(ZONES["CH"]))
    assert FOOTING.flow_error(ZONES["CH"]).high == pytest.approx(1.86, abs=0.01)


def test_a_part_of_a_country_has_the_error_of_its_cluster() -> None:
    zone = ZONES["US-MIDA-PJM"]

    assert FOOTING.flow_error(zone) == FOOTING.flow_errors["cluster:mostly-fossil"]
    assert FOOTING.flow_error(replace(zone, fossil_free_share=None)) == FOOTING.flow_errors["cluster:all"]


def test_a_cluster_without_a_row_is_refused(tmp_path: Path) -> None:
    for name in ("zones.csv", "lifecycle_fit.csv", "flow_error.csv"):
        shutil.copy(DATA / name, tmp_path / name)
    table = tmp_path / "flow_error.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("cluster:mixed", "cluster:mixt"), encoding="utf-8")

    with pytest.raises(CatalogError, match="no row for the cluster mixed"):
        load_footing(tmp_path)
