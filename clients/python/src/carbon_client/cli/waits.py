"""What `carbon run` does at a moment while it waits for a window. Values in, values out; no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

ASK_EVERY = timedelta(hours=1)  # forecasts are renewed about once an hour
LAST_ASK = timedelta(minutes=10)  # before the start; later the window stands
LONGEST_NAP = timedelta(seconds=30)  # after a suspended machine wakes up, the clock is read again


class Step(Enum):
    START = "start"
    ASK = "ask again"
    NAP = "sleep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """starts_at: of the window. asked_at: when the service last named it. latest: the last start that is allowed."""

    starts_at: datetime
    asked_at: datetime
    latest: datetime

    def step(self, now: datetime) -> Step:
        """Start once the window begins; ask again once an hour, while that can still change something."""
        if now >= self.starts_at:
            return Step.START
        may_change = self.starts_at - now > LAST_ASK and self.latest > now
        return Step.ASK if now - self.asked_at >= ASK_EVERY and may_change else Step.NAP

    def nap(self, now: datetime) -> timedelta:
        return min(self.starts_at - now, LONGEST_NAP)
