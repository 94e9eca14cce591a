"""When a question is asked again, and after how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

BUSY = (429, 503)
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """The limits of asking again.

    count: further attempts after the first, 0 or more.
    longest_seconds: the longest delay before one of them; where the service asks for more, its answer is final.
    """

    count: int = 3
    longest_seconds: float = LONGEST_DELAY_SECONDS

    def delay_seconds(self, attempt: int, retry_after_seconds: float | None, chance: float) -> float | None:
        """How long to wait after an attempt failed; None if it was the last.

        attempt: 0 for the first. chance: 0 to 1; spreads callers that failed together over half the delay.
        """
        if attempt >= self.count:
            return None
        if retry_after_seconds is not None:
            return None if retry_after_seconds > self.longest_seconds else retry_after_seconds
        delay = min(FIRST_DELAY_SECONDS * 2.0**attempt, self.longest_seconds)
        return delay * (0.5 + chance / 2)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """A Retry-After header, in seconds or as a date, as seconds from now, 0 or more; None if there is none to read."""
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
