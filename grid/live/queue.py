"""Calls to a source that asks for a pause between two of them: one thread sends them one after the other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from time import sleep as real_sleep

from pid import process_id

logger = logging.getLogger(__name__)

Call = Callable[[], float | None]  # the seconds after which to try it again; None: it is done


class PacedQueue:
    """Calls by key, in the order in which they were added; a key that waits is not added again.

    The thread ends with the last call and does not keep a process from ending. A forked process starts its own.
    """

    def __init__(self, *, sleep: Callable[[float], None] = real_sleep) -> None:
        self._sleep = sleep
        self._lock = threading.Lock()
        self._calls: dict[Hashable, Call] = {}
        self._pid: int | None = None

    def add(self, key: Hashable, call: Call) -> None:
        """Have the call sent when its turn comes."""
        with self._lock:
            if self._pid != process_id():  # no thread runs: it ended, or the process is a fork
                self._calls, self._pid = {}, process_id()
                threading.Thread(target=self._run, name="grid-paced", daemon=True).start()
            self._calls.setdefault(key, call)

    def clear(self) -> None:
        """Forget the calls that wait."""
        with self._lock:
            self._calls.clear()

    def _run(self) -> None:
        while (item := self._first()) is not None:
            key, call = item
            seconds = None
            try:
                seconds = call()
            except Exception:
                logger.exception("a call to a grid source failed because of an error in this service")
            if seconds is not None:
                self._sleep(seconds)
                continue
            with self._lock:
                self._calls.pop(key, None)

    def _first(self) -> tuple[Hashable, Call] | None:
        """The call whose turn it is; without one the thread ends."""
        with self._lock:
            if not self._calls:
                self._pid = None
                return None
            return next(iter(self._calls.items()))
