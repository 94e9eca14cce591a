"""The times in which a job may not run, as a question gives them."""

from __future__ import annotations

import re
from datetime import datetime, time
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from api.questions import names
from api.questions.fields import Body, Moment, Name
from carbon.workload import Blackout, Interval
from catalog.time_zones import time_zone

MAX_EXCLUSIONS = 100
MAX_BLACKOUTS = 10
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


WEEK = tuple(Weekday)


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise names.refusal("clock_time", "must be a time from 00:00 to 23:59, such as 08:00; midnight is 00:00")
    return value


def _later_than_start(end: datetime, info: ValidationInfo) -> datetime:
    start = info.data.get("start")
    if start is not None and end <= start:
        raise names.refusal("end_before_start", "must be later than start")
    return end


Clock = Annotated[str, AfterValidator(_clock)]


class ExclusionFields(Body):
    """A time in which no part of the job may run."""

    start: Moment = Field(description="ISO 8601 with offset.")
    end: Annotated[Moment, AfterValidator(_later_than_start)] = Field(description="ISO 8601 with offset; exclusive.")

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)


class BlackoutFields(Body):
    """Hours of every week in which no part of the job may run, by the clock of a time zone."""

    days: list[Weekday] = Field(
        list(WEEK),
        min_length=1,
        max_length=len(WEEK),
        description="Days on which the blackout begins. Default: every day.",
    )
    begins: Clock = Field(alias="from", description="Local time, HH:MM.", examples=["08:00"])
    ends: Clock = Field(
        alias="to", description="Local time, HH:MM; if it is not after from, on the next day.", examples=["18:00"]
    )
    time_zone: Annotated[Name, AfterValidator(names.time_zone_name)] = Field(
        "UTC", description="Name in the IANA database; summer time is followed.", examples=["Europe/Berlin"]
    )

    @property
    def blackout(self) -> Blackout:
        return Blackout(
            weekdays=frozenset(WEEK.index(day) for day in self.days),
            begins=time.fromisoformat(self.begins),
            ends=time.fromisoformat(self.ends),
            time_zone=time_zone(self.time_zone),
        )


Exclude = Annotated[
    list[ExclusionFields],
    Field(max_length=MAX_EXCLUSIONS, description="Times in which no part of the job may run."),
]
Blackouts = Annotated[
    list[BlackoutFields],
    Field(max_length=MAX_BLACKOUTS, description="Hours of every week in which no part of the job may run."),
]
