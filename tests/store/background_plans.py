"""A queue of plans in a store, workers that make them, and work that lasts as long as a test wants."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from background.desk import PlanDesk
from background.runner import PlanRunner
from carbon.queued_plans import QueuedPlan, Watch, WorkStopped
from carbon.roles import TENANT
from pid import process_name
from tests.fakes.telemetry import Counts
from tests.store.shared_places import Place

NOW = datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
CALLER = "key/1"
BEAT_SECONDS = 0.02
Answer = Callable[[bytes, str, Watch], bytes]


class Plans:
    """A queue, the clock of all who use it, and what was counted."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.now = NOW
        self.counts = Counts()
        self.desk = self.another_desk()

    def another_desk(self) -> PlanDesk:
        return PlanDesk(self._place.store(), telemetry=self.counts, utc_now=lambda: self.now)

    def runner(self, answer: Answer, limit_seconds: float = 60) -> PlanRunner:
        """Another worker."""
        return PlanRunner(self.another_desk(), answer, limit_seconds=limit_seconds, beat_seconds=BEAT_SECONDS)

    def submit(self, question: bytes = b"{}") -> QueuedPlan:
        return self.desk.submit(question, CALLER, TENANT, "carbon_req_1")

    def plan(self, plan: QueuedPlan) -> QueuedPlan:
        return self.desk.plan(plan.id, TENANT)


class Steps:
    """Work that goes on, step by step, until it is stopped or a test lets it end."""

    def __init__(self) -> None:
        self.has_begun, self.may_end = threading.Event(), threading.Event()
        self.was_stopped = False
        self._thread: threading.Thread | None = None

    def __call__(self, question: bytes, request_id: str, watch: Watch) -> bytes:
        self.has_begun.set()
        try:
            while not self.may_end.wait(0.005):
                watch.report(0.25)
        except WorkStopped:
            self.was_stopped = True
            raise
        return b"answer"

    def begin(self, runner: PlanRunner) -> threading.Thread:
        """Have a worker begin in a thread."""
        self._thread = threading.Thread(target=runner.look, daemon=True)
        self._thread.start()
        assert self.has_begun.wait(5)
        return self._thread

    def end(self) -> None:
        """Let it end."""
        self.may_end.set()
        if self._thread is not None:
            self._thread.join(5)


def an_ended_process() -> str:
    """The name of a process of this machine that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return f"{process_name().rpartition('/')[0]}/{process.pid}"
