"""When a store that failed is not used, and when it is tried again."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable


class Backoff:
    """After a failure no caller tries for some seconds; then one caller tries while the others still do without."""

    def __init__(self, seconds: float, *, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._until = -math.inf
        self.failing = False

    def may_try(self) -> bool:
        """Whether this caller may try now. If so after a failure, the next callers wait for the outcome."""
        if not self.failing:
            return True
        with self._lock:
            now = self._monotonic()
            if now < self._until:
                return False
            self._until = now + self._seconds
            return True

    def failed(self) -> bool:
        """Note a failure; whether it is the first after a success."""
        with self._lock:
            self._until = self._monotonic() + self._seconds
            is_first, self.failing = not self.failing, True
        return is_first

    def succeeded(self) -> bool:
        """Note a success; whether it is the first after a failure."""
        if not self.failing:
            return False
        with self._lock:
            is_first, self.failing = self.failing, False
        return is_first
