"""Which decisions a caller wants to see."""

from __future__ import annotations

from datetime import UTC, datetime, time

from pydantic import Field

from api.questions import names
from api.questions.fields import Parameters
from api.questions.usage_reports import UsageSpan

MOST_LISTED = 100


class DecisionsParameters(UsageSpan):
    """Which decisions, by the day on which they were made."""

    limit: int = Field(MOST_LISTED, ge=1, le=MOST_LISTED, description="Maximum number of decisions.")
    offset: int = Field(0, ge=0, le=100_000_000, description="Number of decisions to skip.")

    def is_costly(self, facts: names.Facts) -> bool:
        """Always: a plan has thousands of promises."""
        return True

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """The first and the last second."""
        first, last = self.days(now)
        return datetime.combine(first, time(), UTC), datetime.combine(last, time(23, 59, 59), UTC)


class DecisionParameters(Parameters):
    """What is shown of a decision."""

    replay: bool = Field(True, description="Answer the question again from what was kept, and compare.")

    def is_costly(self, facts: names.Facts) -> bool:
        """Always: a replay takes as long as the question did, and more if its facts are not those of today."""
        return True
