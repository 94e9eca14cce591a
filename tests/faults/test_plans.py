"""Plans in the background while the worker that makes them is killed, replaced or restarted with its service."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from background.desk import KEY, decode
from carbon.queued_plans import PlanState, QueuedPlan
from store.shared.sqlite_cache import SqliteCache
from tests.fakes import redis_server
from tests.fakes.workers import store_at
from tests.faults.client import Question, ask
from tests.faults.server import Gunicorn, wait_until

PATIENCE_SECONDS = 120.0
JOBS = 250  # a second or two of computing time
OFFLINE = {"LIVE": "off"}
HEALTH_SECONDS = 5.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Gunicorn]:
    with Gunicorn(tmp_path, OFFLINE) as server:
        yield server


def question() -> dict[str, Any]:
    """Jobs of different lengths, so that none is worked out for two of them."""
    deadline = (datetime.now(UTC) + timedelta(days=6)).isoformat()
    job = {"deadline": deadline, "instance_type": "m7g.large", "home": "aws:us-east-1", "providers": ["aws"]}
    jobs = [
        {**job, "id": str(number), "duration_hours": 1 + number / 4, "count": number, "interruptible": True}
        for number in range(1, JOBS)
    ]
    return {"jobs": jobs, "background": True}


def submit(server: Gunicorn) -> str:
    """The path of a new plan."""
    answer = ask(server.port, Question(path="/api/v1/plan", body=question()))
    assert answer.status == 202, answer
    return str(answer.json()["url"])


def state(server: Gunicorn, url: str) -> Any:
    answer = ask(server.port, url)
    return answer.json() if answer.status == 200 else None


def wait_for(server: Gunicorn, url: str, condition: Callable[[Any], bool], what: str) -> Any:
    """The plan as soon as it is so. /health is answered all the while."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while True:
        health = ask(server.port, "/health", patience=HEALTH_SECONDS)
        assert health.status in (200, None)  # None: the connection was that of the killed worker
        body = state(server, url)
        if body is not None and condition(body):
            return body
        assert time.monotonic() < limit, f"still not {what}: {body}"
        time.sleep(0.05)


def queued(server: Gunicorn) -> QueuedPlan:
    """The only plan, as the store has it."""
    store = SqliteCache(server.data, lock_seconds=1, wait_seconds=1)
    (plan,) = decode(store.get([KEY])[0])
    return plan


def is_running(server: Gunicorn, ended_runs: set[str | None]) -> bool:
    plan = queued(server)
    return plan.state is PlanState.RUNNING and plan.run not in ended_runs


def worker_of(plan: QueuedPlan) -> psutil.Process:
    assert plan.worker is not None
    return psutil.Process(int(plan.worker.rpartition("/")[2]))


def test_the_plan_of_a_killed_worker_is_made_by_another_one(server: Gunicorn) -> None:
    url = submit(server)
    wait_for(server, url, lambda body: body["status"] == "running" and body["progress_percent"] > 0, "running")

    worker_of(queued(server)).kill()

    body = wait_for(server, url, lambda body: body["status"] not in ("waiting", "running"), "ended")
    assert (body["status"], len(body["plan"]["assignments"])) == ("done", JOBS - 1)
    assert queued(server).deaths == 1


def test_a_plan_that_kills_two_workers_fails_and_is_left_alone(server: Gunicorn) -> None:
    url = submit(server)
    runs: set[str | None] = set()
    for _ in range(2):
        wait_until(lambda: is_running(server, runs), "a worker makes it", seconds=PATIENCE_SECONDS)
        plan = queued(server)
        runs.add(plan.run)
        worker_of(plan).kill()

    body = wait_for(server, url, lambda body: body["status"] == "failed", "failed")
    assert "ended 2 times" in body["detail"]
    wait_until(lambda: len(server.workers()) == 4, "all workers")


def test_a_reload_gives_the_plan_back_and_a_new_worker_makes_it(server: Gunicorn) -> None:
    url = submit(server)
    wait_for(server, url, lambda body: body["status"] == "running", "running")

    server.tell(signal.SIGHUP)

    body = wait_for(server, url, lambda body: body["status"] not in ("waiting", "running"), "ended")
    assert body["status"] == "done"
    assert queued(server).deaths == 0


def test_a_plan_outlives_the_end_of_the_service(tmp_path: Path) -> None:
    with Gunicorn(tmp_path, OFFLINE) as server:
        url = submit(server)
        wait_for(server, url, lambda body: body["status"] == "running", "running")
        server.tell(signal.SIGTERM)
        assert server.wait() == 0
        assert queued(server).state is PlanState.WAITING

    with Gunicorn(tmp_path, OFFLINE) as server:
        body = wait_for(server, url, lambda body: body["status"] not in ("waiting", "running"), "ended")

    assert (body["status"], queued(server).deaths) == ("done", 0)


def test_with_redis_the_plan_of_a_killed_worker_is_made_by_another_one_too(tmp_path: Path) -> None:
    with redis_server.running() as redis, Gunicorn(tmp_path, {**OFFLINE, "REDIS_URL": redis.url}) as server:
        store = store_at(redis.url, 1.0)
        assert store is not None
        url = submit(server)
        wait_for(server, url, lambda body: body["status"] == "running", "running")
        (plan,) = decode(store.get([KEY])[0])

        worker_of(plan).kill()

        body = wait_for(server, url, lambda body: body["status"] not in ("waiting", "running"), "ended")
        (plan,) = decode(store.get([KEY])[0])

    assert (body["status"], plan.deaths) == ("done", 1)


# Jobs that share limits

SHARED_JOBS = 700  # with three regions each: more pairs than a request waits for
TWO_MACHINES = [{"region": region, "machines": 2} for region in ("aws:eu-north-1", "aws:us-west-2", "aws:us-east-1")]


def shared_question(jobs: int) -> dict[str, Any]:
    """Jobs for which the solver takes all its time."""
    deadline = (datetime.now(UTC) + timedelta(days=13)).isoformat()
    job = {
        "deadline": deadline,
        "instance_type": "m7g.large",
        "home": "aws:us-east-1",
        "regions": ["aws:eu-north-1", "aws:us-west-2"],
    }
    rows = [{**job, "id": str(number), "duration_hours": 1 + number % 12 / 4} for number in range(jobs)]
    return {"jobs": rows, "capacity": TWO_MACHINES}


def submit_shared(server: Gunicorn) -> str:
    answer = ask(server.port, Question(path="/api/v1/plan", body=shared_question(SHARED_JOBS)))
    assert answer.status == 202, answer
    return str(answer.json()["url"])


def solvers(server: Gunicorn) -> list[psutil.Process]:
    """The solver's processes of all workers."""
    return [
        child
        for worker in server.workers()
        for child in worker.children()
        if child.is_running() and "solving.child" in child.cmdline()
    ]


def solver_of(server: Gunicorn) -> psutil.Process:
    wait_until(lambda: bool(solvers(server)), "a solver", seconds=PATIENCE_SECONDS)
    return solvers(server)[0]


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_many_jobs_with_shared_limits_are_placed_in_the_background_and_progress_follows_time(
    tmp_path: Path,
) -> None:
    with Gunicorn(tmp_path, {**OFFLINE, "PLAN_BACKGROUND_SECONDS": "30"}) as server:
        url = submit_shared(server)
        solver_of(server)
        shares: list[float] = []

        def note(body: Any) -> bool:
            shares.append(body["progress_percent"])
            return body["status"] not in ("waiting", "running")

        body = wait_for(server, url, note, "ended")

    assert body["status"] == "done"
    assert body["plan"]["solver"]["status"] in ("feasible", "optimal")
    assert shares == sorted(shares)
    assert len({share for share in shares if 20 < share < 100}) > 3


def test_deleting_a_plan_ends_its_solver(server: Gunicorn) -> None:
    url = submit_shared(server)
    solver = solver_of(server)

    answer = ask(server.port, Question(path=url, method="DELETE"))

    assert answer.status == 204
    wait_until(lambda: has_ended(solver), "the solver has ended", seconds=PATIENCE_SECONDS)
    assert state(server, url)["status"] == "cancelled"


def test_the_solver_of_a_killed_worker_ends_and_another_worker_makes_the_plan(tmp_path: Path) -> None:
    with Gunicorn(tmp_path, {**OFFLINE, "PLAN_BACKGROUND_SECONDS": "30"}) as server:
        url = submit_shared(server)
        solver = solver_of(server)

        worker_of(queued(server)).kill()

        wait_until(lambda: has_ended(solver), "the solver has ended", seconds=PATIENCE_SECONDS)
        body = wait_for(server, url, lambda body: body["status"] not in ("waiting", "running"), "ended")
        assert (body["status"], queued(server).deaths) == ("done", 1)


def test_a_killed_solver_leaves_a_plan(server: Gunicorn) -> None:
    url = submit_shared(server)

    solver_of(server).kill()

    body = wait_for(server, url, lambda body: body["status"] not in ("waiting", "running"), "ended")
    assert body["plan"]["solver"]["status"] == "heuristic"
    assert body["plan"]["unplaced"] == []


def test_the_largest_direct_question_is_answered_within_its_time_and_two_seconds(server: Gunicorn) -> None:
    began = time.monotonic()

    answer = ask(server.port, Question(path="/api/v1/plan", body=shared_question(666)), patience=60)

    assert answer.status == 200
    assert time.monotonic() - began < 10 + 2
