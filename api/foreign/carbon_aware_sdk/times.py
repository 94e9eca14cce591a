"""Times and lengths as the Carbon Aware SDK reads and writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_LENIENT = re.compile(
    r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})"
    r"(?:[Tt ]+(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.(?P<fraction>\d{1,16}))?)?)?"
    r"\s*(?P<offset>[Zz]|[+\- ]?\d{2}:?\d{2})?"
)
_STRICT = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"(?:T(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,16}))?)?"
    r"(?P<offset>Z|[+\-]\d{2}:\d{2})?)?"
)
FIRST_YEAR, LAST_YEAR = 1971, 2200
_LONGEST_OFFSET = timedelta(hours=14)


def lenient_time(text: str) -> datetime | None:
    """The UTC time of a query parameter: months, days and hours need no leading zero; without an offset it is UTC.

    A plus sign that was sent as it is arrives as a space, which is read as a plus sign. None: it is no time.
    """
    return _time(_LENIENT.fullmatch(text.strip()))


def strict_time(text: str) -> datetime | None:
    """The UTC time of a field of a body, which must be ISO 8601. None: it is not."""
    return _time(_STRICT.fullmatch(text))


def _time(match: re.Match[str] | None) -> datetime | None:
    if match is None:
        return None
    parts = match.groupdict(default="0")
    numbers = [int(parts[name]) for name in ("year", "month", "day", "hour", "minute", "second")]
    try:
        zone = timezone(_offset(match["offset"] or "Z"))
        local = datetime(*numbers, int(parts["fraction"].ljust(6, "0")[:6]), tzinfo=zone)  # type: ignore[misc,arg-type]
        return local.astimezone(UTC) if FIRST_YEAR <= local.year <= LAST_YEAR else None
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> timedelta:
    if text in "Zz":
        return timedelta()
    digits = text.lstrip("+- ").replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset > _LONGEST_OFFSET or int(digits[2:]) > 59:
        raise ValueError
    return -offset if text.startswith("-") else offset


def stamp(moment: datetime) -> str:
    """In UTC with +00:00; parts of a second only where there are any."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00")
    return f"{text.rstrip('0').rstrip('.')}+00:00"


def length(duration: timedelta) -> str:
    """hh:mm:ss, with the number of days before it where there are any: 1.00:00:00."""
    hours, rest = divmod(duration.seconds, 3600)
    clock = f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    return f"{duration.days}.{clock}" if duration.days else clock
