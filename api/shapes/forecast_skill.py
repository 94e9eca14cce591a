"""The answer about the skill of stored forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from api.shapes.numbers import percentage
from api.shapes.parts import Listed, Success
from api.shapes.reading import Reading, Shown
from api.shapes.shape import Shape
from api.shapes.types import Percentage, SignedPercentage, Timestamp
from carbon.forecasts import LeadDaySkill, SkillList, StoredSkill
from carbon.intensity import SignalName


@dataclass(frozen=True, slots=True)
class LeadDay:
    """One day ahead of a zone's forecasts by one source."""

    skill: StoredSkill
    figures: LeadDaySkill


of_lead_day = Reading(LeadDay)
of_figures = Reading(LeadDaySkill)
of_lead_day.part(of_figures, lambda row: row.figures)
of_list = Reading(Listed[SkillList])
MeanError = Annotated[float, Field(ge=0, description="Per cent of what came."), Shown(percentage)]


class StoredSkillRow(Shape):
    """Forecasts of a zone by one source, so many days ahead. Hours without a reading are left out and counted."""

    zone: str = of_lead_day("Grid zone, as Electricity Maps names it.", lambda row: row.skill.zone, examples=["DE"])
    source: str = of_lead_day(
        "The forecast, as answers name it.", lambda row: row.skill.source, examples=["recent-hours-336h"]
    )
    lead_day: int = of_figures("1 for the first 24 hours after a forecast was issued.", ge=1, le=7)
    mape_percentage: MeanError | None = of_figures(
        "Mean relative error of the hours; null for fewer than 168.", lambda figures: figures.mape
    )
    coverage_percentage: Percentage | None = of_figures(
        "Share of the hours between low and high; null for fewer than 168, and for forecasts without a range.",
        lambda figures: figures.coverage,
    )
    captured_saving_percentage: SignedPercentage | None = of_figures(
        "What waiting by the forecast saved, of what it would have saved with a perfect forecast: jobs of 4 hours "
        "within 24; 0 is a start at random. On lead_day 1; null for fewer than 28 jobs, or if nothing could be saved.",
        lambda figures: figures.captured,
        le=100,
    )
    issue_days: int = of_figures("Days on which forecasts were issued of which an hour is scored.", ge=0)
    forecasts: int = of_figures("Their number: the first of every six hours.", ge=0)
    hours: int = of_figures("Hours with a forecast and a reading.", ge=0)
    estimated_hours: int = of_figures("Those of them whose reading is an estimate.", ge=0)
    hours_without_reading: int = of_figures("Hours that are over and have no reading.", ge=0)


class ForecastSkillAnswer(Success):
    """How good stored forecasts were."""

    signal: SignalName = of_list("What the intensities count.", lambda listed: listed.result.signal)
    starts_at: Timestamp = of_list("Forecasts issued from here on count.", lambda listed: listed.result.starts_at)
    ends_at: Timestamp = of_list("The end of that time; exclusive.", lambda listed: listed.result.ends_at)
    total: int = Field(description="Number of rows, before limit and offset.", ge=0)
    skill: list[StoredSkillRow] = of_list.rendered("By zone, source and day ahead.", lambda listed: listed.rows)


def skill_rows(skills: SkillList) -> list[LeadDay]:
    """By zone, source and day ahead."""
    return [LeadDay(skill, figures) for skill in skills.skills for figures in skill.lead_days]
