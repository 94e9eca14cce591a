"""Makes the plans of the queue: one at a time for each machine, in a thread of one of its workers."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex

from background.desk import PlanDesk
from background.work import Work
from carbon.errors import CarbonError, InvalidRequest, StateUnavailable
from carbon.queued_plans import QueuedPlan, Watch, WorkStopped
from pid import process_id, process_name

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # between two looks at the queue
BEAT_SECONDS = 1.0  # between two renewals of a lease
GRACE_SECONDS = 10.0  # for a step that is under way when the work is stopped
LOST = "the store has lost the question: send it again"
BROKEN = "the service has an error: give the request id {request_id} to its operator"


class PlanRunner:
    """Looks at the queue and makes the plan that it may claim. A forked process looks with its own thread.

    A lease is renewed beside the work, so that a long step loses no plan. A process that ends in good order gives its
    plan back; the plan of one that was killed is claimed by another worker.
    """

    def __init__(
        self,
        desk: PlanDesk,
        answer: Callable[[bytes, str, Watch], bytes],
        *,
        limit_seconds: float,
        beat_seconds: float = BEAT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """answer: the body that a question of this request id is answered with. limit_seconds: for each plan."""
        self.desk = desk
        self._answer = answer
        self._limit_seconds = limit_seconds
        self._beat_seconds = beat_seconds
        self._monotonic = monotonic
        self._owner: int | None = None
        self._wake = threading.Event()
        self._attempt: tuple[str, Work] | None = None
        self._is_leaving = False

    def follow(self) -> None:
        """Have a thread of this process look from now on, and at once. Returns at once; may be called often."""
        if self._owner != process_id():
            self._owner = process_id()
            self._wake, self._attempt, self._is_leaving = threading.Event(), None, False
            atexit.register(self.leave)
            threading.Thread(target=self._follow, name="plans", daemon=True).start()
        self._wake.set()

    def look(self) -> bool:
        """Make the plan that this process may claim; whether there was one. Raises StateUnavailable."""
        run = token_hex(8)
        plan = None if self._is_leaving else self.desk.claim(process_name(), run)
        if plan is None:
            return False
        question = self.desk.question(plan)
        if question is None:
            self.desk.failed(run, LOST)
            return True
        work = Work(
            lambda watch: self._answer(question, plan.request_id, watch),
            limit_seconds=self._limit_seconds,
            monotonic=self._monotonic,
        )
        self._attempt = (run, work)
        work.start()
        try:
            if self._attend(run, work):
                self._store(plan, run, work.result)
        finally:
            self._attempt = None
        return True

    def leave(self) -> None:
        """Give the plan back that this process makes: it ends."""
        self._is_leaving = True
        attempt = self._attempt
        if attempt is not None and self._owner == process_id():
            with suppress(StateUnavailable):  # then the lease runs out
                self.desk.give_back(attempt[0])
            attempt[1].stop()

    def _attend(self, run: str, work: Work) -> bool:
        """Renew the lease until the work has ended; False if the attempt does not count any more."""
        while not work.wait(self._beat_seconds):
            with suppress(StateUnavailable):  # the work goes on; the next renewal may succeed
                if not self.desk.renew(run, work.share):
                    work.stop()
                    work.wait(GRACE_SECONDS)
                    return False
            if work.is_overdue(GRACE_SECONDS):
                work.result = WorkStopped("no step ended in time")
                return True
        return not (work.was_stopped and isinstance(work.result, WorkStopped))

    def _store(self, plan: QueuedPlan, run: str, result: bytes | Exception | None) -> None:
        """Store what came of an attempt; while the store cannot be used, try as long as the lease may last."""
        for _ in range(round(GRACE_SECONDS / self._beat_seconds)):
            try:
                if isinstance(result, bytes):
                    self.desk.done(plan, run, result)
                else:
                    self.desk.failed(run, self._detail(plan, result))
            except StateUnavailable:
                time.sleep(self._beat_seconds)
            else:
                return
        raise StateUnavailable("the queue of plans")

    def _detail(self, plan: QueuedPlan, error: Exception | None) -> str:
        """Why there is no plan, in a sentence for the caller."""
        if isinstance(error, WorkStopped):
            return (
                f"the plan took longer than {self._limit_seconds:g} s (PLAN_BACKGROUND_SECONDS): send fewer jobs, "
                "fewer regions for each, nearer deadlines, or interruptible: true without limits"
            )
        if isinstance(error, InvalidRequest):
            fields = (f"{'/'.join(map(str, one.location))} {one.detail}" for one in error.errors[:3])
            return f"the question is not valid any more: {'; '.join(fields)}"
        if isinstance(error, CarbonError):
            return str(error)
        log.error("a plan in the background failed", exc_info=error, extra={"request_id": plan.request_id})
        return BROKEN.format(request_id=plan.request_id)

    def _follow(self) -> None:
        while not self._is_leaving:
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            try:
                while self.look():
                    pass
            except StateUnavailable as error:  # others log it: the connection, the shared state
                log.debug("plans in the background wait: %s", error)
            except Exception:  # the thread must go on: the next look may succeed
                log.exception("the queue of plans could not be looked at")
