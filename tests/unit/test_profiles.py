"""Baseline intensity of a zone at an hour, from the shipped tables and from small ones."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from carbon.errors import UnknownZone
from catalog.profiles import hour_of, load_zones, weekend_multipliers
from catalog.tables import DATA, CatalogError, read_table


def shapes_of_the_table() -> dict[str, NDArray[np.float64]]:
    """Zone -> (12, 24) relative to the annual mean."""
    shapes: dict[str, list[list[float]]] = {}
    for row in read_table(DATA, "zone_profiles.csv", "zone", "month"):
        cells = row.required("per_mille_of_annual_mean_by_utc_hour").split()
        shapes.setdefault(row.text("zone"), []).append([float(cell) / 1000 for cell in cells])
    return {zone: np.array(months) for zone, months in shapes.items()}


ZONES, ALIASES, PROFILES = load_zones()
WITH_LEVEL = sorted(zone for zone in ZONES if ZONES[zone].gco2e_per_kwh is not None)
WITH_SHAPE = [zone for zone in WITH_LEVEL if PROFILES.has_shape(zone)]
SHAPES = shapes_of_the_table()


def at(zone: str, *moments: datetime) -> list[float]:
    hours = np.array([hour_of(moment) for moment in moments])
    return [float(value) for value in PROFILES.gco2e_per_kwh(PROFILES.rows([zone]), hours)[0]]


def utc(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def test_a_weekday_hour_is_level_times_shape_times_the_weekday_multiplier() -> None:
    # Germany: 342 g; 12 UTC: 624 per mille in May, 661 in June; weekend factor 0.867.
    # Monday 15 June, 12:30, is 11.5 h before the middle of June, 732 h after that of May:
    # 661 - (661 - 624) x 11.5 / 732 = 660.419. 342 x 0.660419 x 7 / (5 + 2 x 0.867) = 225.863 x 7 / 6.734 = 234.785
    values = at("DE", utc(2026, 6, 15, 12))

    assert values == pytest.approx([234.785], abs=0.001)


def test_a_weekend_hour_is_the_weekday_hour_times_the_weekend_factor() -> None:
    # Saturday and Sunday, 12:30, are 59.5 and 35.5 h before the middle of June:
    # 661 - 37 x 59.5 / 732 = 657.992 and 661 - 37 x 35.5 / 732 = 659.206; times 0.342 x 7 / 6.734 x 0.867 = 0.308226
    values = at("DE", utc(2026, 6, 13, 12), utc(2026, 6, 14, 12))

    assert values == pytest.approx([202.810, 203.184], abs=0.001)


def test_a_zone_without_weekend_factor_has_the_same_weekend() -> None:
    # California: 208 g; 20 UTC (one in the afternoon): 490 per mille in May, 577 in June; factor 1.
    # Friday and Saturday, 20:30, are 75.5 and 51.5 h before the middle of June, of 732:
    # 577 - 87 x 75.5 / 732 = 568.027 and 577 - 87 x 51.5 / 732 = 570.879; times 0.208
    values = at("US-CAL-CISO", utc(2026, 6, 12, 20), utc(2026, 6, 13, 20))

    assert values == pytest.approx([118.150, 118.743], abs=0.001)


def test_the_weekend_lasts_from_saturday_to_sunday_in_utc() -> None:
    # Friday 12 June 2026, Saturday, Sunday, Monday, all at 23 or 0 UTC. Britain's factor is 0.838. From May to June the
    # hour rises by 1156 - 1053 per mille in 30.5 days, which is 0.3 % a day.
    before, first, last, after = at(
        "GB", utc(2026, 6, 12, 23), utc(2026, 6, 13, 23), utc(2026, 6, 14, 23), utc(2026, 6, 15, 23)
    )

    assert [first / before, last / after] == pytest.approx([0.838, 0.838], rel=0.004)
    assert [last / first, after / before] == pytest.approx([1.003, 1.009], abs=0.001)


@given(
    zone=st.sampled_from(WITH_SHAPE), year=st.integers(1970, 2100), month=st.integers(1, 12), hour=st.integers(0, 23)
)
def test_nothing_jumps_at_the_end_of_a_month(zone: str, year: int, month: int, hour: int) -> None:
    """From one day to the next the same hour changes by a 29.5th of what the months differ by, at the most.

    That is how many days the middle of January is before that of February; no other middles are nearer to each other.
    """
    last_day = utc(year + month // 12, month % 12 + 1, 1, hour) - timedelta(days=1)
    days = [last_day, last_day + timedelta(days=1)]
    weekday, weekend = weekend_multipliers(ZONES[zone].weekend_factor)
    level = ZONES[zone].gco2e_per_kwh or 0.0

    # Without the factor of the weekend, which may end on that day.
    today, tomorrow = (
        value / level / (weekend if day.weekday() >= 5 else weekday)
        for value, day in zip(at(zone, *days), days, strict=True)
    )

    this_month, next_month = SHAPES[ZONES[zone].profile_zone][[month - 1, month % 12], hour]
    assert abs(tomorrow - today) <= abs(next_month - this_month) / 29.5 + 1e-6
    assert min(this_month, next_month) - 1e-6 <= today <= max(this_month, next_month) + 1e-6


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

    # Not exact: a year holds 52 weekends and a day, in seasons of their own; cells are rounded to 1/1000. With the
    # weights of the months' own lengths nine shapes would miss by 0.1 to 0.3 %.
    levels = [ZONES[zone].gco2e_per_kwh for zone in WITH_LEVEL]
    assert values.mean(axis=1) == pytest.approx(levels, rel=0.0005)


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
            "zones.csv row 2: published_gco2e_per_kwh must be given if the level is corrected",
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
