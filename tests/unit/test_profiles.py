"""Baseline intensity of a zone at an hour, from the shipped tables and from small ones."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.errors import UnknownZone
from catalog.profiles import hour_of, load_zones, weekend_multipliers
from catalog.tables import DATA, CatalogError

ZONES, ALIASES, PROFILES = load_zones()
WITH_LEVEL = sorted(zone for zone in ZONES if ZONES[zone].gco2e_per_kwh is not None)


def at(zone: str, *moments: datetime) -> list[float]:
    hours = np.array([hour_of(moment) for moment in moments])
    return [float(value) for value in PROFILES.gco2e_per_kwh(PROFILES.rows([zone]), hours)[0]]


def utc(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def test_a_weekday_hour_is_level_times_shape_times_the_weekday_multiplier() -> None:
    # Germany: 342 g; June, 12 UTC: 661 per mille; weekend factor 0.867.
    # Monday: 342 x 0.661 x 7 / (5 + 2 x 0.867) = 226.062 x 7 / 6.734 = 234.99
    values = at("DE", utc(2026, 6, 15, 12))

    assert values == pytest.approx([234.99], abs=0.01)


def test_a_weekend_hour_is_the_weekday_hour_times_the_weekend_factor() -> None:
    # Saturday and Sunday: 234.99 x 0.867 = 203.74
    values = at("DE", utc(2026, 6, 13, 12), utc(2026, 6, 14, 12))

    assert values == pytest.approx([203.74, 203.74], abs=0.01)


def test_a_zone_without_weekend_factor_has_the_same_weekend() -> None:
    # California: 208 g; June, 20 UTC (one in the afternoon): 577 per mille; factor 1. 208 x 0.577 = 120.016
    values = at("US-CAL-CISO", utc(2026, 6, 12, 20), utc(2026, 6, 13, 20))

    assert values == pytest.approx([120.016, 120.016], abs=0.001)


def test_the_weekend_lasts_from_saturday_to_sunday_in_utc() -> None:
    # Friday 12 June 2026, Saturday, Sunday, Monday, all at 23 or 0 UTC.
    before, first, last, after = at(
        "GB", utc(2026, 6, 12, 23), utc(2026, 6, 13, 23), utc(2026, 6, 14, 23), utc(2026, 6, 15, 23)
    )

    assert first == last < before == after


def test_minutes_and_offsets_fall_into_the_hour_of_utc() -> None:
    tokyo = timezone(timedelta(hours=9))

    hour = hour_of(datetime(2026, 2, 11, 19, 59, 59, tzinfo=tokyo))

    assert hour == hour_of(utc(2026, 2, 11, 10))
    # 20,495 days from 1970-01-01 to 2026-02-11, times 24, plus 10.
    assert hour == 20_495 * 24 + 10


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.3])
def test_weekend_multipliers_leave_the_mean_of_a_week_at_one(factor: float) -> None:
    weekday, weekend = weekend_multipliers(factor)

    assert (5 * weekday + 2 * weekend) / 7 == pytest.approx(1.0)
    assert weekend / weekday == pytest.approx(factor)


def test_the_mean_over_a_year_is_the_annual_figure() -> None:
    start = hour_of(utc(2025, 1, 1, 0))

    values = PROFILES.gco2e_per_kwh(PROFILES.rows(WITH_LEVEL), np.arange(start, start + 8760))

    # Not exact: a year holds 52 weekends and a day, in seasons of their own; cells are rounded to 1/1000.
    levels = [ZONES[zone].gco2e_per_kwh for zone in WITH_LEVEL]
    assert values.mean(axis=1) == pytest.approx(levels, rel=0.003)


def test_a_flat_zone_has_its_annual_figure_at_every_hour() -> None:
    flat = [zone for zone in WITH_LEVEL if not PROFILES.has_shape(zone)]
    start = hour_of(utc(2026, 1, 1, 0))

    values = PROFILES.gco2e_per_kwh(PROFILES.rows(flat), np.arange(start, start + 8760))

    assert "HK" in flat
    assert np.ptp(values, axis=1).max() == 0.0
    assert values[:, 0] == pytest.approx([ZONES[zone].gco2e_per_kwh for zone in flat])


def test_a_zone_without_annual_figure_is_not_a_number() -> None:
    values = at("GB-ZET", utc(2026, 1, 1, 0))

    assert np.isnan(values).all()


def test_a_borrowed_shape_is_scaled_to_the_borrowers_level() -> None:
    moment = utc(2026, 1, 12, 8)

    ratio = at("SE-SE3", moment)[0] / at("SE", moment)[0]

    # SE-SE3 20 g, SE 21 g a year; one shape.
    assert ratio == pytest.approx(20 / 21)


def test_rows_follow_the_order_of_the_question() -> None:
    hours = np.array([hour_of(utc(2026, 3, 4, 5))])

    values = PROFILES.gco2e_per_kwh(PROFILES.rows(["FR", "PL", "FR"]), hours)

    assert values[0] == values[2] < values[1]


def test_an_unknown_or_retired_zone_is_refused_by_name() -> None:
    with pytest.raises(UnknownZone, match="US-MIDW-PJM"):
        PROFILES.rows(["DE", "US-MIDW-PJM"])


@given(
    zones=st.lists(st.sampled_from(WITH_LEVEL), min_size=1, max_size=5),
    first=st.integers(hour_of(utc(1970, 1, 1, 0)), hour_of(utc(2100, 1, 1, 0))),
    count=st.integers(1, 400),
)
def test_every_value_of_a_known_level_is_positive_and_finite(zones: list[str], first: int, count: int) -> None:
    values = PROFILES.gco2e_per_kwh(PROFILES.rows(zones), np.arange(first, first + count))

    assert values.shape == (len(zones), count)
    assert np.isfinite(values).all()
    assert (values > 0).all()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("zones.csv", "zone_profiles.csv", "zone_aliases.csv"):
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("table", "old", "new", "why"),
    [
        ("zones.csv", "\nAE,AE,", "\nAE,,", "zones.csv row 2: country is empty"),
        ("zones.csv", "uncontested,0.09,", "uncontested,9,", "zones.csv row 2: renewable_share is not a share"),
        ("zones.csv", "AE,AE,348,,unc", "AE,AE,348,,dis", "zones.csv row 2: level_status is not one of"),
        (
            "zones.csv",
            "AE,AE,348,,",
            "AE,AE,348,300,",
            "zones.csv row 2: published_gco2e_per_kwh must be given exactly",
        ),
        ("zones.csv", "modelled,AE", "guessed,AE", "zones.csv row 2: profile_basis is not one of"),
        ("zones.csv", "modelled,AE", "modelled,AX", "zones.csv row 2: zone_profiles.csv has no shape for AX"),
        ("zone_profiles.csv", "AE,1,", "AE,1,0 ", "zone_profiles.csv row 2: per_mille_.* must hold 24 numbers above 0"),
        ("zone_profiles.csv", "AE,1,", "AE,13,", "zone_profiles.csv row 2: month is not 1 to 12"),
        ("zone_profiles.csv", "AE,1,", "AE,2,", "zone_profiles.csv row 3: ae 2 appears twice"),
        ("zone_aliases.csv", ",AU-NSW,", ",XX,", "zone_aliases.csv row 2: current_zone XX is not in zones.csv"),
        ("zone_aliases.csv", "\nAUS-ACT,", "\nDE,", "zone_aliases.csv row 2: old_zone DE is a current zone"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_file_and_row(data: Path, table: str, old: str, new: str, why: str) -> None:
    replace(data / table, old, new)

    with pytest.raises(CatalogError, match=why):
        load_zones(data)


def test_a_shape_without_all_months_is_refused(data: Path) -> None:
    path = data / "zone_profiles.csv"
    path.write_text("".join(line for line in path.open(encoding="utf-8") if not line.startswith("AE,7,")), "utf-8")

    with pytest.raises(CatalogError, match=r"zone_profiles\.csv lacks months of AE"):
        load_zones(data)
