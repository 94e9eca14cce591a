"""Starts a server on a free port of the loopback interface and reads the cost of its processes."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

import psutil

from bench.cases import Case

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 30.0


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A server and the processes it starts, from `with` to its end."""

    def __init__(
        self, command: Sequence[str], port: int, first: Case, environ: Mapping[str, str], *, tree: Path = ROOT
    ) -> None:
        """first: the request whose answer ends the start. tree: the folder from which the command is run."""
        self._tree = tree
        self.port = port
        self._command = command
        self._first = first
        self._data = tempfile.TemporaryDirectory()  # without the keys of this machine
        self._environ = {**os.environ, **environ, "DATA_DIR": self._data.name}
        self._environ.pop("PYTHONDONTWRITEBYTECODE", None)  # installed code is compiled once, not at each start
        self._log: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.start_seconds = float("nan")

    def __enter__(self) -> Server:
        self._log = tempfile.TemporaryFile()
        started = time.perf_counter()
        self._process = subprocess.Popen(
            self._command, cwd=self._tree, env=self._environ, stdout=self._log, stderr=subprocess.STDOUT
        )
        try:
            self._await_first_answer(self._process, started + START_SECONDS)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self.start_seconds = time.perf_counter() - started
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._log is not None:
            self._log.close()
        self._data.cleanup()

    def _await_first_answer(self, process: subprocess.Popen[bytes], limit: float) -> None:
        while not self._answers():
            if process.poll() is not None or time.perf_counter() > limit:
                raise RuntimeError(f"{' '.join(self._command)} did not start:\n{self.log_tail()}")
            time.sleep(0.005)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        try:
            status, body = request(connection, self._first)
        except OSError:
            return False
        finally:
            connection.close()
        if status != 200:
            raise RuntimeError(f"{self._first.name} answered {status}: {body[:500]!r}\n{self.log_tail()}")
        return True

    def log_tail(self) -> str:
        """The last lines the server wrote."""
        if self._log is None:
            return ""
        self._log.seek(0)
        return b"\n".join(line[:400] for line in self._log.read().splitlines()[-20:]).decode(errors="replace")

    def _processes(self) -> list[psutil.Process]:
        if self._process is None:
            raise RuntimeError("the server is not running")
        parent = psutil.Process(self._process.pid)
        return [parent, *parent.children(recursive=True)]

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of the server."""
        return self._environ

    def cpu_seconds(self) -> float:
        """User and system time of the server's processes so far."""
        return sum(times.user + times.system for times in (process.cpu_times() for process in self._processes()))

    def worker_rss_mb(self) -> float:
        """Resident memory of the largest worker, in units of 10^6 bytes."""
        return float(max(process.memory_info().rss for process in self._processes()[1:])) / 1e6

    def worker_private_mb(self) -> list[float]:
        """Of each worker the memory no other process shares, in units of 10^6 bytes."""
        return [float(process.memory_full_info().uss) / 1e6 for process in self._processes()[1:]]


def gunicorn(
    target: str,
    first: Case,
    environ: Mapping[str, str] | None = None,
    *,
    workers: int = 1,
    threads: int = 16,
    tree: Path = ROOT,
) -> Server:
    """An application, module:name, served as `make run` does."""
    port = free_port()
    settings = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_CONCURRENCY": str(workers),
        "THREADS": str(threads),
        "RATE_LIMIT": "100000 per second",  # counted like any other, and never reached
        **(environ or {}),
    }
    python = sys.executable if tree == ROOT else str(tree / ".venv" / "bin" / "python")
    command = [python, "-m", "gunicorn", "--config", "gunicorn.conf.py", target]
    return Server(command, port, first, settings, tree=tree)


def request(connection: http.client.HTTPConnection, case: Case) -> tuple[int, bytes]:
    """Status and body of one answer."""
    head, _, payload = case.wires(connection.port)[0].partition(b"\r\n\r\n")
    method = head.split(b" ", 1)[0].decode()
    headers = {"Content-Type": "application/json"} if payload else {}
    connection.request(method, case.path, body=payload or None, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read()
