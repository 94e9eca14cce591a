"""A real gunicorn on a free port, its log in a file, its workers within reach."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import psutil

from tests.fakes.electricity_maps import KEY
from tests.fakes.patience import PATIENCE_SECONDS
from tests.faults.client import ask

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 4
THREADS = 8
STOP_SECONDS = 45.0


class Port:
    """A free port that no other process gets: bound without listening, so that connections to it are refused."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a server may listen on it none the less
        self._socket.bind(("127.0.0.1", 0))
        self.number = int(self._socket.getsockname()[1])

    def close(self) -> None:
        self._socket.close()


def wait_until(met: Callable[[], bool], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Come back as soon as it is met. Raises AssertionError after `seconds`: ours is no judgement of how fast it is."""
    limit = time.monotonic() + seconds
    while not met():
        if time.monotonic() > limit:
            raise AssertionError(f"after {seconds:g} s still not: {what}")
        time.sleep(0.05)


class Gunicorn:
    """The service with four workers, from `with` to its end. folder: for its state and its log."""

    def __init__(
        self,
        folder: Path,
        environ: Mapping[str, str] | None = None,
        *,
        application: str = "app:app",
        workers: int = WORKERS,
        largest_file_bytes: int | None = None,
        start_in: Path = ROOT,
    ) -> None:
        """environ: settings, before those of the .env of start_in. largest_file_bytes: no process of it can write a
        longer file.
        """
        self._port = Port()
        self.port = self._port.number
        self.data = folder / "var"
        self._log = folder / f"gunicorn-{self.port}.log"
        self._application = application
        self._workers = workers
        self._largest = largest_file_bytes
        self._start_in = start_in
        fixed = {"HOST": "127.0.0.1", "PORT": str(self.port), "WEB_CONCURRENCY": str(workers)}
        settings = {"THREADS": str(THREADS), "RATE_LIMIT": "off", "DATA_DIR": str(self.data), **(environ or {})}
        self._environ = {**_clean(os.environ), **settings, **fixed, "PYTHONPATH": str(ROOT)}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Gunicorn:
        command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), self._application]
        self._process = subprocess.Popen(  # noqa: S603
            command, cwd=self._start_in, env=self._environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self._copying = threading.Thread(target=self._copy, args=(self._process,))
        self._copying.start()
        try:
            wait_until(self._is_up, "the service answers")
            if self._largest is not None:
                for process in (self.master, *self.workers()):
                    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (self._largest, resource.RLIM_INFINITY))
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _copy(self, process: subprocess.Popen[bytes]) -> None:
        """A pipe for the log, so that largest_file_bytes is not about it."""
        assert process.stdout is not None
        with self._log.open("ab", buffering=0) as log, process.stdout:
            while piece := process.stdout.read1():  # type: ignore[attr-defined]
                log.write(piece)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._port.close()
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for child in self.workers():
                child.kill()
            process.kill()
            process.wait()
        self._copying.join()

    def _is_up(self) -> bool:
        if self.exit_code() is not None:
            raise AssertionError(f"the service ended at its start:\n{self.log()}")
        return ask(self.port, "/health").status == 200 and len(self.workers()) == self._workers

    @property
    def master(self) -> psutil.Process:
        if self._process is None:
            raise RuntimeError("not started")
        return psutil.Process(self._process.pid)

    def workers(self) -> list[psutil.Process]:
        """Those that live; one may end while it is looked at."""
        living = []
        for child in self.master.children():
            with suppress(psutil.NoSuchProcess):
                if child.status() != psutil.STATUS_ZOMBIE:
                    living.append(child)
        return living

    def tell(self, number: signal.Signals) -> None:
        """Send the master a signal."""
        self.master.send_signal(number)

    def exit_code(self) -> int | None:
        """None while it runs."""
        return None if self._process is None else self._process.poll()

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        if self._process is None:
            raise RuntimeError("not started")
        return self._process.wait(timeout=STOP_SECONDS)

    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def written(self) -> dict[str, bytes]:
        """Every file it wrote, its log included."""
        files = [self._log, *(path for path in self.data.rglob("*") if path.is_file())]
        return {path.name: path.read_bytes() for path in files}


def upstream_settings(base_url: str) -> dict[str, str]:
    """Settings that ask an imitation of the upstream, with a short patience."""
    return {
        "LIVE": "on",
        "SOURCES": "electricity-maps",
        "EL_MAPS_API_KEY": KEY,
        "EL_MAPS_BASE_URL": base_url,
        "UPSTREAM_CONNECT_TIMEOUT_SECONDS": "0.5",
        "UPSTREAM_READ_TIMEOUT_SECONDS": "1",
        "UPSTREAM_TOTAL_SECONDS": "2",
        "UPSTREAM_RETRIES": "1",
        "UPSTREAM_CONCURRENCY": "4",
    }


def _clean(environ: Mapping[str, str]) -> dict[str, str]:
    """Without what could reach the service from the machine: its settings, gunicorn's, a proxy."""
    foreign = ("GUNICORN_", "EL_MAPS_", "UPSTREAM_", "REDIS_", "OTEL_", "PROMETHEUS_", "CAO_")
    return {
        name: text for name, text in environ.items() if not name.startswith(foreign) and "proxy" not in name.lower()
    }
