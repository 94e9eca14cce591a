"""Connections to PostgreSQL that wait for a bounded time. Imports psycopg: to be imported on first use."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, ClassVar

import psycopg
from sqlalchemy import Engine, event

SECONDS_MORE = 3.0  # than the server itself gives a statement


def bounded(engine: Engine, statement_seconds: int) -> None:
    """No call of a connection of the engine waits much longer than the server may take; 0: for ever.

    A server that has stopped without closing its connections, or behind a network that loses packets, never says that
    a statement took too long.
    """
    if not statement_seconds:
        return

    class Bounded(_Bounded):
        limit_seconds = statement_seconds + SECONDS_MORE

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, parameters: Any) -> Any:
        return Bounded.connect(*arguments, **parameters)


class _Bounded(psycopg.Connection[Any]):
    limit_seconds: ClassVar[float]

    def wait(self, gen: Generator[Any, Any, Any], *arguments: Any, **named: Any) -> Any:
        """As the method of psycopg, through which all waiting goes. Raises OperationalError after limit_seconds."""
        return super().wait(self._bounded(gen), *arguments, **named)

    def _bounded(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        limit = time.monotonic() + self.limit_seconds
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted  # some times a second, also if nothing is ready
                if not ready and time.monotonic() > limit:
                    self.pgconn.finish()  # nothing more can be asked of it
                    raise psycopg.OperationalError("the server has stopped answering")
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value
