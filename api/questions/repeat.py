"""A job that comes back, as a question gives it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from api.questions import names
from api.questions.fields import Body, Moment, Name
from carbon import units
from carbon.jobs import Repeat
from catalog.time_zones import time_zone
from planning.scheduling.repeat import (
    DEFAULT_REACH,
    FIELDS,
    MOST_RUNS,
    NoRun,
    RunsMeet,
    TooManyRuns,
    WrongCron,
    due_times,
    require_cron,
)

MAX_FLEX_HOURS = 168


def _cron(value: str) -> str:
    try:
        require_cron(value)
    except WrongCron as error:
        detail = (
            f"must be a cron expression of {FIELDS} fields (minute, hour, day of month, month, day of week), such as "
            f"30 2 * * mon-fri: {error}"
        )
        raise names.refusal("cron", detail) from error
    return value


class RepeatFields(Body):
    """When the runs of a job are due, and how far each of them may be put off."""

    cron: Annotated[Name, AfterValidator(_cron)] = Field(
        description="When a run is due: minute, hour, day of month, month and day of week, as in crontab. A time that "
        "is skipped when the clocks go forward is due right after the change, one that comes twice is due the first "
        "time; with a star in minute or hour runs follow the hours as they pass.",
        examples=["30 2 * * mon-fri"],
    )
    time_zone: Annotated[Name, AfterValidator(names.time_zone_name)] = Field(
        "UTC", description="Name in the IANA database; summer time is followed.", examples=["Europe/Berlin"]
    )
    flex_hours: float = Field(
        ge=0,
        le=MAX_FLEX_HOURS,
        description="A run starts at most this number of hours after it is due. It has to end before the next one is "
        "due: with the duration of the job this is at most the time between two runs.",
        examples=[6],
    )
    until: Moment | None = Field(
        None,
        description="No run is due later, ISO 8601 with offset. Default: 7 days after start_after, or after now. At "
        f"most {MOST_RUNS} runs.",
    )

    @property
    def repeat(self) -> Repeat:
        return Repeat(
            cron=self.cron,
            time_zone=time_zone(self.time_zone),
            flex=timedelta(hours=self.flex_hours),
            until=self.until,
        )

    def count(self, from_: datetime, hours: float) -> int:
        """How many runs there are, each of so many hours, if none starts before from_. Refuses other numbers."""
        try:
            return len(due_times(self.repeat, from_=from_, duration=timedelta(hours=hours)))
        except NoRun as error:
            end = self.until or from_ + DEFAULT_REACH
            detail = f"has no run until {_text(end)}: set a later until"
            if error.next_at is not None:
                detail += f", the next run is due at {_text(error.next_at)}"
            raise names.refusal("no_run", detail) from error
        except TooManyRuns as error:
            detail = f"has more than {MOST_RUNS} runs: set until to {_text(error.last_at)} at the latest"
            raise names.refusal("too_many_runs", detail) from error
        except RunsMeet as error:
            raise names.refusal("runs_overlap", _overlap(error, hours)) from error


def _overlap(error: RunsMeet, hours: float) -> str:
    between = f"between the runs of {_text(error.due_at)} and {_text(error.next_at)}"
    if error.flex < timedelta(0):
        room = (error.next_at - error.due_at) / units.HOUR
        return f"has {room:g} h {between}, and a run takes {hours:g} h: set a rarer cron or a shorter job"
    most = error.flex / units.HOUR
    return f"lets runs overlap {between}: set flex_hours to at most {most:g}, so that each ends before the next is due"


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
