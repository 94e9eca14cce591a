"""A Redis that dies and comes back under load costs no answer."""

from __future__ import annotations

from pathlib import Path

from tests.fakes import redis_server
from tests.fakes.electricity_maps import FakeElectricityMaps
from tests.faults.client import QUESTIONS, Load, failures
from tests.faults.drill import ALLOWANCE_SECONDS, DEADLINE_SECONDS, INTENSITIES
from tests.faults.server import WORKERS, Gunicorn, upstream_settings, wait_until

CALLERS = 8
LOST = "cannot be used"
FOUND = "Redis answers again"


def test_redis_killed_and_brought_back_under_load_fails_no_request(tmp_path: Path) -> None:
    with redis_server.running() as redis, FakeElectricityMaps(INTENSITIES).serving() as fake:
        settings = {
            **upstream_settings(fake.base_url),
            "UPSTREAM_DEADLINE_SECONDS": str(DEADLINE_SECONDS),
            "RATE_LIMIT": "100000 per minute",
            "REDIS_URL": redis.url,
        }
        with Gunicorn(tmp_path, settings) as server:
            load = Load(server.port, QUESTIONS, callers=CALLERS)
            with load.running():
                wait_until(lambda: len(load.answers()) > 10 * CALLERS, "load")
                redis.stop()
                wait_until(lambda: LOST in server.log(), "the loss is noticed")
                lost_at = len(load.answers())
                wait_until(lambda: len(load.answers()) > lost_at + 20 * CALLERS, "answers without Redis")
                redis.start()
                wait_until(lambda: FOUND in server.log(), "Redis is used again")
            errors = [line for line in server.log().splitlines() if '"level": "ERROR"' in line]

    answers = load.answers()
    assert failures(answers) == []
    assert max(answer.seconds for answer in answers) < DEADLINE_SECONDS + ALLOWANCE_SECONDS
    assert len(errors) <= 2 * WORKERS
