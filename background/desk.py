"""The queue of plans in the store that workers share, with the question and the answer of each plan."""

from __future__ import annotations

import logging
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from secrets import token_hex

import orjson

from carbon.errors import UnknownPlan
from carbon.queued_plans import LIFETIME, PlanState, QueuedPlan
from carbon.roles import TENANT
from pid import has_ended
from planning.plan import queue as plan_queue
from planning.plan.queue import Queue
from store.shared.changes import Store
from telemetry import SILENT, Telemetry

log = logging.getLogger(__name__)

KEY = "plans:queue"
ID_BYTES = 16
COMPRESSION = 1  # of questions and answers: JSON becomes about a tenth
KEY_CALLER = "key/"
_TIMES = ("created_at", "lease_ends_at")


def encode(queue: Queue) -> bytes:
    """The queue as JSON."""
    return orjson.dumps(queue)


def decode(raw: bytes | None) -> Queue:
    """The queue; an empty one if there is none, or none that this release can read."""
    try:
        return tuple(_plan(row) for row in orjson.loads(raw or b"[]"))
    except (ValueError, TypeError, AttributeError, KeyError):
        return ()


def _plan(row: Mapping[str, object]) -> QueuedPlan:
    times = {name: datetime.fromisoformat(str(row[name])) for name in _TIMES if row.get(name) is not None}
    values: dict[str, object] = {**row, **times, "state": PlanState(str(row["state"]))}
    return QueuedPlan(**values)  # type: ignore[arg-type]  # another form is a TypeError here or at the first use


def stored_caller(caller: str, tenant: str) -> str:
    """The caller as it is stored: a key by its id and its tenant, an address by a digest."""
    if caller.startswith(KEY_CALLER):
        return caller if tenant == TENANT else f"{caller}/{tenant}"
    return f"address/{blake2b(caller.encode(), digest_size=12).hexdigest()}"


class PlanDesk:
    """Takes plans, tells what became of them, and lets workers claim them. Safe for threads and processes.

    Only keys of the tenant that submitted a plan read or remove it; without keys whoever has its id. Every method
    raises StateUnavailable when the store cannot be used.
    """

    def __init__(
        self,
        store: Store,
        *,
        telemetry: Telemetry = SILENT,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        has_ended: Callable[[str], bool] = has_ended,
    ) -> None:
        self._store = store
        self._telemetry = telemetry
        self._utc_now = utc_now
        self._has_ended = has_ended

    def submit(self, question: bytes, caller: str, tenant: str, request_id: str) -> QueuedPlan:
        """Put a plan into the queue. question: its JSON. Raises TooManyPlans, QueueFull."""
        now = self._utc_now()
        caller = stored_caller(caller, tenant)
        plan = QueuedPlan(id=token_hex(ID_BYTES), caller=caller, request_id=request_id, created_at=now)
        plan_queue.submit(self._queue(), plan)  # a refusal stores nothing
        self._put(_question(plan), question)
        try:
            self._change(lambda queue: plan_queue.submit(queue, plan))
        except BaseException:
            self._store.remove_document(_question(plan))
            raise
        return plan

    def plan(self, plan_id: str, tenant: str) -> QueuedPlan:
        """The plan as it is now. Raises UnknownPlan."""
        return self._of_tenant(self._queue(), plan_id, tenant)

    def cancel(self, plan_id: str, tenant: str) -> None:
        """Cancel a plan, or remove a finished one. Raises UnknownPlan, and writes nothing then."""
        self.plan(plan_id, tenant)

        def change(queue: Queue) -> Queue:
            self._of_tenant(queue, plan_id, tenant)
            return plan_queue.cancel(queue, plan_id)

        self._change(change)

    def counts(self) -> Mapping[PlanState, int]:
        """How many plans of each state are stored."""
        return Counter(plan.state for plan in self._queue())

    def claim(self, worker: str, run: str) -> QueuedPlan | None:
        """The plan that a worker is to make now, in an attempt of this name; None if there is none for it."""
        raw, now = self._store.get([KEY])[0], self._utc_now()
        if raw is None or self._claimed(decode(raw), worker, run, now) == decode(raw):  # mostly: nothing is written
            return None
        return plan_queue.of_run(self._change(lambda queue: plan_queue.claim(queue, worker, run, now)), run)

    def question(self, plan: QueuedPlan) -> bytes | None:
        """What was asked; None if the store has lost it."""
        return self._document(_question(plan))

    def answer(self, plan: QueuedPlan) -> bytes | None:
        """The answer of a plan; None unless it is done. Raises UnknownPlan if the store has lost it."""
        if plan.state is not PlanState.DONE:
            return None
        answer = self._document(_answer(plan.id, plan.run or ""))
        if answer is None:
            raise UnknownPlan("the store has lost this plan: send the question again")
        return answer

    def renew(self, run: str, progress: float) -> bool:
        """Renew the lease of an attempt; False if it does not count any more."""
        now = self._utc_now()
        return (
            plan_queue.of_run(self._change(lambda queue: plan_queue.renew(queue, run, progress, now)), run) is not None
        )

    def done(self, plan: QueuedPlan, run: str, answer: bytes) -> None:
        """Store the answer of an attempt, if it still counts."""
        self._put(_answer(plan.id, run), answer)
        queue = self._change(lambda queue: plan_queue.finish(queue, run, PlanState.DONE))
        if not any(one.run == run for one in queue):
            self._store.remove_document(_answer(plan.id, run))

    def failed(self, run: str, detail: str) -> None:
        """Store why an attempt failed, if it still counts."""
        self._change(lambda queue: plan_queue.finish(queue, run, PlanState.FAILED, detail))

    def give_back(self, run: str) -> None:
        """Let another worker make the plan of an attempt."""
        self._change(lambda queue: plan_queue.give_back(queue, run))

    def _claimed(self, queue: Queue, worker: str, run: str, now: datetime) -> Queue:
        return plan_queue.claim(plan_queue.settle(queue, now, self._has_ended), worker, run, now)

    def _queue(self) -> Queue:
        """The queue as it is now, whether or not a worker has written it."""
        return plan_queue.settle(decode(self._store.get([KEY])[0]), self._utc_now(), self._has_ended)

    def _of_tenant(self, queue: Queue, plan_id: str, tenant: str) -> QueuedPlan:
        plan = next((plan for plan in queue if plan.id == plan_id), None)
        if plan is None or plan.tenant != tenant:
            raise UnknownPlan("there is no plan of this id, it has expired, or it is another tenant's")
        return plan

    def _change(self, change: Callable[[Queue], Queue]) -> Queue:
        """Settle and change the queue with no other writer in between; the queue afterwards."""
        queues: list[Queue] = [(), ()]

        def swap(raw: bytes | None) -> bytes | None:
            before = decode(raw)
            after = change(plan_queue.settle(before, self._utc_now(), self._has_ended))
            queues[:] = [before, after]
            return None if after == before else encode(after)

        self._store.swap(KEY, swap)
        before, after = queues
        self._tidy(before, {plan.id: plan for plan in after})
        return after

    def _tidy(self, before: Queue, after: Mapping[str, QueuedPlan]) -> None:
        """Count and log the plans that have ended, and remove documents that nobody needs any more."""
        for plan in before:
            end = after.get(plan.id)
            if plan.is_unfinished and (end is None or not end.is_unfinished):
                self._store.remove_document(_question(plan))
                self._note(plan if end is None else end)
            elif end is None and plan.state is PlanState.DONE:
                self._store.remove_document(_answer(plan.id, plan.run or ""))

    def _note(self, plan: QueuedPlan) -> None:
        if plan.is_unfinished:  # it has expired
            plan = replace(plan, state=PlanState.FAILED, detail="it expired before a worker had time for it")
        self._telemetry.plan_end(plan.state.value)
        seconds = (self._utc_now() - plan.created_at).total_seconds()
        detail = "" if plan.detail is None else f": {plan.detail}"
        message = "a plan in the background is %s, %.1f s after its submission%s"
        log.info(message, plan.state.value, seconds, detail, extra={"request_id": plan.request_id})

    def _put(self, key: str, body: bytes) -> None:
        self._store.put_document(key, zlib.compress(body, COMPRESSION), LIFETIME.total_seconds())

    def _document(self, key: str) -> bytes | None:
        try:
            return zlib.decompress(self._store.document(key) or b"")
        except zlib.error:  # there is none, or it is damaged
            return None


def _question(plan: QueuedPlan) -> str:
    return f"plan-question:{plan.id}"


def _answer(plan_id: str, run: str) -> str:
    """Each attempt has its own, so that one that does not count any more replaces no answer."""
    return f"plan-answer:{plan_id}:{run}"
