"""The caller's own forecast, as a question gives it: one series, or one of each region."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Annotated

from pydantic import ConfigDict, Field, ValidationInfo, WithJsonSchema, field_validator
from typing_extensions import TypeAliasType

from api.questions import names
from api.questions.fields import Body, Moment
from carbon.jobs import OwnSeries

MOST_POINTS = 35_040  # a year in steps of 15 minutes
MOST_GAPS = 1000  # each divides the search: 1000 take 0.1 s
HIGHEST_GCO2E = 100_000.0  # far above any grid: more is a wrong unit


class StepMinutes(IntEnum):
    """Lengths of a step."""

    FIVE = 5
    QUARTER = 15
    HALF = 30
    HOUR = 60


Value = Annotated[float, Field(ge=0, le=HIGHEST_GCO2E)]
StepLength = TypeAliasType(
    "StepLength",
    Annotated[
        StepMinutes,
        Field(strict=False),
        WithJsonSchema(
            {
                "type": "integer",
                "enum": [step.value for step in StepMinutes],
                "x-enum-varnames": [step.name for step in StepMinutes],
                "description": "Lengths of a step in minutes.",
            }
        ),
    ],
)
Step = Annotated[StepLength, Field(description="Length of a step: 5, 15, 30 or 60.", examples=[60])]
Values = Annotated[
    list[Value | None],
    Field(
        min_length=1,
        max_length=MOST_POINTS,
        description="gCO2e/kWh by step, null where unknown, in at most 1,000 runs; at most 35,040 in all series "
        "together.",
        examples=[[412.0, 405.5, None, 398.0]],
    ),
]
START_TEXT = "Start of the first step, ISO 8601 with offset; a full step in UTC."


def _on_a_step(starts_at: datetime, info: ValidationInfo) -> datetime:
    step = info.data.get("step_minutes")
    if step and starts_at.timestamp() % (60 * step):
        raise names.refusal("not_on_a_step", f"must be at a full step of {step} minutes, in UTC")
    return starts_at


class SeriesFields(Body):
    """Intensities of one region by even steps."""

    step_minutes: Step = StepMinutes.HOUR
    starts_at: Moment = Field(description=START_TEXT)
    values: Values

    _starts_on_a_step = field_validator("starts_at")(_on_a_step)


class ForecastFields(Body):
    """One series for region, or for regions an object with a series of each, by the names in regions."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, SeriesFields] = Field(init=False)

    step_minutes: Step | None = None
    starts_at: Moment | None = Field(None, description=START_TEXT)
    values: Values | None = None

    @property
    def by_name(self) -> dict[str, SeriesFields]:
        """The series of each region, by its name in the question."""
        return self.__pydantic_extra__

    def series(self, region: str | None, keys: Iterable[tuple[str, str]]) -> dict[str, OwnSeries]:
        """The series by region. keys: each region's name in by_name, and provider:region."""
        if region is not None and self.starts_at is not None and self.values is not None:
            return {region: _series(self.step_minutes or StepMinutes.HOUR, self.starts_at, self.values)}
        parts = self.by_name
        return {key: _series(parts[name].step_minutes, parts[name].starts_at, parts[name].values) for name, key in keys}


def _series(step: StepMinutes, starts_at: datetime, values: list[float | None]) -> OwnSeries:
    return OwnSeries(starts_at=starts_at, step_seconds=60 * step, gco2e_per_kwh=tuple(values))


def checked_forecast(forecast: ForecastFields, info: ValidationInfo) -> ForecastFields:
    """A forecast with exactly the series that the question's places need."""
    region, regions = info.data.get("region"), info.data.get("regions")
    points = len(forecast.values or ()) + sum(len(series.values) for series in forecast.by_name.values())
    if points > MOST_POINTS:
        raise names.refusal("too_long", f"has {points:,} values, at most {MOST_POINTS:,} are accepted")
    values = [forecast.values or [], *(series.values for series in forecast.by_name.values())]
    if sum(_gaps(one) for one in values) > MOST_GAPS:
        raise names.refusal("too_many_gaps", f"has more than {MOST_GAPS:,} runs of null: fill or leave out some")
    if region is not None:
        if forecast.by_name:
            unknown = next(iter(forecast.by_name))
            raise names.refusal("one_series", f"has {unknown}: with region, send only starts_at, step_minutes, values")
        if forecast.starts_at is None or forecast.values is None:
            raise names.refusal("missing", "needs starts_at and values")
        _require_step(forecast)
    elif regions:
        if forecast.starts_at is not None or forecast.values is not None or forecast.step_minutes is not None:
            raise names.refusal("one_series", "with regions, send an object with a series of each region")
        keys = {names.region_key(name, None, info) for name in forecast.by_name}
        if keys != set(regions):
            other = sorted(keys ^ set(regions))
            raise names.refusal("other_regions", f"must have a series of each of regions and no others: {other[0]}")
    elif "region" in info.data and "regions" in info.data:
        raise names.refusal("needs_regions", "needs region or regions, so that it is clear which series is meant")
    return forecast


def _gaps(values: Sequence[float | None]) -> int:
    """How many runs of null there are."""
    return sum(value is None and (index == 0 or values[index - 1] is not None) for index, value in enumerate(values))


def _require_step(forecast: ForecastFields) -> None:
    step = forecast.step_minutes or StepMinutes.HOUR
    if forecast.starts_at is not None and forecast.starts_at.timestamp() % (60 * step):
        raise names.refusal("not_on_a_step", f"starts_at must be at a full step of {step} minutes, in UTC")
