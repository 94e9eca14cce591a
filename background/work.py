"""One piece of work in a thread of its own, which is followed and may be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from carbon.queued_plans import Watch, WorkStopped

MOST_PAUSE_SECONDS = 0.05


class Work:
    """The Watch of a piece of work, the thread that does it, and what came of it.

    After each step the thread pauses as long as the step took, up to MOST_PAUSE_SECONDS: requests come first, since all
    threads of a process share one lock of Python. share: of the work done. result: None until it has ended.
    was_stopped: by `stop`, not because its time was over.
    """

    is_awaited = False

    def __init__(
        self,
        make: Callable[[Watch], bytes],
        *,
        limit_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """make: raises WorkStopped soon after it was stopped, or its time is over."""
        self.share = 0.0
        self.result: bytes | Exception | None = None
        self._make = make
        self._monotonic = monotonic
        self._pause = pause
        self._ends = monotonic() + limit_seconds
        self._step_began = monotonic()
        self.was_stopped = False
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="plan", daemon=True).start()

    def stop(self) -> None:
        """Have it end at its next step."""
        self.was_stopped = True

    def wait(self, seconds: float) -> bool:
        """Whether it ends within so many seconds."""
        return self._ended.wait(seconds)

    def report(self, share: float) -> None:
        """See Watch."""
        self.share = share
        if self.is_stopped():
            raise WorkStopped("the work was stopped")
        self._pause(min(MOST_PAUSE_SECONDS, max(0.0, self._monotonic() - self._step_began)))
        self._step_began = self._monotonic()

    def is_stopped(self) -> bool:
        """See Watch."""
        return self.was_stopped or self.is_overdue(0.0)

    def is_overdue(self, seconds: float) -> bool:
        """Whether its time has been over for so long."""
        return self._monotonic() >= self._ends + seconds

    def seconds_left(self) -> float:
        """See Watch."""
        return max(0.0, self._ends - self._monotonic())

    def _run(self) -> None:
        try:
            self.result = self._make(self)
        except Exception as error:
            self.result = error
        self._ended.set()
