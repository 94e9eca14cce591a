"""Of which months a caller wants the ledger beside the provider's own figures."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from api.questions import names
from api.questions.fields import Parameters
from api.questions.usage_reports import ReportForm
from carbon.footprint_comparisons import ComparisonQuery

USUAL_MONTHS, MOST_MONTHS = 12, 60
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def _month(value: object) -> object:
    """The first day of a month such as 2026-02."""
    if value is None:
        return value
    if isinstance(value, str) and _MONTH.fullmatch(value) and value >= "0001":
        return date(int(value[:4]), int(value[5:]), 1)
    raise names.refusal("month", "must be a month such as 2026-02")


def _not_before_first(last: date | None, info: ValidationInfo) -> date:
    """The present month at the latest, and not before the first."""
    present = names.facts(info).now.astimezone(UTC).date().replace(day=1)
    last = present if last is None else last
    if last > present:
        raise names.refusal("in_the_future", f"must be at most this month, {present:%Y-%m}")
    first = info.data.get("first")
    if first is not None and last < first:
        raise names.refusal("end_before_start", "must not be before from")
    if first is not None and _number(last) - _number(first) >= MOST_MONTHS:
        raise names.refusal("range_too_long", f"must be at most {MOST_MONTHS} months in all")
    return last


def _number(month: date) -> int:
    return month.year * 12 + month.month - 1


Month = Annotated[date, BeforeValidator(_month), Field(json_schema_extra={"format": "month"})]


class ComparisonQuestion(Parameters):
    """Some months in UTC; pages ask the same."""

    first: Month | None = Field(
        None, alias="from", description=f"First month, such as 2026-01. Default: {USUAL_MONTHS} months in all."
    )
    to: Annotated[Month | None, AfterValidator(_not_before_first)] = Field(
        None, description="Last month, included. Default: this month.", validate_default=True
    )

    def is_costly(self, facts: names.Facts) -> bool:
        """Always: it reads many rows."""
        return True

    def query(self, now: datetime) -> ComparisonQuery:
        last = self.to or now.date().replace(day=1)
        first = _number(last) - USUAL_MONTHS + 1
        return ComparisonQuery(first=self.first or date(first // 12, first % 12 + 1, 1), last=last)


class ComparisonParameters(ComparisonQuestion):
    """The same, and in which form."""

    shown_as: ReportForm | None = Field(
        None, alias="format", description="The form of the answer. Default: JSON, or CSV if Accept prefers it."
    )
