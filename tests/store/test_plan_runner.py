"""A worker that makes a plan of the queue: it ends, refuses, takes too long, is cancelled, or its process ends."""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from background.work import Work
from carbon.errors import InvalidRequest, StateUnavailable, Unsatisfiable
from carbon.queued_plans import PlanState
from carbon.roles import TENANT
from store.shared.sqlite_cache import BUSY_SECONDS, FILE
from tests.fakes.patience import eventually
from tests.store.background_plans import Plans, Steps
from tests.store.shared_places import Place


def test_a_worker_makes_the_plans_in_turn_and_stores_their_answers(plans: Plans) -> None:
    submitted = [plans.submit(question) for question in (b"first", b"second")]
    runner = plans.runner(lambda question, request_id, watch: question + b" of " + request_id.encode())

    assert [runner.look() for _ in range(3)] == [True, True, False]

    ended = [plans.plan(plan) for plan in submitted]
    assert [plan.state for plan in ended] == [PlanState.DONE] * 2
    assert [plans.desk.answer(plan) for plan in ended] == [b"first of carbon_req_1", b"second of carbon_req_1"]
    assert plans.counts.seen["plan_end", "done"] == 2


def test_progress_is_told_while_the_work_goes_on(plans: Plans, steps: Steps) -> None:
    plan = plans.submit()
    thread = steps.begin(plans.runner(steps))

    assert eventually(lambda: plans.plan(plan).progress == 0.25)
    assert plans.plan(plan).state is PlanState.RUNNING
    steps.may_end.set()
    thread.join()
    assert (plans.plan(plan).state, plans.plan(plan).progress) == (PlanState.DONE, 1.0)


def test_while_one_worker_makes_a_plan_no_other_one_of_the_machine_does(plans: Plans, steps: Steps) -> None:
    plans.submit()
    waiting = plans.submit()
    steps.begin(plans.runner(steps))

    assert not plans.runner(steps).look()
    assert plans.plan(waiting).state is PlanState.WAITING


def test_a_lease_is_renewed_during_a_long_step(plans: Plans, steps: Steps) -> None:
    plan = plans.submit()
    steps.begin(plans.runner(steps))
    renewed_at = plans.plan(plan).lease_ends_at
    assert renewed_at is not None

    plans.now += timedelta(seconds=5)

    assert eventually(lambda: (plans.plan(plan).lease_ends_at or renewed_at) > renewed_at)


def test_a_cancelled_plan_is_stopped_and_has_no_answer(plans: Plans, steps: Steps) -> None:
    plan = plans.submit()
    thread = steps.begin(plans.runner(steps))

    plans.desk.cancel(plan.id, TENANT)

    thread.join(5)
    assert steps.was_stopped
    assert plans.plan(plan).state is PlanState.CANCELLED
    assert plans.desk.answer(plans.plan(plan)) is None
    assert plans.counts.seen["plan_end", "cancelled"] == 1


def test_a_plan_that_takes_too_long_fails_and_says_what_to_change(plans: Plans, steps: Steps) -> None:
    plan = plans.submit()

    plans.runner(steps, limit_seconds=0.05).look()

    assert steps.was_stopped
    assert plans.plan(plan).state is PlanState.FAILED
    detail = str(plans.plan(plan).detail)
    assert "longer than 0.05 s (PLAN_BACKGROUND_SECONDS)" in detail
    assert "send fewer jobs" in detail


def test_a_plan_whose_work_hears_of_nothing_fails_all_the_same(plans: Plans, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("background.runner.GRACE_SECONDS", 0.1)
    plan = plans.submit()
    hanging = threading.Event()

    plans.runner(lambda *_: b"late" if hanging.wait(30) else b"", limit_seconds=0.05).look()

    assert plans.plan(plan).state is PlanState.FAILED
    hanging.set()


@pytest.mark.parametrize("error", [Unsatisfiable("nothing fits: set a later deadline"), InvalidRequest([])])
def test_a_refusal_is_told_as_in_a_direct_answer(plans: Plans, error: Exception) -> None:
    plan = plans.submit()

    def refuse(*_: object) -> bytes:
        raise error

    plans.runner(refuse).look()

    detail = str(plans.plan(plan).detail)
    assert detail == "nothing fits: set a later deadline" or detail.startswith("the question is not valid any more")


def test_an_error_of_ours_is_logged_and_the_caller_gets_the_request_id(
    plans: Plans, caplog: pytest.LogCaptureFixture
) -> None:
    plan = plans.submit()

    def fail(*_: object) -> bytes:
        raise ZeroDivisionError

    plans.runner(fail).look()

    assert "carbon_req_1" in str(plans.plan(plan).detail)
    (line,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert line.exc_info is not None


def test_a_process_that_ends_in_good_order_gives_its_plan_back(plans: Plans, steps: Steps) -> None:
    plan = plans.submit()
    leaving = plans.runner(steps)
    leaving.follow()
    assert steps.has_begun.wait(5)

    leaving.leave()

    assert eventually(lambda: steps.was_stopped)
    assert (plans.plan(plan).state, plans.plan(plan).deaths) == (PlanState.WAITING, 0)
    assert not leaving.look()
    assert plans.runner(lambda *_: b"answer").look()
    assert plans.plan(plan).state is PlanState.DONE


def test_the_work_goes_on_while_the_store_cannot_be_written(tmp_path: Path, file: Place, steps: Steps) -> None:
    plans = Plans(file)
    plan = plans.submit()
    thread = steps.begin(plans.runner(steps))
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as rival:
        rival.execute("BEGIN IMMEDIATE")
        with pytest.raises(StateUnavailable):
            plans.submit()
        steps.may_end.set()
        thread.join(3 * BUSY_SECONDS)
        assert thread.is_alive()  # it tries to store its answer
    thread.join(5)

    assert plans.plan(plan).state is PlanState.DONE


def test_after_a_step_the_work_pauses_as_long_as_the_step_took_but_not_for_long() -> None:
    now, pauses = [0.0], list[float]()
    work = Work(lambda _: b"", limit_seconds=60, monotonic=lambda: now[0], pause=pauses.append)
    for seconds in (0.01, 1.0):
        now[0] += seconds
        work.report(0.5)

    assert pauses == [0.01, 0.05]
    assert work.seconds_left() == pytest.approx(60 - 1.01)
