"""The questions of the Carbon Aware SDK: parameters and bodies, whose names are read without regard to case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from flask import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from api.foreign.carbon_aware_sdk.times import lenient_time, strict_time
from api.questions import names
from api.questions.parse import InvalidParameters, field_errors
from carbon.points import WindowsQuery

MOST_ITEMS = 100  # of a batch, and locations of a question
MOST_WINDOW_MINUTES = 10_080  # a week


def _query_time(value: object) -> datetime:
    if isinstance(value, str) and (moment := lenient_time(value)):
        return moment
    raise names.refusal("datetime", f"The value '{str(value)[:50]}' is not valid.")


def _body_time(value: object) -> datetime:
    if isinstance(value, str) and (moment := strict_time(value)):
        return moment
    raise names.refusal("datetime", "The JSON value could not be converted to a date and time in ISO 8601.")


def _location(value: object) -> str:
    if isinstance(value, str) and len(value) <= 100:
        if value.strip():
            return value.strip()
        raise names.refusal("missing", "The location field is required.")
    raise names.refusal("text", "must be a text of at most 100 characters")


def _locations(value: object) -> list[str]:
    """Those that are not empty."""
    texts = [text for text in value if str(text).strip()] if isinstance(value, list) else []
    if not texts:
        raise names.refusal("missing", "The location field is required.")
    return [_location(text) for text in texts]


Location = Annotated[str, BeforeValidator(_location)]
Locations = Annotated[list[str], BeforeValidator(_locations), Field(max_length=MOST_ITEMS)]
QueryTime = Annotated[datetime, BeforeValidator(_query_time)]
BodyTime = Annotated[datetime, BeforeValidator(_body_time)]
Q = TypeVar("Q", bound="Question")
Window = Annotated[int, Field(ge=0, le=MOST_WINDOW_MINUTES)]


class Question(BaseModel):
    """Fields that the SDK does not have are ignored, as it does itself."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _in_any_case(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        spelled = {(field.alias or name).casefold(): field.alias for name, field in cls.model_fields.items()}
        return {spelled.get(name.casefold(), name): value for name, value in values.items() if value is not None}

    def is_costly(self, facts: names.Facts) -> bool:
        """See api.questions.fields.Body."""
        return False


class Span(Question):
    """A time of several places."""

    location: Locations
    time: QueryTime | None = None
    to_time: QueryTime | None = None


class PlaceSpan(Span):
    """A time of one place."""

    location: Annotated[list[str], BeforeValidator(lambda value: _locations(value)[:1])]


def _windows(start: datetime | None, end: datetime | None, minutes: int | None) -> WindowsQuery:
    return WindowsQuery(start=start, end=end, window=timedelta(minutes=minutes) if minutes else None)


class CurrentForecast(Question):
    """The forecast that holds now of several places."""

    location: Locations
    data_start_at: QueryTime | None = None
    data_end_at: QueryTime | None = None
    window_size: Window | None = None

    @property
    def windows(self) -> WindowsQuery:
        return _windows(self.data_start_at, self.data_end_at, self.window_size)


class IssuedForecast(Question):
    """The forecast of a place that held at an earlier time."""

    requested_at: BodyTime
    location: Location
    data_start_at: BodyTime | None = None
    data_end_at: BodyTime | None = None
    window_size: Annotated[Window, Field(strict=True)] | None = None

    @property
    def windows(self) -> WindowsQuery:
        return _windows(self.data_start_at, self.data_end_at, self.window_size)


class Average(Question):
    """The mean of a place over a time; query parameters."""

    location: Annotated[str, BeforeValidator(lambda value: _locations(value)[0])]
    start_time: QueryTime
    end_time: QueryTime


class AverageItem(Question):
    """The mean of a place over a time; in a body."""

    location: Location
    start_time: BodyTime
    end_time: BodyTime


class IssuedForecasts(RootModel[Annotated[list[IssuedForecast], Field(min_length=1, max_length=MOST_ITEMS)]]):
    """Forecasts of several places and times."""


class Averages(RootModel[Annotated[list[AverageItem], Field(min_length=1, max_length=MOST_ITEMS)]]):
    """Means of several places and times."""


def parse_query(model: type[Q], request: Request, facts: names.Facts) -> Q:
    """The checked parameters: of one that is no list and given several times, the first counts."""
    texts: dict[str, list[str]] = {}
    for name, given in request.args.to_dict(flat=False).items():
        texts.setdefault(name.casefold(), []).extend(given)
    values = {name: given if name == "location" else given[0] for name, given in texts.items() if any(given)}
    try:
        return model.model_validate(values, context=facts)
    except ValidationError as error:
        raise InvalidParameters(field_errors(error, model, suggest=False)) from None
