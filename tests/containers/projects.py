"""compose.yaml, run as it stands by podman-compose."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.containers.engine import Engine
from tests.deploy.replicas import free_port, status_of
from tests.deploy.tools import DEPLOY, ROOT
from tests.faults.server import wait_until

# Asks one replica from inside: only nginx is published.
ASK = """\
import http.client, json, sys
connection = http.client.HTTPConnection("127.0.0.1", 5000, timeout=10)
connection.request("GET", "/api/v1/workloads", headers=json.loads(sys.argv[1]))
answer = connection.getresponse()
print(json.dumps([answer.status, answer.headers.get("RateLimit", "")]))
"""


class Answer(NamedTuple):
    status: int
    remaining: int | None  # of the rate limit


class Project:
    """The running services of a copy of compose.yaml. port: where nginx is published."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.port = free_port()
        document = yaml.safe_load((folder / "compose.yaml").read_text())
        self.services = list(document["services"])
        self._name = document["name"]

    def compose(self, *arguments: str) -> str:
        return self.engine.compose(self.folder, *arguments, PUBLISH=f"127.0.0.1:{self.port}")

    def container(self, service: str) -> str:
        return f"{self._name}_{service}_1"

    def healthy(self, service: str) -> bool:
        """Whether the service's health check, run now, says so."""
        return self.engine.succeeds("healthcheck", "run", self.container(service))

    def ask(self, replica: str, key: str | None = None) -> Answer:
        """One question that this replica answers."""
        headers = json.dumps({"X-API-Key": key} if key else {})
        printed = self.engine.podman("exec", self.container(replica), "python", "-c", ASK, headers)
        status, limit = json.loads(printed)
        left: list[int | None] = [int(part[2:]) for part in limit.split(";") if part.startswith("r=")]
        (remaining,) = left or [None]
        return Answer(status, remaining)


@contextmanager
def started(engine: Engine, folder: Path, **settings: str) -> Iterator[Project]:
    """The project with these settings in its .env, until the end of the block."""
    shutil.copy(ROOT / "compose.yaml", folder)
    shutil.copytree(DEPLOY, folder / "deploy")
    (folder / ".env").write_text("".join(f"{name}={text}\n" for name, text in settings.items()))
    project = Project(engine, folder)
    try:
        project.compose("up", "--no-build", "--detach")
        wait_until(lambda: status_of(project.port, "/ready") == 200, "a project that is ready")
        yield project
    finally:
        project.compose("down", "--volumes")
