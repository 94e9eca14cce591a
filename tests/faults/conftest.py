"""Drills run in processes of their own, a few at once: most of their time they wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tests.faults.drill import Result, drill

DRILLS_AT_ONCE = 3
DRILL = "test_the_service_survives_an_upstream_that_is"


@pytest.fixture(scope="session", autouse=True)
def drills(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Result]]:
    """The result of a row by its name. The rows of this session run beside all other tests of this folder.

    Whoever asks for a row again gets another run of it, by itself if all others have ended.
    """
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    names = [str(item.callspec.params["name"]) for item in items if item.name.startswith(DRILL)]
    with ProcessPoolExecutor(DRILLS_AT_ONCE, mp_context=get_context("spawn")) as pool:
        running: dict[str, Future[Result]] = {name: pool.submit(drill, name) for name in names}

        def result(name: str) -> Result:
            begun = running.pop(name, None) or pool.submit(drill, name)
            return begun.result()

        yield result
        pool.shutdown(cancel_futures=True)
