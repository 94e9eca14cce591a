"""When a store that failed is left alone, and when it is tried again."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable


class Rest:
    """After a failure nobody tries for some seconds; then one caller does while the others still do without."""

    def __init__(self, seconds: float, *, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._until = -math.inf
        self.failing = False

    def may_try(self) -> bool:
        """Whether this caller may try now; if so after a failure, the next ones wait for what becomes of it."""
        if not self.failing:
            return True
        with self._lock:
            now = self._monotonic()
            if now < self._until:
                return False
            self._until = now + self._seconds
            return True

    def failed(self) -> bool:
        """Note a failure; whether it is news."""
        with self._lock:
            self._until = self._monotonic() + self._seconds
            news, self.failing = not self.failing, True
        return news

    def succeeded(self) -> bool:
        """Note a success; whether it is news."""
        if not self.failing:
            return False
        with self._lock:
            news, self.failing = self.failing, False
        return news
