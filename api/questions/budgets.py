"""What a caller may say of a budget."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from api.questions import names
from api.questions.fields import Body, Parameters
from api.questions.parse import InvalidParameters
from api.questions.usage import MOST_TAGS, Tag, TagName
from carbon.budgets import USUAL_THRESHOLDS, Budget, BudgetPeriod, OnExceed
from carbon.errors import FieldError

MOST_FORMER = 36
MOST_LISTED = 100
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
NAME_RULE = "must have 1 to 100 letters, digits, dots, hyphens and underscores, and begin with a letter or digit"


def _time_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (OSError, ValueError, KeyError) as error:  # a folder, no path, no such file
        detail = f"{name!r} is not a time zone of the IANA database, such as Europe/Berlin"
        raise names.refusal("unknown_time_zone", detail, lambda: _nearest_zones(name)) from error


def _nearest_zones(name: str) -> list[str]:
    return get_close_matches(name, available_timezones(), n=3)


def _thresholds(values: list[float]) -> list[float]:
    if len(set(values)) < len(values):
        raise names.refusal("not_unique", "must name each threshold once")
    return sorted(values)


Limit = Annotated[float, Field(ge=0, le=1e9)]
Percent = Annotated[float, Field(gt=0, le=1000)]


class BudgetRequest(Body):
    """What usage with some tags may emit or cost in a period."""

    tags: dict[TagName, Tag] = Field(
        default={},
        max_length=MOST_TAGS,
        description="Usage with all of these tags counts. Default: all usage.",
        examples=[{"team": "search"}],
    )
    period: BudgetPeriod = Field(description="How often it begins anew.", examples=["month"])
    time_zone: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_time_zone)] = Field(
        "UTC", description="IANA name; its midnights begin periods, also over changes of the clocks."
    )
    limit_kg: Limit | None = Field(None, description="kgCO2e of a period.", examples=[120.0])
    limit_usd: Limit | None = Field(
        None, description="US dollars of a period. At least one of both limits is required.", validate_default=True
    )
    on_exceed: OnExceed = Field(
        OnExceed.WARN, description="Whether placements beyond a limit are refused, or placed with a remark."
    )
    include_embodied: bool = Field(
        False, description="Whether the hardware's share counts, beside the grams of the grid."
    )
    thresholds: Annotated[list[Percent], Field(max_length=20), AfterValidator(_thresholds)] = Field(
        list(USUAL_THRESHOLDS), description="Percent of a limit, spent or reserved, of which webhooks are told."
    )

    @field_validator("limit_usd")
    @classmethod
    def _one_limit(cls, limit: float | None, info: ValidationInfo) -> float | None:
        if limit is None and info.data.get("limit_kg", "wrong") is None:
            raise names.refusal("missing", "is required, or limit_kg in its place")
        return limit

    def budget(self, name: str) -> Budget:
        """What is stored."""
        return Budget(
            name=name,
            period=self.period,
            time_zone=self.time_zone,
            tags=self.tags,
            limit_kg=self.limit_kg,
            limit_usd=self.limit_usd,
            on_exceed=self.on_exceed,
            includes_embodied=self.include_embodied,
            thresholds=tuple(self.thresholds),
        )


class BudgetParameters(Parameters):
    """Which periods of a budget."""

    former: int = Field(0, ge=0, le=MOST_FORMER, description="How many former periods to show, the latest first.")

    def is_costly(self, facts: names.Facts) -> bool:
        """More than a few periods."""
        return self.former > 3


class BudgetsParameters(Parameters):
    """Which budgets."""

    limit: int = Field(MOST_LISTED, ge=1, le=MOST_LISTED, description="Maximum number of budgets.")
    offset: int = Field(0, ge=0, le=1_000_000, description="Number of budgets to skip.")


def check_name(name: str) -> None:
    """Refuses a name under which no budget can be created."""
    if not _NAME.fullmatch(name):
        wrong = FieldError(location=("budget_name",), code="string_pattern_mismatch", detail=NAME_RULE)
        raise InvalidParameters([wrong])
