"""Lengths of time and times as people type them, and as the service reads them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")


def duration(text: str) -> timedelta:
    """A length of time such as 4h, 90m, 1h30m or 2d, more than 0 and at most a year. Raises ValueError."""
    match = _DURATION.fullmatch(text.strip().lower())
    numbers = match.groups() if match else ()
    seconds = sum(float(number) * unit for number, unit in zip(numbers, _SECONDS.values(), strict=False) if number)
    if not 0 < seconds <= 8760 * 3600:
        raise ValueError(f"{text!r} is no length of time such as 4h, 90m, 1h30m or 2d (at most 365d)")
    return timedelta(seconds=seconds)


def moment(text: str) -> datetime:
    """A time with its offset from UTC, in UTC. Raises ValueError."""
    try:
        at = datetime.fromisoformat(text.strip())
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):  # in UTC it may be before the year 1 or after 9999
        pass
    raise ValueError(f"{text!r} is no time with an offset such as 2026-02-11T18:00Z")


def hours(length: timedelta) -> float:
    return length / timedelta(hours=1)


def written(at: datetime) -> str:
    """A time as the service reads and writes it, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_words(length: timedelta) -> str:
    """Such as 2 h 05 min, or 40 s."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
