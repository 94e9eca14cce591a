"""The tables of the forecast: complete, small, and refused with file and row where a cell is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.forecast_model import SPREAD, TABLE, ForecastTables, load_forecast_models
from catalog.forecast_skill import SKILL_TABLE, load_forecast_skills, skill_of
from catalog.tables import DATA, CatalogError

MODELS = load_forecast_models()


def changed(folder: Path, table: str, old: str, new: str) -> Path:
    """A data folder with one table, of which the first occurrence of some text is changed."""
    text = (DATA / table).read_text("utf-8")
    assert old in text
    (folder / table).write_text(text.replace(old, new, 1), "utf-8")
    return folder


def test_there_is_a_model_for_two_weeks_a_week_and_a_day_of_history_the_longest_first() -> None:
    assert list(MODELS) == [336, 168, 24]


def test_a_model_has_about_two_hundred_coefficients() -> None:
    assert {sum(len(numbers) for numbers in model.correction.values()) for model in MODELS.values()} == {188}


def test_the_ranges_hold_the_value_and_grow_from_the_first_hours_to_the_third_day() -> None:
    for model in MODELS.values():
        assert (model.ranges[:, 0] < 0).all()
        assert (model.ranges[:, 1] > 0).all()
        assert (model.ranges[3, 1] > model.ranges[0, 1]).all()


def test_the_skill_is_known_for_each_length_of_history_and_none() -> None:
    skills = ForecastTables.load().skills

    assert {hours for hours, _ in skills} == {336, 168, 24, 0}
    assert skill_of(skills, 336, "no such cluster") == skills[336, "all"]
    # A week of history more makes no forecast worse.
    assert skills[336, "all"].days[0].mape < skills[24, "all"].days[0].mape < skills[0, "all"].days[0].mape


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (f",{SPREAD},", ",tea,", "part is not one of"),
        ("lead_from_6h,", "lead_from_7h,", "must have one row of"),
        ("correction,constant,", "correction,constant,x", "something other than numbers"),
        ("correction,constant,", "correction,constant,0 ", "must hold 4 numbers"),
    ],
)
def test_a_wrong_coefficient_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    with pytest.raises(CatalogError, match=why):
        load_forecast_models(changed(tmp_path, TABLE, old, new))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [("336,all,", "336,all,x", "something other than numbers"), ("336,all,", "336,all,0 ", "must hold 7 numbers")],
)
def test_a_wrong_skill_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    with pytest.raises(CatalogError, match=why):
        load_forecast_skills(changed(tmp_path, SKILL_TABLE, old, new))
