"""Costly requests: only so many are answered at once, so that some threads stay free for all others.

A request is costly if it takes more than about 10 ms of the processor. The models of the questions say which do.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import Flask, current_app, g

from carbon.errors import Busy

LIGHT_BODY_BYTES = 8192  # to check a longer body, or to list what is wrong in it, can take 0.4 s
NAME = "costly-requests"
THREADS_FOR_EACH = 4


def most_at_once(threads: int) -> int:
    """How many costly requests a worker of so many threads answers at once: one for every four threads.

    They would share one core anyway, and each thread that computes makes all the others wait for Python's lock.
    """
    return max(1, threads // THREADS_FOR_EACH)


def install(app: Flask, threads: int) -> None:
    """Let as many costly requests in as leave threads free, and count each until its answer is ready."""
    app.extensions[NAME] = BoundedSemaphore(most_at_once(threads))
    app.teardown_request(_end)


def begin() -> None:
    """Count this request as costly until it ends. Raises Busy at once if there are as many as may be."""
    if not may_begin():
        raise Busy("this worker is already handling its maximum number of costly requests")


def may_begin() -> bool:
    """Count this request as costly until it ends; False if there are as many as may be."""
    if "costly" in g:
        return True
    places: BoundedSemaphore = current_app.extensions[NAME]
    if not places.acquire(blocking=False):
        return False
    g.costly = places
    return True


def _end(_error: BaseException | None) -> None:
    places: BoundedSemaphore | None = g.pop("costly", None)
    if places is not None:
        places.release()
