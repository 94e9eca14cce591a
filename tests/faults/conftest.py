"""Drills run in processes of their own, a few at once: most of their time they wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tests.faults.drill import Result, drill

DRILLS_AT_ONCE = 4


@pytest.fixture(scope="session")
def drills(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Result]]:
    """The result of a row by its name. All rows that were selected start with the first that is asked for."""
    with ProcessPoolExecutor(DRILLS_AT_ONCE, mp_context=get_context("spawn")) as pool:
        names = [
            item.callspec.params["name"] for item in request.session.items if "drills" in vars(item)["fixturenames"]
        ]
        running: dict[str, Future[Result]] = {name: pool.submit(drill, name) for name in names}
        yield lambda name: running[name].result()
        pool.shutdown(cancel_futures=True)
