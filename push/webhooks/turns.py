"""Whose turn it is to be sent to, so that a dead host of one subscriber delays no other."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Container

MOST_AT_ONCE = 16
MOST_OF_A_HOST = 2
MOST_AFTER_FAILURES = 8  # attempts at webhooks that failed last: the others are for those that work
FIRST_REST_SECONDS = 2.0
LONGEST_REST_SECONDS = 60.0


class Turns:
    """One attempt at a time for each webhook, two for each host; after failures a webhook rests up to a minute.

    Webhooks that failed last have half of all turns at most, so that many dead hosts do not delay one that works.

    Times are monotonic seconds. Safe for threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, str] = {}  # host by webhook
        self._hosts: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._rests_until: dict[str, float] = {}

    @property
    def is_idle(self) -> bool:
        """Whether no attempt is under way."""
        return not self._running

    @property
    def is_full(self) -> bool:
        """Whether as many attempts are under way as may be."""
        return len(self._running) >= MOST_AT_ONCE

    def begin(self, webhook_id: str, host: str, now: float, *, is_urgent: bool = False) -> bool:
        """Take a turn if the webhook may have one; whether it may. is_urgent: even if it rests."""
        with self._lock:
            is_resting = now < self._rests_until.get(webhook_id, now) and not is_urgent
            is_taken = webhook_id in self._running or self._hosts[host] >= MOST_OF_A_HOST
            if self.is_full or is_taken or is_resting or (webhook_id in self._failures and self._is_crowded()):
                return False
            self._running[webhook_id] = host
            self._hosts[host] += 1
            return True

    def forget_others(self, webhook_ids: Container[str]) -> None:
        """Forget the failures of webhooks that were removed."""
        with self._lock:
            for gone in [one for one in self._failures if one not in webhook_ids]:
                del self._failures[gone]
                self._rests_until.pop(gone, None)

    def _is_crowded(self) -> bool:
        return sum(one in self._failures for one in self._running) >= MOST_AFTER_FAILURES

    def end(self, webhook_id: str, now: float, *, is_success: bool) -> None:
        """Give the turn back."""
        with self._lock:
            self._hosts[self._running.pop(webhook_id)] -= 1
            self._hosts += Counter()  # without those at 0
            if is_success:
                self._failures.pop(webhook_id, None)
                self._rests_until.pop(webhook_id, None)
                return
            steps = min(self._failures[webhook_id], 10)
            self._failures[webhook_id] += 1
            self._rests_until[webhook_id] = now + min(FIRST_REST_SECONDS * 2.0**steps, LONGEST_REST_SECONDS)
