"""A real Redis on loopback without persistence, to start, stop, slow down and fill up."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from tests.fakes.patience import eventually

PROGRAM = shutil.which("redis-server")


def free_port() -> int:
    """A free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RedisServer:
    """One server, always on the same port."""

    def __init__(self) -> None:
        if PROGRAM is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)("redis-server is not installed")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start it empty; gives back when it answers."""
        command = [str(PROGRAM), "--port", str(self.port), "--save", "", "--appendonly", "no", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
        if not eventually(self._is_listening):
            pytest.fail("redis-server did not start")

    def _is_listening(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """Kill it, with what it holds."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def configure(self, name: str, value: str) -> None:
        """Change a setting of the running server."""
        with Redis(port=self.port) as client:
            client.config_set(name, value)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


@contextmanager
def running(*options: str) -> Iterator[RedisServer]:
    """A server for the time of a test."""
    server = RedisServer()
    server.start(*options)
    try:
        yield server
    finally:
        server.stop()
