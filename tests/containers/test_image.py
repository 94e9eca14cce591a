"""Dockerfile: the image is built and run, with what `docker run --read-only --cap-drop ALL` would allow it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.containers.engine import Engine
from tests.containers.images import SERVICE, megabytes_above_the_base
from tests.deploy.replicas import free_port, status_of
from tests.fakes.patience import promptly
from tests.faults.client import QUESTIONS, ask, failures
from tests.faults.server import wait_until

MOST_MEGABYTES = 200
ROOT_PATHS = ("/srv/app/x", "/srv/venv/x", "/etc/x", "/x")
CONFINED = ("--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")


class Container(NamedTuple):
    engine: Engine
    name: str
    port: int

    def prints(self, *command: str) -> str:
        return self.engine.podman("exec", self.name, *command)

    def can(self, *command: str, user: str = "10001") -> bool:
        return self.engine.succeeds("exec", "--user", user, self.name, *command)

    def healthy(self) -> bool:
        """Whether the image's HEALTHCHECK, run now, says so."""
        return self.engine.succeeds("healthcheck", "run", self.name)


@contextmanager
def started(engine: Engine, name: str, *options: str) -> Iterator[Container]:
    """The image's CMD on a read-only root, without capabilities, published on loopback."""
    port = free_port()
    engine.podman("network", "create", name)
    published = ("--network", name, "--publish", f"127.0.0.1:{port}:5000")
    engine.podman("run", "--detach", "--name", name, *CONFINED, *published, *options, SERVICE)
    try:
        yield Container(engine, name, port)
    finally:
        engine.podman("rm", "--force", "--time", "0", "--volumes", name)
        engine.podman("network", "rm", name)


@contextmanager
def running(engine: Engine, name: str) -> Iterator[Container]:
    """The same, once it answers."""
    with started(engine, name) as made:
        wait_until(lambda: status_of(made.port) == 200, "a container that answers")
        yield made


@pytest.fixture(scope="module")
def container(engine: Engine) -> Iterator[Container]:
    with running(engine, "serving") as made:
        yield made


def test_the_layers_above_the_base_are_under_200_megabytes(
    engine: Engine, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    size = megabytes_above_the_base(engine)

    with capsys.disabled():
        terminal = pytestconfig.pluginmanager.getplugin("terminalreporter")
        terminal.write_line(f"\nThe image's layers above the base: {size:.0f} MB")
    assert 0 < size < MOST_MEGABYTES


def test_it_answers_on_a_root_that_it_cannot_write_to_as_a_user_that_is_not_root(container: Container) -> None:
    pages = {status_of(container.port, path) for path in ("/ready", "/docs", "/openapi.json")}
    answers = [ask(container.port, question) for question in QUESTIONS]

    assert failures(answers) == []
    assert pages == {200}
    assert container.prints("id", "-u") == "10001"
    assert [path for path in ROOT_PATHS if container.can("touch", path, user="0")] == []
    assert container.can("touch", "/var/lib/carbon-optimizer/x", "/dev/shm/x")  # noqa: S108


def test_it_has_nothing_to_install_with(container: Container) -> None:
    assert not container.can("python", "-c", "import pip")
    assert not container.can("/usr/local/bin/python", "-c", "import pip")


def test_its_health_check_turns_healthy(container: Container) -> None:
    wait_until(container.healthy, "a healthy container")

    assert container.engine.podman("inspect", "--format", "{{.State.Health.Status}}", container.name) == "healthy"


def test_sigterm_lets_it_answer_the_request_under_way_and_end(engine: Engine) -> None:
    body = json.dumps({"region": "eu-central-1", "instance_type": "m5.large"}).encode()
    head = (
        b"POST /api/v1/calculate HTTP/1.1\r\nHost: example.org\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    with running(engine, "ending") as ending, socket.create_connection(("127.0.0.1", ending.port)) as connection:
        connection.settimeout(20)
        connection.sendall(head)
        begun = connection.recv(4096)  # a thread of a worker waits for the body

        engine.podman("kill", "--signal", "TERM", ending.name)
        wait_until(lambda: status_of(ending.port) is None, "a container that takes no new request")
        connection.sendall(body)
        answer = connection.makefile("rb").read()
        code = engine.podman("wait", ending.name)

    assert begun.startswith(b"HTTP/1.1 100")
    assert answer.startswith(b"HTTP/1.1 200")
    assert code == "0"


def test_sigterm_ends_it_at_once_while_it_still_loads_the_application(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import time\nprint('loading', flush=True)\ntime.sleep(600)\n")
    with started(engine, "loading", "--volume", f"{tmp_path}/app.py:/srv/app/app.py:ro") as loading:
        wait_until(lambda: "loading" in engine.podman("logs", loading.name), "a container that loads")

        with promptly():
            engine.podman("stop", "--time", "60", loading.name)
