"""Of which decisions a caller wants to see what they saved."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.questions.fields import SignalField
from api.questions.parse import InvalidParameters
from api.questions.usage_reports import GroupedDays, ReportForm, dimensions
from carbon.errors import FieldError
from carbon.intensity import SignalName
from planning.ledger.savings import SAVINGS_DIMENSIONS

MOST_DECISIONS = 10_000  # in one report; each takes half a millisecond


class SavingsQuestion(GroupedDays):
    """Which decisions, by what; the page asks the same."""

    by: Annotated[Annotated[str, Field(max_length=400), dimensions(SAVINGS_DIMENSIONS)] | None, Field()] = Field(
        None,
        description=f"What decisions are grouped by, separated by commas: {', '.join(SAVINGS_DIMENSIONS)}, or the name "
        "of a tag (tag:NAME if a tag is named like one of these). Default: one group.",
        examples=["team,kind"],
    )
    signal: SignalField = SignalName.AVERAGE


class SavingsParameters(SavingsQuestion):
    """The same, and in which form."""

    shown_as: ReportForm | None = Field(
        None, alias="format", description="The form of the answer. Default: JSON, or CSV if Accept prefers it."
    )


def check_count(decisions: int) -> None:
    """Raises InvalidParameters for more decisions than one report takes."""
    if decisions > MOST_DECISIONS:
        detail = f"{decisions:,} decisions were made on these days: ask for fewer days, with {MOST_DECISIONS:,} at most"
        raise InvalidParameters([FieldError(location=("from",), code="too_many_decisions", detail=detail)])
