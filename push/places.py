"""How many streams a process serves, of whom, and which zones they follow."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable

from carbon.errors import Busy
from pid import process_id


class StreamsFull(Busy):
    """As many streams are open as may be, of all callers or of this one."""

    retry_after_seconds = 10


class Places:
    """The places for the streams of one process; a forked process begins with none taken. Safe for threads."""

    def __init__(self, most: int, most_per_caller: int) -> None:
        self._most, self._most_per_caller = most, most_per_caller
        self._lock = threading.Lock()
        self._owner = process_id()
        self._callers: Counter[str] = Counter()
        self._zones: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many streams are open or about to open."""
        return self._callers.total() if self._owner == process_id() else 0

    def zones(self) -> list[str]:
        """The zones that the streams follow."""
        with self._lock:
            return list(self._zones) if self._owner == process_id() else []

    def reserve(self, caller: str, zones: Iterable[str]) -> None:
        """Take a place, to be given back by `release`. Raises StreamsFull."""
        with self._lock:
            if self._owner != process_id():
                self._owner, self._callers, self._zones = process_id(), Counter(), Counter()
            if self._callers[caller] >= self._most_per_caller:
                raise StreamsFull(
                    f"this caller has {self._callers[caller]} streams open in this process, and may have no more "
                    "(STREAMS_PER_CALLER)"
                )
            if self._callers.total() >= self._most:
                raise StreamsFull(f"{self._most} streams are open, and this process serves no more (STREAMS)")
            self._callers[caller] += 1
            self._zones.update(zones)

    def release(self, caller: str, zones: Iterable[str]) -> None:
        """Give back a place."""
        with self._lock:
            self._callers[caller] -= 1
            self._zones.subtract(zones)
            self._callers, self._zones = +self._callers, +self._zones
