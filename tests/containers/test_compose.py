"""compose.yaml is run: two replicas of the image, Debian's nginx and Redis in place of the images named there."""

from __future__ import annotations

import time
from functools import partial

import pytest

from tests.containers.projects import Project
from tests.faults.client import Load, Question, failures
from tests.faults.server import wait_until

REPLICAS = ("replica-1", "replica-2")
CALLERS = 8


def create_key(project: Project, replica: str, name: str) -> str:
    """A new API key, made as docs/deployment.md says."""
    printed = project.compose("exec", "-T", replica, "flask", "--app", "app", "keys", "create", name)
    return next(word for word in printed.split() if word.startswith("cao_"))


def takes_keys(project: Project, replica: str) -> bool:
    """Whether every worker of the replica refuses a caller without a key."""
    return [project.ask(replica).status for _ in range(8)] == [401] * 8


@pytest.fixture(scope="module")
def key(project: Project) -> str:
    """A key made in the first replica, in force in every worker of both."""
    made = create_key(project, REPLICAS[0], "first")
    for replica in REPLICAS:
        wait_until(partial(takes_keys, project, replica), f"keys in {replica}")
    return made


def load(project: Project, key: str) -> Load:
    calculation = {"region": "eu-central-1", "instance_type": "m5.large"}
    questions = [
        Question(path="/api/v1/workloads", key=key),
        Question(path="/api/v1/calculate", body=calculation, key=key),
    ]
    return Load(project.port, questions, callers=CALLERS)


def test_every_service_is_healthy_by_its_own_check(project: Project) -> None:
    for service in project.services:
        wait_until(partial(project.healthy, service), f"a healthy {service}")


def test_a_key_made_in_one_replica_works_in_the_other(project: Project, key: str) -> None:
    assert [project.ask(replica, key).status for replica in REPLICAS] == [200, 200]
    assert [project.ask(replica, f"{key}x").status for replica in REPLICAS] == [401, 401]


def test_both_replicas_count_one_rate_limit(project: Project, key: str) -> None:
    counted = create_key(project, REPLICAS[1], "counted")

    # For a moment a replica counts alone where Redis is slower than a request may wait, which a busy machine can bring.
    assert any(counts_are_shared(project, counted) for _ in range(3))


def counts_are_shared(project: Project, key: str) -> bool:
    """Whether each question leaves one less of the key's limit, whichever replica answers it."""
    answers = [project.ask(replica, key) for replica in REPLICAS * 3]
    remaining = [answer.remaining for answer in answers]
    first = remaining[0] or 0
    return remaining == list(range(first, first - len(answers), -1))


def test_a_replica_restarted_under_load_loses_no_request(project: Project, key: str) -> None:
    load_on_nginx = load(project, key)
    with load_on_nginx.running():
        wait_until(lambda: len(load_on_nginx.answers()) > 20 * CALLERS, "load")
        project.compose("restart", REPLICAS[0])
        wait_until(lambda: project.healthy(REPLICAS[0]), "the replica again")
        seen = len(load_on_nginx.answers())
        wait_until(lambda: len(load_on_nginx.answers()) > seen + 20 * CALLERS, "more load")

    assert failures(load_on_nginx.answers()) == []


def test_requests_go_on_while_redis_is_gone_and_state_is_shared_when_it_is_back(project: Project, key: str) -> None:
    redis = project.container("redis")
    load_on_nginx = load(project, key)

    def begun_since(moment: float) -> int:
        return sum(answer.began_at > moment for answer in load_on_nginx.answers())

    with load_on_nginx.running():
        wait_until(lambda: len(load_on_nginx.answers()) > 20 * CALLERS, "load")
        project.engine.podman("stop", "--time", "0", redis)  # killed: nothing is saved
        gone_at = time.monotonic()
        wait_until(lambda: time.monotonic() > gone_at + 3 and begun_since(gone_at) > 5 * CALLERS, "answers alone")
        project.engine.podman("start", redis)
        back = len(load_on_nginx.answers())
        wait_until(lambda: len(load_on_nginx.answers()) > back + 20 * CALLERS, "more load")

    assert failures(load_on_nginx.answers()) == []
    second = create_key(project, REPLICAS[1], "second")
    wait_until(lambda: counts_are_shared(project, second), "shared counts")
    assert [project.ask(REPLICAS[0], made).status for made in (key, second)] == [200, 200]
