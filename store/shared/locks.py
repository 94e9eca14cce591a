"""A lock over processes that a store provides. It expires, so that a process that dies blocks nothing for long.

Its owner's name begins with that of the process, so that a store of one machine need not wait for the expiry.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_hex

from carbon.errors import CarbonError
from pid import has_ended, process_name

POLL_SECONDS = 0.02


class LockHeld(CarbonError):
    """Another process holds the lock, and has held it for as long as a caller may wait."""


@dataclass(slots=True, kw_only=True)
class ExpiringLock:
    """The lock of one key, for one thread.

    wait_seconds: longest wait. take: take the lock for an owner unless another one holds it; whether that worked.
    free: free the lock if the owner still holds it.
    """

    name: str
    wait_seconds: float
    take: Callable[[str], bool]
    free: Callable[[str], None]
    _owner: str = field(default_factory=lambda: f"{process_name()}:{token_hex(8)}")

    def acquire(self, *, wait: bool = True) -> bool:
        """Whether the caller holds the lock now. Raises LockHeld after wait_seconds."""
        ends = time.monotonic() + self.wait_seconds
        while not self.take(self._owner):
            if not wait:
                return False
            if time.monotonic() >= ends:
                raise LockHeld(self.name)
            time.sleep(POLL_SECONDS)
        return True

    def release(self) -> None:
        self.free(self._owner)


def is_abandoned(owner: str) -> bool:
    """Whether the process of a lock's owner is known to have ended."""
    return has_ended(owner.partition(":")[0])
