"""How good forecasts were, as series: those of GET /api/v1/forecast/skill, and those of the shipped backtest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from api.shapes.forecast import SkillFacts
from api.shapes.forecast_skill import StoredSkillRow, skill_rows
from carbon.forecasts import ForecastSkill, SkillList
from carbon.intensity import SignalName
from catalog.forecast_model import ForecastTables
from catalog.outlook_error import ANY_CLUSTER, cluster_of
from mapping import CloudMap
from web.geometry.skill_picture import Series

DAYS_AHEAD = 7
PROFILE, PROFILE_WORDS = "profile", "usual hours of past years alone"
_RECENT = "recent-hours-"
CREDIT = "backtest: contains information from Electricity Maps (ODbL 1.0)"
_KINDS = {  # by the share of fossil-free electricity, as in catalog/outlook_error.py
    "fossil": "zones under 20 % fossil-free",
    "mostly-fossil": "zones of 20 to 50 % fossil-free",
    "mixed": "zones of 50 to 70 % fossil-free",
    "mostly-clean": "zones over 70 % fossil-free",
}
Content = dict[str, Any]


def stored_series(skills: SkillList) -> list[Series]:
    """By zone and source, from the rows of the JSON answer."""
    rows: list[Content] = [StoredSkillRow.of(row) for row in skill_rows(skills)]
    groups = groupby(rows, lambda row: (row["zone"], row["source"]))
    return [_stored(zone, source, {row["lead_day"]: row for row in group}) for (zone, source), group in groups]


def backtest_series(mapping: CloudMap, signal: SignalName, zone: str | None, source: str | None) -> list[Series]:
    """Our own forecast and the usual hours in the backtest: of zones like this one, or by kind of zone.

    source: of which alone; a source that is not ours has no backtest, and a marginal intensity has none.
    """
    if signal is not SignalName.AVERAGE:
        return []
    tables = mapping.forecasts
    lengths = sorted({hours for hours, _ in tables.skills}, reverse=True)
    lengths = [hours for hours in lengths if source in (None, source_of(hours))]
    if source is None:
        lengths = [lengths[0], 0]
    if zone is None:
        clusters = list(dict.fromkeys(cluster for _, cluster in tables.skills))
    else:
        clusters = [cluster_of(mapping.zones[zone].fossil_free_share)]
    return [_tested(hours, cluster, tables) for cluster in clusters for hours in lengths]


def source_of(history_hours: int) -> str:
    """What answers call a forecast from so many hours of history; 0: the profile alone."""
    return f"{_RECENT}{history_hours}h" if history_hours else PROFILE


def sources_of_backtest(tables: ForecastTables) -> list[str]:
    """The sources that have a backtest, that with the longest history first."""
    return [source_of(hours) for hours in sorted({hours for hours, _ in tables.skills}, reverse=True)]


def in_words(source: str) -> str:
    """A source as people call it."""
    if source == PROFILE:
        return PROFILE_WORDS
    hours = source.removeprefix(_RECENT).removesuffix("h")
    if source.startswith(_RECENT) and hours.isdigit():
        days = int(hours) // 24
        return f"our forecast from {days} {'day' if days == 1 else 'days'} of readings"
    return source


def _stored(zone: str, source: str, days: dict[int, Content]) -> Series:
    first = days.get(1) or next(iter(days.values()))
    return Series(
        label=zone,
        source=in_words(source),
        basis=f"{first['hours']:,} hours, issued on {first['issue_days']} days",
        is_measured=True,
        errors=tuple(days[day]["mape_percentage"] if day in days else None for day in range(1, DAYS_AHEAD + 1)),
        coverage=first["coverage_percentage"],
        captured=first["captured_saving_percentage"],
    )


def _tested(history_hours: int, cluster: str, tables: ForecastTables) -> Series:
    skill: ForecastSkill = tables.skills.get((history_hours, cluster)) or tables.skills[history_hours, ANY_CLUSTER]
    facts: Content = SkillFacts.of(skill)
    days: Sequence[Content] = facts["days"]
    return Series(
        label=_KINDS.get(facts["zones"], "all zones"),
        source=in_words(source_of(history_hours)),
        basis=f"backtest on the hours of {facts['tested_year']}",
        is_measured=False,
        errors=tuple(day["mape_percentage"] for day in days),
        coverage=days[0]["coverage_percentage"],
        captured=facts["captured_saving_percentage"],
    )
