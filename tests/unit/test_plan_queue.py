"""The queue of plans in the background: its rules one by one, and all of them while workers die and clocks jump."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from carbon.queued_plans import LIFETIME, PlanState, QueuedPlan, QueueFull, TooManyPlans
from planning.plan import queue as plan_queue
from planning.plan.queue import LEASE, MOST_DEATHS, MOST_PLANS_OF_CALLER, MOST_UNFINISHED_OF_CALLER, Queue

NOW = datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ONE, SAME_MACHINE, OTHER_MACHINE = "a/1", "a/2", "b/1"


def a_plan(name: str = "p", caller: str = "key/1", **fields: Any) -> QueuedPlan:
    return QueuedPlan(**{"id": name, "caller": caller, "request_id": "r", "created_at": NOW, **fields})


def settled(queue: Queue, now: datetime, *dead: str) -> Queue:
    return plan_queue.settle(queue, now, lambda worker: worker in dead)


def running(*plans: QueuedPlan, worker: str = ONE, run: str = "x") -> Queue:
    return plan_queue.claim(plans or (a_plan(),), worker, run, NOW)


def states(queue: Queue) -> list[str]:
    return [plan.state.value for plan in queue]


def test_a_machine_makes_one_plan_at_a_time_in_the_order_of_submission() -> None:
    queue = running(a_plan("p"), a_plan("q"), a_plan("r"))

    assert states(plan_queue.claim(queue, SAME_MACHINE, "y", NOW)) == ["running", "waiting", "waiting"]
    assert states(plan_queue.claim(queue, OTHER_MACHINE, "y", NOW)) == ["running", "running", "waiting"]


def test_a_plan_whose_lease_ran_out_waits_again_at_its_place() -> None:
    queue = running(a_plan("p"), a_plan("q"))

    assert states(settled(queue, NOW + LEASE - SECOND)) == ["running", "waiting"]
    (first, _) = settled(queue, NOW + LEASE)
    assert (first.state, first.deaths, first.run) == (PlanState.WAITING, 1, None)


def test_a_plan_of_a_worker_that_has_ended_waits_again_at_once() -> None:
    assert states(settled(running(), NOW, ONE)) == ["waiting"]


def test_a_plan_whose_workers_ended_twice_is_failed_and_says_what_to_change() -> None:
    once = settled(running(), NOW, ONE)

    (plan,) = settled(plan_queue.claim(once, SAME_MACHINE, "y", NOW), NOW, SAME_MACHINE)

    assert plan.state is PlanState.FAILED
    assert plan.detail is not None
    assert "send fewer jobs" in plan.detail


def test_a_plan_that_is_given_back_has_died_no_death() -> None:
    (plan,) = plan_queue.give_back(running(), "x")

    assert (plan.state, plan.deaths) == (PlanState.WAITING, 0)


def test_a_worker_that_lost_its_plan_can_neither_renew_nor_finish_it() -> None:
    queue = plan_queue.claim(settled(running(), NOW + LEASE), SAME_MACHINE, "y", NOW + LEASE)

    assert plan_queue.renew(queue, "x", 0.9, NOW + LEASE) == queue
    assert plan_queue.finish(queue, "x", PlanState.DONE) == queue
    assert plan_queue.give_back(queue, "x") == queue
    assert states(plan_queue.finish(queue, "y", PlanState.DONE)) == ["done"]


def test_a_renewed_lease_counts_from_then_and_progress_never_falls() -> None:
    queue = plan_queue.renew(running(), "x", 0.5, NOW + 10 * SECOND)
    queue = plan_queue.renew(queue, "x", 0.4, NOW + 10 * SECOND)

    assert queue[0].progress == 0.5
    assert states(settled(queue, NOW + LEASE + 9 * SECOND)) == ["running"]


def test_deleting_cancels_what_is_unfinished_and_removes_what_is_finished() -> None:
    waiting, is_running = (a_plan(),), running()
    cancelled = plan_queue.cancel(waiting, "p")

    assert states(cancelled) == states(plan_queue.cancel(is_running, "p")) == ["cancelled"]
    assert plan_queue.cancel(cancelled, "p") == cancelled
    assert plan_queue.cancel(plan_queue.finish(is_running, "x", PlanState.DONE), "p") == ()
    assert plan_queue.cancel(waiting, "q") == waiting


def test_a_plan_is_forgotten_a_day_after_its_submission() -> None:
    assert settled((a_plan(),), NOW + LIFETIME - SECOND) == (a_plan(),)
    assert settled((a_plan(),), NOW + LIFETIME) == ()


def test_after_the_clock_was_set_back_plans_and_leases_still_end_in_time() -> None:
    earlier = NOW - timedelta(days=30)
    (plan,) = settled(running(), earlier)

    assert (plan.created_at, plan.lease_ends_at) == (earlier, earlier + LEASE)


def test_one_caller_cannot_fill_the_queue() -> None:
    queue: Queue = tuple(a_plan(str(number)) for number in range(MOST_UNFINISHED_OF_CALLER))

    with pytest.raises(TooManyPlans, match="cancel one with DELETE"):
        plan_queue.submit(queue, a_plan())
    assert len(plan_queue.submit(queue, a_plan(caller="key/2"))) == len(queue) + 1


def test_one_caller_cannot_fill_the_store_but_cancelled_plans_make_room() -> None:
    done = [a_plan(str(number), state=PlanState.DONE) for number in range(MOST_PLANS_OF_CALLER)]
    cancelled = replace(done[3], state=PlanState.CANCELLED)

    with pytest.raises(TooManyPlans, match="remove those that you have read"):
        plan_queue.submit(tuple(done), a_plan())
    queue = plan_queue.submit((*done[:3], cancelled, *done[4:]), a_plan())
    assert [plan.id for plan in queue] == [*(plan.id for plan in done if plan.id != "3"), "p"]


def test_all_callers_together_have_limits_too() -> None:
    waiting = tuple(a_plan(str(number), f"key/{number}") for number in range(plan_queue.MOST_UNFINISHED))
    done = tuple(a_plan(str(number), f"key/{number}", state=PlanState.DONE) for number in range(plan_queue.MOST_PLANS))

    for queue in (waiting, done):
        with pytest.raises(QueueFull, match="again later"):
            plan_queue.submit(queue, a_plan())


@dataclass
class Worker:
    """A process that makes plans. run: of the plan that it makes."""

    name: str
    is_alive: bool = True
    run: str | None = None


class BackgroundPlans(RuleBasedStateMachine):
    """Workers on two machines over one queue. Any of them dies at any time, plans are cancelled, the clock jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: Queue = ()
        self.now = NOW
        self.workers: list[Worker] = [Worker(ONE), Worker(SAME_MACHINE), Worker(OTHER_MACHINE)]
        self.runs = self.plans = 0
        self.ends: Counter[str] = Counter()
        self.expected: set[str] = set()
        self.results: Counter[str] = Counter()

    def change(self, queue: Queue) -> None:
        before = {plan.id: plan for plan in self.queue}
        after = {plan.id: plan for plan in queue}
        for name, plan in before.items():
            if plan.is_unfinished and name in after and not after[name].is_unfinished:
                self.ends[name] += 1
            if not plan.is_unfinished and name in after:
                assert after[name].state is plan.state, "what has ended never changes"
        self.queue = queue

    def settle(self) -> None:
        dead = {worker.name for worker in self.workers if not worker.is_alive}
        # The processes of another machine cannot be looked at: only their leases tell.
        queue = plan_queue.settle(self.queue, self.now, lambda name: name in dead and name.startswith("a/"))
        for plan in self.queue:
            if plan.id not in {one.id for one in queue}:
                assert plan.expires_at <= self.now, "nothing is lost"
                self.expected.discard(plan.id)
        self.change(queue)

    @rule(caller=st.sampled_from(["key/1", "key/2"]))
    def submit(self, caller: str) -> None:
        self.plans += 1
        try:
            queue = plan_queue.submit(self.queue, a_plan(f"p{self.plans}", caller, created_at=self.now))
        except TooManyPlans:
            return
        self.expected -= {plan.id for plan in self.queue} - {plan.id for plan in queue}
        self.expected.add(f"p{self.plans}")
        self.change(queue)

    @rule(number=st.integers(0, 2))
    def look(self, number: int) -> None:
        worker = self.workers[number]
        if worker.is_alive and worker.run is None:
            self.settle()
            self.runs += 1
            self.change(plan_queue.claim(self.queue, worker.name, f"run{self.runs}", self.now))
            if plan_queue.of_run(self.queue, f"run{self.runs}") is not None:
                worker.run = f"run{self.runs}"

    @rule(number=st.integers(0, 2), share=st.floats(0, 1))
    def renew(self, number: int, share: float) -> None:
        worker = self.workers[number]
        if worker.is_alive and worker.run is not None:
            self.settle()
            self.change(plan_queue.renew(self.queue, worker.run, share, self.now))
            if plan_queue.of_run(self.queue, worker.run) is None:
                worker.run = None

    @rule(number=st.integers(0, 2), state=st.sampled_from([PlanState.DONE, PlanState.FAILED]))
    def finish(self, number: int, state: PlanState) -> None:
        worker = self.workers[number]
        if worker.is_alive and worker.run is not None:
            plan = plan_queue.of_run(self.queue, worker.run)
            self.change(plan_queue.finish(self.queue, worker.run, state))
            if plan is not None:
                self.results[plan.id] += 1
            worker.run = None

    @rule(number=st.integers(0, 2), in_good_order=st.booleans())
    def end(self, number: int, in_good_order: bool) -> None:
        worker = self.workers[number]
        if worker.is_alive and in_good_order and worker.run is not None:
            self.change(plan_queue.give_back(self.queue, worker.run))
        worker.is_alive = False

    @rule(number=st.integers(0, 2))
    def start(self, number: int) -> None:
        machine = self.workers[number].name.partition("/")[0]
        if not self.workers[number].is_alive:
            self.runs += 1
            self.workers[number] = Worker(f"{machine}/{100 + self.runs}")

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        plan = data.draw(st.sampled_from(self.queue))
        self.change(plan_queue.cancel(self.queue, plan.id))
        if plan.state in (PlanState.DONE, PlanState.FAILED):
            self.expected.discard(plan.id)

    @rule(seconds=st.sampled_from([1, 5, 14, 15, 60, 3600, 86_400, -5, -3600, -10 * 86_400]))
    def move_the_clock(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def nothing_is_lost_and_nothing_comes_twice(self) -> None:
        assert {plan.id for plan in self.queue} == self.expected
        assert len({plan.id for plan in self.queue}) == len(self.queue)

    @invariant()
    def a_machine_makes_one_plan_at_a_time_and_a_plan_has_one_attempt(self) -> None:
        attempts = [plan for plan in self.queue if plan.state is PlanState.RUNNING]
        assert len({plan.machine for plan in attempts}) == len(attempts)
        assert len({plan.run for plan in attempts}) == len(attempts)

    @invariant()
    def a_plan_ends_once_and_kills_few_workers(self) -> None:
        assert max(self.ends.values(), default=0) <= 1
        assert max(self.results.values(), default=0) <= 1
        assert max((plan.deaths for plan in self.queue), default=0) <= MOST_DEATHS

    def teardown(self) -> None:
        """With one worker that lives, every plan ends, however it began."""
        for _ in range(3 * len(self.queue) + 3):
            self.now += LEASE
            self.workers[0] = Worker("a/last") if not self.workers[0].is_alive else self.workers[0]
            self.workers[1].is_alive = self.workers[2].is_alive = False
            self.renew(0, 0.5)
            self.look(0)
            self.finish(0, PlanState.DONE)
        assert not any(plan.is_unfinished for plan in self.queue)


TestBackgroundPlans = BackgroundPlans.TestCase
TestBackgroundPlans.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
