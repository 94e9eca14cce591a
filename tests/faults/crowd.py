"""Two hundred callers at once for a while: what came back, and how fast."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.electricity_maps import FakeElectricityMaps
from tests.faults.client import QUESTIONS, Load, failures, percentile
from tests.faults.drill import DEADLINE_SECONDS, INTENSITIES
from tests.faults.server import Gunicorn, upstream_settings

CALLERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """wrong: the first answers that were no 200, in words."""

    callers: int
    seconds: float
    answers: int
    p50_seconds: float
    p99_seconds: float
    wrong: tuple[str, ...]


def crowd(folder: Path, seconds: float) -> Crowd:
    """CALLERS kept-alive connections, each asking every endpoint in turn, with a live upstream."""
    with FakeElectricityMaps(INTENSITIES).serving() as fake:
        settings = {**upstream_settings(fake.base_url), "UPSTREAM_DEADLINE_SECONDS": str(DEADLINE_SECONDS)}
        with Gunicorn(folder, settings) as server:
            load = Load(server.port, QUESTIONS, callers=CALLERS)
            with load.running():
                time.sleep(seconds)
            answers = load.answers()
    return Crowd(
        callers=CALLERS,
        seconds=seconds,
        answers=len(answers),
        p50_seconds=percentile(answers, 0.5),
        p99_seconds=percentile(answers, 0.99),
        wrong=tuple(failures(answers)[:20]),
    )
