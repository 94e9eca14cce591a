"""Bad input is refused in time, ends no worker, leaves no traceback, and disturbs no other client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.bad_inputs import BAD_INPUTS, BadInput
from tests.faults.client import QUESTIONS, burst, failures
from tests.faults.server import Gunicorn
from tests.faults.wire import status_of

NAMES = [one.name for one in BAD_INPUTS]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gunicorn]:
    """One service for all of them: what one input breaks, the next shows."""
    with Gunicorn(tmp_path_factory.mktemp("bad-input")) as server:
        yield server


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=NAMES)
def test_bad_input_is_refused_and_disturbs_no_other_client(bad: BadInput, server: Gunicorn) -> None:
    workers = {worker.pid for worker in server.workers()}

    status = status_of(server.port, bad.wire)

    assert status in bad.statuses or (bad.closed and status is None)
    assert failures(burst(server.port, QUESTIONS, at_once=4)) == []
    assert {worker.pid for worker in server.workers()} == workers
    assert "Traceback" not in server.log()
