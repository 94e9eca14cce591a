"""Plans of one queue over a real file and a real Redis: workers die, answers are stored once, nothing is left."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from carbon.errors import UnknownPlan
from carbon.queued_plans import LIFETIME, PlanState
from carbon.roles import TENANT
from store.shared.changes import START
from tests.fakes.patience import eventually
from tests.store.background_plans import Plans, an_ended_process
from tests.store.shared_places import Place


def test_a_finished_plan_is_one_line_in_the_log(plans: Plans, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    plans.submit()

    plans.runner(lambda *_: b"answer").look()

    (line,) = [record.getMessage() for record in caplog.records if "plan in the background" in record.getMessage()]
    assert line == "a plan in the background is done, 0.0 s after its submission"


def test_a_plan_of_a_killed_worker_is_made_by_another_one_at_once(plans: Plans) -> None:
    plan = plans.submit()
    plans.desk.claim(an_ended_process(), "run of the dead")

    assert plans.runner(lambda *_: b"answer").look()

    assert plans.plan(plan).state is PlanState.DONE
    assert plans.plan(plan).deaths == 1


def test_a_plan_that_killed_two_workers_is_not_tried_again(plans: Plans) -> None:
    plan = plans.submit()
    for run in ("first", "second"):
        plans.desk.claim(an_ended_process(), run)

    assert not plans.runner(lambda *_: b"answer").look()

    assert plans.plan(plan).state is PlanState.FAILED
    assert "ended 2 times" in str(plans.plan(plan).detail)


def test_a_worker_that_lost_its_plan_replaces_no_answer(plans: Plans) -> None:
    plan = plans.submit()
    plans.desk.claim("far/1", "slow")
    plans.now += timedelta(seconds=16)
    plans.runner(lambda *_: b"answer").look()

    plans.desk.done(plan, "slow", b"late answer")

    assert not plans.desk.renew("slow", 0.5)
    assert plans.desk.answer(plans.plan(plan)) == b"answer"


def test_a_plan_whose_question_was_lost_fails(plans: Plans, place: Place) -> None:
    plan = plans.submit()
    place.store().remove_document(f"plan-question:{plan.id}")

    plans.runner(lambda *_: b"answer").look()

    assert "send it again" in str(plans.plan(plan).detail)


def test_nothing_is_left_of_plans_that_have_ended_and_expired(plans: Plans, place: Place) -> None:
    plan = plans.submit()
    plans.runner(lambda *_: b"answer").look()
    keys = (f"plan-question:{plan.id}", f"plan-answer:{plan.id}:{plans.plan(plan).run}")
    store = place.store()
    assert [store.document(key) is None for key in keys] == [True, False]

    plans.now += LIFETIME
    plans.submit()

    assert store.document(keys[1]) is None
    assert plans.desk.counts() == {PlanState.WAITING: 1}


def test_a_plan_that_expires_while_it_waits_counts_as_failed(plans: Plans) -> None:
    plans.submit()

    plans.now += LIFETIME
    plans.submit()

    assert plans.counts.seen["plan_end", "failed"] == 1


def test_many_workers_make_many_plans_each_once(plans: Plans) -> None:
    submitted = [plans.desk.submit(b"{}", f"key/{number}", TENANT, "r") for number in range(20)]
    made: list[bytes] = []
    runners = [plans.runner(lambda *_: made.append(b"x") or b"answer") for _ in range(4)]  # type: ignore[func-returns-value]
    for runner in runners:
        runner.follow()

    assert eventually(lambda: plans.desk.counts() == {PlanState.DONE: 20})
    for runner in runners:
        runner.leave()
    assert len(made) == len(submitted)


def test_asking_about_unknown_plans_writes_nothing(plans: Plans, place: Place) -> None:
    with pytest.raises(UnknownPlan):
        plans.desk.cancel("1", TENANT)
    with pytest.raises(UnknownPlan):
        plans.desk.plan("1", TENANT)
    assert plans.desk.claim("a/1", "run") is None

    assert not place.store().changes(START).values


@pytest.mark.parametrize("body", [None, b"", b"no compressed bytes"])
def test_an_answer_that_the_store_has_lost_makes_the_plan_unknown(
    plans: Plans, place: Place, body: bytes | None
) -> None:
    plan = plans.submit()
    plans.runner(lambda *_: b"answer").look()
    ended, store = plans.plan(plan), place.store()
    store.remove_document(f"plan-answer:{plan.id}:{ended.run}")
    if body is not None:
        store.put_document(f"plan-answer:{plan.id}:{ended.run}", body, 60)

    with pytest.raises(UnknownPlan, match="send the question again"):
        plans.desk.answer(ended)
