"""Costly requests: only a few are answered at once, so that threads stay free for all other requests.

A request is costly if it takes more than about 10 ms of the processor. The models of the questions say which do.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from api.edge.exchange import Exchange, current
from carbon.errors import Busy

LIGHT_BODY_BYTES = 8192  # to check a longer body, or to list what is wrong in it, can take 0.4 s
THREADS_FOR_EACH = 4


def most_at_once(threads: int) -> int:
    """How many costly requests a worker of so many threads answers at once: one for every four threads.

    They would share one core anyway, and each thread that computes makes all the others wait for Python's lock.
    """
    return max(1, threads // THREADS_FOR_EACH)


def places(threads: int) -> BoundedSemaphore:
    """A place for each costly request that a worker of so many threads answers at once."""
    return BoundedSemaphore(most_at_once(threads))


def begin() -> None:
    """Count this request as costly until its answer is ready. Raises Busy at once if no place is free."""
    if not may_begin():
        raise Busy("this worker is already handling its maximum number of costly requests")


def may_begin() -> bool:
    """Count this request as costly until its answer is ready; False if no place is free."""
    exchange = current()
    if not exchange.holds_costly_place:
        exchange.holds_costly_place = exchange.service.costly_places.acquire(blocking=False)
    return exchange.holds_costly_place


def end(exchange: Exchange) -> None:
    """Give back the place of a request, if it has one."""
    if exchange.holds_costly_place:
        exchange.holds_costly_place = False
        exchange.service.costly_places.release()
