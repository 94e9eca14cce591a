"""The connections to one Redis: it answers a request within a fraction of a second or is not asked for a while."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from redis import Connection, Redis, RedisError, ResponseError, SSLConnection
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

from carbon.errors import CarbonError, StateUnavailable
from store.backoff import Backoff
from telemetry import Telemetry

log = logging.getLogger(__name__)
T = TypeVar("T")

# Of every key of this service in Redis. The number changes with the shape of any value, so that releases with other
# shapes do not read each other's values. Values of an older prefix expire, but API keys do not: they are carried over.
PREFIX = "cao:1:"
OLDER_PREFIXES: tuple[str, ...] = ()

TIMEOUT_SECONDS = 0.2  # to connect to one address, and again for each reply, while a request waits
COMMAND_SECONDS = 3.0  # the same for a command of the operator, which has nothing else to use
CONNECT_FACTOR = 5  # times as long may the whole of a connection take: the look-up of the name, every address, TLS
REST_SECONDS = 5.0


class UnusableUrl(CarbonError):
    """The client refuses the URL of Redis, for example for an unknown option. The message does not quote the URL."""


def _within(address_seconds: float | None, connect: Callable[[], T]) -> T:
    """What `connect` returns. Raises TimeoutError when it takes too long, and leaves it to end by itself.

    The look-up of a name cannot be given a time limit in any other way. address_seconds: limit of each address.
    """
    seconds = CONNECT_FACTOR * address_seconds if address_seconds else None
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(connect())
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=run, name="redis", daemon=True).start()
    return outcome.result(seconds)


class _Connection(Connection):
    def _connect(self) -> Any:
        return _within(self.socket_connect_timeout, super()._connect)


class _TlsConnection(SSLConnection):
    def _connect(self) -> Any:
        return _within(self.socket_connect_timeout, super()._connect)


_CONNECTIONS: dict[str, Any] = {
    "redis": {"connection_class": _Connection},
    "rediss": {"connection_class": _TlsConnection},
    "unix": {},  # the client's own: there is no name to look up
}


class RedisLink:
    """The connections of one process to Redis, shared by all its stores, so that only one waits for a dead Redis.

    Each change between answering and not answering is logged once. Nothing is opened before the first use, and the
    client opens new connections in a forked process.
    """

    def __init__(
        self,
        url: str,
        *,
        telemetry: Telemetry,
        timeout_seconds: float = TIMEOUT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """url: redis://, rediss:// or unix://; may hold a password, so it is never logged. Raises UnusableUrl."""
        try:
            self._client = Redis.from_url(
                url,
                socket_connect_timeout=timeout_seconds,
                socket_timeout=timeout_seconds,
                retry=Retry(NoBackoff(), 0),  # the default is ten retries, which take seconds
                protocol=2,  # without a library name a new connection sends no further command
                driver_info=None,
                **_CONNECTIONS.get(url.partition(":")[0], {}),
            )
            self._client.connection_pool.make_connection()  # does not connect, but checks the options
        except (ValueError, TypeError, RedisError) as error:
            raise UnusableUrl(type(error).__name__) from None
        self._telemetry = telemetry
        self._backoff = Backoff(REST_SECONDS, monotonic=monotonic)

    @property
    def failing(self) -> bool:
        """Whether Redis did not answer when it was last asked."""
        return self._backoff.failing

    def script(self, text: str) -> Script:
        """A Lua script to run with a client; sends nothing yet."""
        return self._client.register_script(text)

    def use(self, ask: Callable[[Redis], T]) -> T:
        """The result of `ask`. Raises StateUnavailable if Redis does not answer, at once during a back-off."""
        if not self._backoff.may_try():
            raise StateUnavailable("Redis")
        try:
            reply = ask(self._client)
        except ResponseError as error:  # no back-off, since Redis answers: full, read-only, key of another type
            self._telemetry.store_error("redis")
            raise StateUnavailable("Redis") from error
        except (RedisError, OSError) as error:
            self._telemetry.store_error("redis")
            if self._backoff.failed():
                log.error("Redis cannot be used; local state is used instead: %s", type(error).__name__)  # noqa: TRY400
            raise StateUnavailable("Redis") from error
        if self._backoff.succeeded():
            log.info("Redis answers again")
        return reply
