"""Which usage a caller wants to see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from api.questions import names
from api.questions.fields import LONGEST, Parameters
from carbon.usage_reports import ReportQuery, ReportStep
from planning.ledger.report import DIMENSIONS

MOST_DIMENSIONS = 4
MOST_LISTED = 1000
USUAL_DAYS = 30
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _today(info: ValidationInfo) -> date:
    return names.facts(info).now.astimezone(UTC).date()


def _date_text(value: object) -> object:
    """Refuses a number, which pydantic would take for seconds since 1970, and a date with a time."""
    if value is None or (isinstance(value, str) and _DATE.fullmatch(value)):
        return value
    raise names.refusal("date", "must be a date such as 2026-02-11")


def _not_before_first(last: date | None, info: ValidationInfo) -> date:
    """The day of today at the latest, and not before the first."""
    today = _today(info)
    last = today if last is None else last
    if last > today:
        raise names.refusal("in_the_future", f"must be at most today, {today.isoformat()}")
    first = info.data.get("first")
    if first is not None and last < first:
        raise names.refusal("end_before_start", "must not be before from")
    if first is not None and last - first > LONGEST:
        raise names.refusal("range_too_long", f"must be at most {LONGEST.days} days after from")
    return last


Day = Annotated[date, Field(strict=False), BeforeValidator(_date_text)]


class UsageSpan(Parameters):
    """Some UTC days."""

    first: Day | None = Field(
        None, alias="from", description=f"First UTC day, such as 2026-02-01. Default: {USUAL_DAYS} days before to."
    )
    to: Annotated[Day | None, AfterValidator(_not_before_first)] = Field(
        None, description="Last UTC day, included. Default: today.", validate_default=True
    )

    def days(self, now: datetime) -> tuple[date, date]:
        last = self.to or now.date()
        return self.first or last - timedelta(days=USUAL_DAYS), last


class UsageParameters(UsageSpan):
    """Which rows."""

    limit: int = Field(MOST_LISTED, ge=1, le=MOST_LISTED, description="Maximum number of rows.")
    offset: int = Field(0, ge=0, le=100_000_000, description="Number of rows to skip.")

    def is_costly(self, facts: names.Facts) -> bool:
        """More than a few rows."""
        return self.limit > 50


class ReportForm(StrEnum):
    """The form of a report."""

    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def _tag_filter(value: str) -> str:
    if "=" not in value.strip("="):
        raise names.refusal("tag", "must be NAME=VALUE, such as team=search")
    return value


def dimensions(known: Iterable[str]) -> AfterValidator:
    """Checks the names that a report is grouped by. known: our own ones, beside the names of tags."""
    ours = ", ".join(known)

    def check(value: str) -> str:
        parts = [part.strip() for part in value.split(",")]
        if not all(parts) or len(set(parts)) < len(parts) or len(parts) > MOST_DIMENSIONS:
            detail = f"must be 1 to {MOST_DIMENSIONS} different names separated by commas: {ours}, or names of tags"
            raise names.refusal("dimensions", detail)
        return ",".join(parts)

    return AfterValidator(check)


class GroupedDays(UsageSpan):
    """What happened on some UTC days, by groups and steps."""

    by: str | None = None
    step: ReportStep = Field(ReportStep.TOTAL, description="Cut time into UTC days or calendar months in UTC.")
    tag: list[Annotated[str, AfterValidator(_tag_filter)]] = Field(
        default=[], max_length=10, description="Only rows with this tag, NAME=VALUE; may be repeated."
    )

    def is_costly(self, facts: names.Facts) -> bool:
        """Always: it reads many rows."""
        return True

    def query(self, now: datetime) -> ReportQuery:
        first, last = self.days(now)
        pairs = (text.partition("=") for text in self.tag)
        return ReportQuery(
            first=first,
            last=last,
            by=tuple(self.by.split(",")) if self.by else (),
            step=self.step,
            tags=tuple((name, value) for name, _, value in pairs),
        )


class ReportQuestion(GroupedDays):
    """Which usage, by what; pages and pictures ask the same."""

    by: Annotated[Annotated[str, Field(max_length=400), dimensions(DIMENSIONS)] | None, Field()] = Field(
        None,
        description=f"What the rows are grouped by, separated by commas: {', '.join(DIMENSIONS)}, or the name of a tag "
        "(tag:NAME if a tag is named like one of these). Default: one group.",
        examples=["team,region"],
    )
    functional_units: float | None = Field(
        None, ge=1e-6, le=1e15, description="How many of your units (requests, builds, users) were served: gives sci."
    )

    def query(self, now: datetime) -> ReportQuery:
        return replace(super().query(now), functional_units=self.functional_units)


class ReportParameters(ReportQuestion):
    """The same, and in which form."""

    shown_as: ReportForm | None = Field(
        None, alias="format", description="The form of the answer. Default: JSON, or CSV if Accept prefers it."
    )
