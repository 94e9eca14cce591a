"""How good forecasts from recent hours were in the backtest, by length of history and type of zone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from carbon.forecasts import DaySkill, ForecastSkill
from catalog.outlook_error import ANY_CLUSTER
from catalog.tables import DATA, Row, read_table

SKILL_TABLE = "forecast_skill.csv"
SKILL_DAYS = 7
Skills = Mapping[tuple[int, str], ForecastSkill]


def load_forecast_skills(data: Path = DATA) -> dict[tuple[int, str], ForecastSkill]:
    """Skill by (hours of history, cluster or "all"). Raises CatalogError, naming file and row."""
    return {
        (int(row.number("history_hours")), row.required("zones")): ForecastSkill(
            zones=row.required("zones"),
            days=_days(row),
            captured=row.number("captured_percent") / 100,
            tested_year=int(row.number("tested_year")),
        )
        for row in read_table(data, SKILL_TABLE, "history_hours", "zones")
    }


def skill_of(skills: Skills, history_hours: int, cluster: str) -> ForecastSkill:
    """That of the cluster, else of all zones."""
    return skills.get((history_hours, cluster)) or skills[history_hours, ANY_CLUSTER]


def _days(row: Row) -> tuple[DaySkill, ...]:
    errors = _shares(row, "mape_percent_by_day")
    coverages: tuple[float | None, ...] = (None,) * SKILL_DAYS
    if row.text("coverage_percent_by_day"):
        coverages = _shares(row, "coverage_percent_by_day")
    return tuple(
        DaySkill(day=index + 1, mape=mape, coverage=coverage)
        for index, (mape, coverage) in enumerate(zip(errors, coverages, strict=True))
    )


def _shares(row: Row, column: str) -> tuple[float, ...]:
    try:
        shares = tuple(float(text) / 100 for text in row.required(column).split())
    except ValueError:
        raise row.error(f"{column} contains something other than numbers") from None
    if len(shares) != SKILL_DAYS:
        raise row.error(f"{column} must hold {SKILL_DAYS} numbers")
    return shares
