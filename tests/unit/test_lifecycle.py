"""From direct to lifecycle carbon intensity: by the zone's fit, never below the direct value, with a wider range."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.lifecycle import LifecycleFit, lifecycle_of
from carbon.ranges import Factors
from catalog.footing import load_footing
from catalog.profiles import load_zones
from catalog.tables import DATA, CatalogError
from tools.zone_lifecycle import fit_rows, line

FIT = LifecycleFit(intercept_gco2e_per_kwh=22.0, slope=1.25, error=Factors(low=0.95, high=1.06))
FOOTING = load_footing()


def test_the_fit_gives_the_lifecycle_value_and_other_factors_widen_its_error_by_ten_percent() -> None:
    value, error = lifecycle_of(120.0, FIT)

    assert value == pytest.approx(172.0)  # 22 + 1.25 x 120
    assert error.low == pytest.approx(0.95 / 1.10)
    assert error.high == pytest.approx(1.06 * 1.10)


def test_a_grid_that_burns_nothing_still_has_the_emissions_of_its_plants() -> None:
    assert lifecycle_of(0.0, FIT)[0] == 22.0


def test_lifecycle_is_never_below_direct() -> None:
    flat = LifecycleFit(intercept_gco2e_per_kwh=60, slope=0.9, error=FIT.error)

    assert lifecycle_of(500, flat)[0] == pytest.approx(510)  # 60 + 450
    assert lifecycle_of(900, flat)[0] == 900  # 60 + 810 = 870 would be less


@pytest.mark.parametrize("direct", [-1.0, float("nan")])
def test_a_direct_value_below_zero_is_refused(direct: float) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        lifecycle_of(direct, FIT)


@given(st.floats(0, 1500), st.floats(0, 1500))
def test_a_dirtier_grid_never_becomes_the_cleaner_one(first: float, second: float) -> None:
    low, high = sorted((first, second))

    assert lifecycle_of(low, FIT)[0] <= lifecycle_of(high, FIT)[0]


# --- the shipped fits ----------------------------------------------------------------------------------------


def test_great_britain_fits_within_six_percent() -> None:
    fit = FOOTING.lifecycle_fits["GB"]

    # Means of 2023 in the series: 128.6 direct, 187.5 lifecycle.
    assert lifecycle_of(128.6, fit)[0] == pytest.approx(187.5, rel=0.03)
    assert 0.94 < fit.error.low < 1 < fit.error.high < 1.06


def test_a_sub_zone_has_its_countrys_line_at_twice_the_error() -> None:
    country, part = FOOTING.lifecycle_fits["DK"], FOOTING.lifecycle_fits["DK-DK1"]

    assert (part.intercept_gco2e_per_kwh, part.slope) == (country.intercept_gco2e_per_kwh, country.slope)
    assert part.error.low == pytest.approx(country.error.low**2, abs=0.001)
    assert part.error.high == pytest.approx(country.error.high**2, abs=0.002)


def test_a_zone_without_both_columns_has_no_fit() -> None:
    assert "CH" not in FOOTING.lifecycle_fits
    # Direct is above lifecycle in these series, which cannot be.
    assert not {"BO", "RU-1"} & set(FOOTING.lifecycle_fits)


def test_every_fit_is_plausible() -> None:
    zones = load_zones()[0]

    # What is there without burning is below 300 g; upstream adds at most as much again to a gram burnt.
    assert set(FOOTING.lifecycle_fits) <= set(zones)
    assert all(0 <= fit.intercept_gco2e_per_kwh < 300 for fit in FOOTING.lifecycle_fits.values())
    assert all(0.25 < fit.slope < 2 for fit in FOOTING.lifecycle_fits.values())


# --- how fits are made ---------------------------------------------------------------------------------------


def test_points_on_a_line_give_the_line() -> None:
    direct = np.array([0.0, 50, 100, 400])

    assert line(direct, 20 + 1.2 * direct) == pytest.approx((20, 1.2))


def test_the_intercept_is_never_negative() -> None:
    direct = np.array([100.0, 200, 400])

    intercept, slope = line(direct, 1.5 * direct - 40)

    assert intercept == 0
    # Least squares of 1 - slope x direct / lifecycle with direct / lifecycle = 100/110, 200/260, 400/560:
    # sum(q) / sum(q^2) = 2.392607 / 1.928363 = 1.240745
    assert slope == pytest.approx(1.240745, abs=1e-5)


def test_zones_without_a_fit_or_a_parent_with_one_have_no_row() -> None:
    assert list(fit_rows({}, ["DE", "DK-DK1"])) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\nGB,GB,own", "\nGBX,GBX,own", "zone 'GBX' is not in zones.csv"),
        ("\nGB,GB,own", "\nGB,IE,own", "basis must be own if"),
        ("\nGB,GB,own,21", "\nGB,GB,own,-21", "the intercept must be 0 or more"),
        ("\nDK-DK1,DK,parent,26.40,1.2471,0.783", "\nDK-DK1,DK,parent,26.40,1.2471,1.783", "does not contain 1"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    for name in ("zones.csv", "lifecycle_fit.csv"):
        shutil.copy(DATA / name, tmp_path / name)
    text = (tmp_path / "lifecycle_fit.csv").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "lifecycle_fit.csv").write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(CatalogError, match=r"lifecycle_fit\.csv row \d+") as error:
        load_footing(tmp_path)

    assert message in str(error.value)
