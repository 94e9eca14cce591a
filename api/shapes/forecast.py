"""The answer of a forecast from recent hours."""

from __future__ import annotations

from api.shapes.parts import Origin, Success, of_intensity, of_origin
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import GramsPerKwh, Percentage, Timestamp
from carbon.forecasts import DaySkill, ForecastBasis, ForecastHour, ForecastSkill, ZoneForecast, ZoneHoursAhead
from carbon.results import HourStep

of_forecast = Reading(ZoneForecast)
of_hour = Reading(ForecastHour)
of_skill = Reading(ForecastSkill)
of_day = Reading(DaySkill)
of_ahead = Reading(ZoneHoursAhead)
of_step = Reading(HourStep)
of_step.part(of_intensity, lambda step: step.intensity)
of_step.part(of_origin, lambda step: step.intensity.provenance)


class ForecastRow(Shape):
    """One full UTC hour."""

    starts_at: Timestamp = of_hour("Start of the hour.")
    value: GramsPerKwh = of_hour("gCO2e/kWh: about half of what came was below in backtests.")
    low: GramsPerKwh | None = of_hour("gCO2e/kWh: the 10th centile of what may come; null if unknown.")
    high: GramsPerKwh | None = of_hour("gCO2e/kWh: the 90th centile of what may come; null if unknown.")


class SkillRow(Shape):
    """How good forecasts so many days ahead were."""

    day: int = of_day("1 for the first 24 hours.", ge=1)
    mape_percentage: Percentage = of_day("Mean relative error of the hours.", lambda day: day.mape)
    coverage_percentage: Percentage | None = of_day(
        "Share of the hours that were between low and high; null if unknown.", lambda day: day.coverage
    )


class SkillFacts(Shape):
    """How good forecasts from as much history were in the backtest of docs/backtest.md."""

    zones: str = of_skill(
        "Which zones: fossil, mostly-fossil, mixed or mostly-clean, by their share of fossil-free electricity, or all.",
        examples=["mixed"],
    )
    tested_year: int = of_skill("The year of the backtest, on which the forecast was not trained.", examples=[2023])
    days: list[SkillRow] = of_skill("By day ahead.")
    captured_saving_percentage: Percentage = of_skill(
        "What waiting saved, of what it would have saved with a perfect forecast: jobs of 4 hours within 24.",
        lambda skill: skill.captured,
    )


class AheadRow(Origin):
    """One full UTC hour; the first holds the present. `datetime` belongs to the value."""

    starts_at: Timestamp = of_step("Start of the hour.")
    value: GramsPerKwh | None = of_step("gCO2e/kWh in this hour; null if unknown.", lambda s: s.intensity.gco2e_per_kwh)


class ZoneForecastAnswer(Success):
    """The hours to come of a grid zone, from the present hour on."""

    zone: str = of_ahead("Grid zone, as Electricity Maps names it.", examples=["DE"])
    basis: ForecastBasis = of_ahead("What the hours are made from.")
    forecast: list[AheadRow] = of_ahead("The hours.", lambda a: a.hours)
    skill: SkillFacts | None = of_ahead("How good such forecasts were in the backtest; null for the outlook.")


class ForecastAnswer(Success):
    """The hours to come of a grid zone."""

    zone: str = of_forecast("Grid zone, as Electricity Maps names it, or as the request does.", examples=["DE"])
    region: str | None = of_forecast("The region of the request as provider:region; null for a zone.")
    method: str = of_forecast(
        "recent-hours- and the hours of history that the model uses (336h, 168h or 24h); with less history "
        "profile-scaled-to-live or, without a profile, mean-day; profile without any.",
        examples=["recent-hours-336h"],
    )
    forecast: list[ForecastRow] = of_forecast("The hours after the end of history.", lambda f: f.hours)
    skill: SkillFacts = of_forecast()
