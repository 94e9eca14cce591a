"""Two replicas of the real service behind Debian's nginx with the configuration of deploy/nginx, on free ports."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.deploy.tools import DEPLOY, ROOT, program
from tests.fakes.patience import PATIENCE_SECONDS


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status_of(port: int, path: str = "/health") -> int | None:
    """The status of one GET on a connection of its own; None when there is no answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


class Replica:
    """One gunicorn with two workers, as deploy/ starts it; it may be ended and started again."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.port = free_port()
        self._log = folder / f"replica-{self.port}.log"
        fixed = {"HOST": "127.0.0.1", "PORT": str(self.port), "WEB_CONCURRENCY": "2", "TRUSTED_PROXIES": "1"}
        self._environ = {**os.environ, "DATA_DIR": str(folder / "var"), "RATE_LIMIT": "off", **fixed, **environ}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "app:app"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                command, cwd=ROOT, env=self._environ, stdout=log, stderr=subprocess.STDOUT
            )
        _await(self._process, lambda: status_of(self.port) == 200, self._log.read_text)

    def terminate(self) -> None:
        """Send SIGTERM and come back at once."""
        if self._process is not None:
            self._process.terminate()

    def wait(self) -> int | None:
        """The exit code, once it has ended."""
        return None if self._process is None else self._process.wait(timeout=PATIENCE_SECONDS)


class Pair:
    """nginx on `port` and what stands behind it. log: nginx's access log, a JSON object a line."""

    def __init__(self, port: int, replicas: tuple[Replica, Replica], log: Path) -> None:
        self.port = port
        self.replicas = replicas
        self.log = log


@contextmanager
def running(folder: Path, **environ: str) -> Iterator[Pair]:
    """Two replicas with these settings and nginx in front of them, until the end of the block."""
    program("nginx", "nginx-light")
    pair = (Replica(folder, environ), Replica(folder, environ))
    with ExitStack() as stack:
        for replica in pair:
            stack.callback(replica.wait)
            stack.callback(replica.terminate)
            replica.start()
        port, log = stack.enter_context(_nginx([replica.port for replica in pair]))
        yield Pair(port, pair, log)


@contextmanager
def _nginx(replica_ports: list[int]) -> Iterator[tuple[int, Path]]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="nginx-") as name:
        folder = Path(name)
        shutil.copy(DEPLOY / "nginx" / "nginx.conf", folder)
        servers = (DEPLOY / "nginx" / "replicas.conf").read_text()
        for shipped, here in zip((5001, 5002), replica_ports, strict=True):
            servers = servers.replace(f"127.0.0.1:{shipped}", f"127.0.0.1:{here}")
        (folder / "replicas.conf").write_text(servers)
        place = f"listen 127.0.0.1:{port};\naccess_log {folder}/access.log cao;\n"
        (folder / "place.conf").write_text(place + temp_paths(folder))
        log = folder / "nginx.log"
        process = _start_unprivileged(nginx_command(folder), folder, log)
        try:
            _await(process, lambda: status_of(port) == 200, log.read_text)
            yield port, folder / "access.log"
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


def temp_paths(folder: Path) -> str:
    """Directives by which nginx writes nowhere but into this folder."""
    written = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(f"{what}_temp_path {folder}/{what};" for what in written)


def nginx_command(folder: Path) -> list[str]:
    """nginx in the foreground with the nginx.conf of this folder, writing there alone."""
    directives = f"daemon off; pid {folder}/nginx.pid; error_log stderr;"
    started = [program("nginx", "nginx-light"), "-p", f"{folder}/", "-c", f"{folder}/nginx.conf"]
    return [*started, "-e", "stderr", "-g", directives]


def _start_unprivileged(command: list[str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """As nobody where the tests run as root: the configuration must not need more."""
    user = group = extra_groups = None
    if os.geteuid() == 0:
        account = pwd.getpwnam("nobody")
        user, group, extra_groups = account.pw_uid, account.pw_gid, list[int]()
        os.chown(folder, user, group)
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603
            command,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            group=group,
            extra_groups=extra_groups,
        )


def _await(process: subprocess.Popen[bytes], met: Callable[[], bool], log: Callable[[], str]) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not met():
        if process.poll() is not None or time.monotonic() > limit:
            pytest.fail(f"did not start: {log()}")
        time.sleep(0.02)
