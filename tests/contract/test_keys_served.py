"""Keys in a real gunicorn of two workers: what the command line does comes into force in both."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.fakes.patience import PATIENCE_SECONDS, eventually

ROOT = Path(__file__).resolve().parents[2]
PATH = "/api/v1/workloads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running service and what its command line needs."""

    port: int
    environ: dict[str, str]
    log: Path

    def statuses(self, key: str | None, times: int = 48) -> set[int]:
        """The statuses of requests on connections of their own, 16 at once, so that both workers get some."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        with ThreadPoolExecutor(16) as pool:
            return set(pool.map(self._status, [headers] * times))

    def _status(self, headers: dict[str, str]) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", PATH, headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def keys(self, *arguments: str) -> str:
        """What `flask --app app keys ...` prints."""
        command = [sys.executable, "-m", "flask", "--app", "app", "keys", *arguments]
        result = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=True
        )
        return result.stdout.strip()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    port, log = _free_port(), tmp_path / "log"
    environ = {
        **os.environ,
        "PORT": str(port),
        "WEB_CONCURRENCY": "2",
        "DATA_DIR": str(tmp_path / "var"),
        "RATE_LIMIT": "off",
        "LOG_LEVEL": "DEBUG",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "app:app"]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT
        )
    running = Served(port=port, environ=environ, log=log)
    try:
        _await(running, process)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(running: Served, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        try:
            running.statuses(None, times=1)
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the service did not start: {running.log.read_text()}")


def test_created_and_revoked_keys_come_into_force_in_every_worker(served: Served) -> None:
    """Within five seconds, as tests/unit/test_key_ring.py shows on a clock of its own."""
    assert served.statuses(None) == {200}  # open, and both workers know it

    key = served.keys("create", "ci")

    assert eventually(lambda: served.statuses(None) == {401})
    assert served.statuses(key) == {200}

    served.keys("revoke", "ci")

    assert eventually(lambda: served.statuses(key) == {401})
    assert key not in served.log.read_text()
