"""A real PostgreSQL in a temporary folder, run by a user without privileges, reached through a socket file."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to be run by root
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))  # where Debian has them
_number = count()


def _program(name: str) -> str | None:
    return shutil.which(name) or next((str(folder / name) for folder in BINARIES if (folder / name).exists()), None)


class PostgresServer:
    """One server. Each test gets its own empty database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._user: dict[str, Any] = {"user": UNPRIVILEGED, "extra_groups": []} if os.geteuid() == 0 else {}
        self._run("initdb", "--pgdata", str(folder / "data"), "--username", "tests", "--auth", "trust", "--no-sync")

    def start(self) -> None:
        """Start it; gives back when it answers."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        files = ("-D", str(self.folder / "data"), "-l", str(self.folder / "log"))
        self._run("pg_ctl", "start", "--wait", *files, "-o", options)

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        self._run("pg_ctl", "stop", "--mode", "immediate", "--wait", "-D", str(self.folder / "data"))

    def new_database(self) -> str:
        """The DATABASE_URL of a new, empty database."""
        name = f"history{next(_number)}"
        with psycopg.connect(host=str(self.folder), user="tests", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://tests@/{name}?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(_program(program)), *arguments]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **self._user)  # noqa: S603


@contextmanager
def running() -> Iterator[PostgresServer]:
    """A server for the time of a test."""
    if _program("pg_ctl") is None or _program("initdb") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("PostgreSQL is not installed")
    # pytest's own folders can be entered by their owner alone, so not by the server.
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, UNPRIVILEGED)
        server = PostgresServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
