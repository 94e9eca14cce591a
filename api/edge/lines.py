"""The form of all log lines: times in UTC, printable ASCII, no API keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from store.keys.table import PREFIX

_API_KEY = re.compile(PREFIX + r"[A-Za-z0-9_-]{16,}")
_NOT_PRINTABLE = re.compile(r"[^ -~]")


def utc_text(seconds: float) -> str:
    """A time in seconds since 1970 as text: UTC, to the millisecond."""
    whole = int(seconds)
    return f"{_second(whole)}.{int(1000 * (seconds - whole)):03}Z"


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


def plain_line(line: str) -> str:
    """A line of JSON in printable ASCII and without API keys.

    Other characters may end a line (U+0085, U+2028), turn its direction (U+202E) or command a terminal. A caller may
    put a key into a path.
    """
    if PREFIX in line:
        line = _API_KEY.sub(f"{PREFIX}[hidden]", line)
    if line.isascii() and line.isprintable():
        return line
    return _NOT_PRINTABLE.sub(_escaped, line)


def _escaped(character: re.Match[str]) -> str:
    """As JSON escapes it: one unit of UTF-16 or two."""
    units = character[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
