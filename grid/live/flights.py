"""Upstream calls in progress: one for each key, a few at once, none waited for longer than the deadline."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from pid import process_id

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flight:
    """A call in progress. started_at: monotonic seconds when it was submitted."""

    future: Future[None]
    started_at: float


REPEAT_SECONDS = 0.25  # while another worker sends a call, it suffices to look at this interval


class Flights:
    """Runs calls on a few threads, which are started on first use so that a forked worker has its own.

    A second caller with the same key joins the call in progress.
    """

    def __init__(self, *, at_once: int, monotonic: Callable[[], float]) -> None:
        self._at_once = at_once
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._in_progress: dict[Hashable, Flight] = {}
        self._ended_at: dict[Hashable, float] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._pid: int | None = None

    def join(self, key: Hashable, call: Callable[[], None]) -> Flight:
        """The flight of this key: the one in progress, otherwise a new one that runs `call`."""

        def run() -> None:
            try:
                call()
            finally:
                with self._lock:
                    self._in_progress.pop(key, None)
                    self._ended_at[key] = self._monotonic()

        with self._lock:
            if self._pool is None or self._pid != process_id():
                self._pool = ThreadPoolExecutor(self._at_once, thread_name_prefix="grid")
                self._pid = process_id()
                self._in_progress = {}
            flight = self._in_progress.get(key)
            if flight is not None:
                return flight
            flight = Flight(future=self._pool.submit(run), started_at=self._monotonic())
            self._in_progress[key] = flight
        flight.future.add_done_callback(_report_crash)
        return flight

    def ended_just_now(self, key: Hashable) -> bool:
        """Whether the last flight of this key ended a moment ago, so that another one would bring nothing new."""
        ended_at = self._ended_at.get(key)
        return ended_at is not None and 0 <= self._monotonic() - ended_at < REPEAT_SECONDS

    def wait(self, flights: Iterable[Flight], *, seconds: float) -> None:
        """Return when all have ended, at the latest after `seconds`. Does not wait for flights older than `seconds`."""
        ends = self._monotonic() + seconds
        for flight in flights:
            seconds_left = min(ends, flight.started_at + seconds) - self._monotonic()
            if seconds_left > 0:
                wait((flight.future,), timeout=seconds_left)


def _report_crash(future: Future[None]) -> None:
    error = future.exception()
    if error is not None:
        logger.error("a call to a grid source failed because of an error in this service", exc_info=error)
