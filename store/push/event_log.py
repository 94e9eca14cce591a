"""The events of the last hour in the order in which they came, one list for all workers, and the last look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

LIFETIME = timedelta(minutes=75)  # an hour is promised
MOST_EVENTS = 50_000  # about 30 MB
MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLook:
    """The last look at the zones. number: of all looks, 0 before the first one. at: seconds since 1970."""

    number: int = 0
    at: float = 0.0
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPart:
    """Events behind an id, each with its own. newest: the id of the last event of all, or where the log begins.

    is_gapless: whether no event between the id and the first one here has been dropped. A log that nobody has written
    to has given no id, not even 0, so that nobody can go on behind it.
    """

    events: tuple[tuple[int, bytes], ...]
    newest: int
    is_gapless: bool


class EventLog(Protocol):
    """Events and the last look in a store that all workers share. Safe for threads and forks.

    Every method raises StateUnavailable when the store cannot be used, within a fraction of a second.
    """

    def look(self) -> StoredLook:
        """The last look."""
        ...

    def append(self, before: StoredLook, look: bytes | None, events: Sequence[bytes], at: float) -> bool:
        """Store a look and its events in one step, unless another look came after `before`: then nothing, False.

        look: None if it saw what `before` did. at: seconds since 1970. Older events than LIFETIME are dropped.
        """
        ...

    def behind(self, after: int, most: int) -> LogPart:
        """The first `most` events with larger ids."""
        ...
