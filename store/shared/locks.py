"""dogpile.cache's mutex over a store of ours: taken by trying again, for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from secrets import token_hex

from dogpile.cache.api import CacheMutex

from store.shared.changes import LockHeld

POLL_SECONDS = 0.02


class ExpiringLock(CacheMutex):
    """Waiting for it ends with LockHeld. One thread of a process uses it at a time.

    take: whether the lock was free and is the owner's now, until it expires. free: free it if it is still the owner's.
    """

    def __init__(
        self,
        name: str,
        *,
        wait_seconds: float,
        take: Callable[[str], bool],
        free: Callable[[str], None],
        is_held: Callable[[], bool],
    ) -> None:
        self._name = name
        self._wait_seconds = wait_seconds
        self._take, self._free, self._is_held = take, free, is_held
        self._owner = ""

    def acquire(self, wait: bool = True) -> bool:
        owner, ends = token_hex(8), time.monotonic() + self._wait_seconds
        while not self._take(owner):
            if not wait:
                return False
            if time.monotonic() >= ends:
                raise LockHeld(self._name)
            time.sleep(POLL_SECONDS)
        self._owner = owner
        return True

    def release(self) -> None:
        self._free(self._owner)

    def locked(self) -> bool:
        return self._is_held()
