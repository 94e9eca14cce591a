"""A service that answers on this machine, and the command `carbon` with surroundings of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Thread

import pytest
from apiflask import APIFlask
from werkzeug.serving import make_server

from carbon_client.cli.main import main
from carbon_client.cli.surroundings import Surroundings
from tests.fakes.service import NOW, service

NOWHERE = "http://127.0.0.1:9"  # the port of a service that no machine runs


@contextmanager
def served(app: APIFlask) -> Iterator[str]:
    """The address where an application answers."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the service answers, offline, its clock at NOW."""
    with served(service()) as url:
        yield url


class Terminal(StringIO):
    """Text that is written to a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass
class Shell:
    """Runs `carbon`. Its clock moves only when it sleeps; commands are noted in `executed`, and end with `code`."""

    url: str
    now: datetime = NOW
    environ: dict[str, str] = field(default_factory=dict)
    stdin: str = ""
    out: StringIO = field(default_factory=StringIO)
    err: StringIO = field(default_factory=StringIO)
    sleeps: list[float] = field(default_factory=list)
    executed: list[tuple[list[str], Mapping[str, str]]] = field(default_factory=list)
    code: int = 0

    def carbon(self, *words: str) -> int:
        """The exit code."""
        return main(
            words,
            Surroundings(
                stdin=StringIO(self.stdin),
                stdout=self.out,
                stderr=self.err,
                environ={"CARBON_URL": self.url, **self.environ},
                now=lambda: self.now,
                sleep=self.sleep,
                execute=self.execute,
            ),
        )

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += timedelta(seconds=seconds)

    def execute(self, command: list[str], environ: Mapping[str, str]) -> int:
        self.executed.append((command, environ))
        return self.code

    @property
    def lines(self) -> list[str]:
        return self.out.getvalue().splitlines()


@pytest.fixture
def shell(address: str) -> Shell:
    return Shell(url=address, now=NOW.astimezone(UTC))
