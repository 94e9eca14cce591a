"""One Redis, asked briefly: it answers within a fraction of a second or is left alone for a while."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from redis import Redis, RedisError, ResponseError
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

from carbon.errors import CarbonError, StateUnavailable
from store.backoff import Rest
from telemetry import Telemetry

log = logging.getLogger(__name__)
T = TypeVar("T")

TIMEOUT_SECONDS = 0.2  # to connect, and again for each reply
REST_SECONDS = 5.0


class UnusableUrl(CarbonError):
    """The client does not take the URL of Redis, as for an option it does not know. Tells nothing of the URL."""


class RedisLink:
    """The connections of one process to Redis, for all its stores, so that one failure spares the others the wait.

    Each change between answering and not is logged once. Nothing is opened before the first use, and the client opens
    connections of its own in a forked process.
    """

    def __init__(self, url: str, *, telemetry: Telemetry, monotonic: Callable[[], float] = time.monotonic) -> None:
        """url: redis://, rediss:// or unix://; may hold a password, so it is never logged. Raises UnusableUrl."""
        try:
            self._client = Redis.from_url(
                url,
                socket_connect_timeout=TIMEOUT_SECONDS,
                socket_timeout=TIMEOUT_SECONDS,
                retry=Retry(NoBackoff(), 0),  # by default it tries ten times, for seconds
                protocol=2,  # with no library named, a new connection takes no further question
                driver_info=None,
            )
            self._client.connection_pool.make_connection()  # connects to nothing, but knows its options
        except (ValueError, TypeError, RedisError) as error:
            raise UnusableUrl(type(error).__name__) from None
        self._telemetry = telemetry
        self._rest = Rest(REST_SECONDS, monotonic=monotonic)

    @property
    def failing(self) -> bool:
        """Whether Redis did not answer when it was last asked."""
        return self._rest.failing

    def script(self, text: str) -> Script:
        """A Lua script to run with a client; sends nothing yet."""
        return self._client.register_script(text)

    def use(self, ask: Callable[[Redis], T]) -> T:
        """What `ask` gets of the client. Raises StateUnavailable if Redis does not answer, at once while it rests."""
        if not self._rest.may_try():
            raise StateUnavailable("Redis")
        try:
            found = ask(self._client)
        except ResponseError as error:  # it answers, so nobody need wait: full, read-only, a key of another type
            self._telemetry.store_error("redis")
            raise StateUnavailable("Redis") from error
        except (RedisError, OSError) as error:
            self._telemetry.store_error("redis")
            if self._rest.failed():
                log.error("Redis cannot be used; local state is used instead: %s", type(error).__name__)  # noqa: TRY400
            raise StateUnavailable("Redis") from error
        if self._rest.succeeded():
            log.info("Redis answers again")
        return found
