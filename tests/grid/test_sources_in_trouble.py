"""What an upstream can do wrong, on every source but Electricity Maps: met cold, ended, met again with a value stored.

The rows are those of the drills (tests/faults/rows.py). Time stands still but where a test moves it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import Any

import pytest

from app import create_app
from carbon.intensity import Signal
from engine import Engine
from grid.registry import SOURCES, build_reader
from settings import Settings
from tests.fakes.access import access
from tests.fakes.background import even_zones
from tests.fakes.clock import SteppedClock
from tests.fakes.clouds import cloud_map
from tests.fakes.patience import HANG_SECONDS, eventually, promptly
from tests.fakes.upstream import FakeUpstream
from tests.faults.rows import ROWS, Row
from tests.faults.server import Port
from tests.faults.subjects import SUBJECTS, Subject
from tests.grid.readings import is_at_rest

START = datetime(2026, 3, 3, 9, 7, tzinfo=UTC)
READ_SECONDS = 0.4
MOST_ANSWERS = 500
PAST_EVERY_HOLD_SECONDS = 660.0
PAST_EVERY_TTL_SECONDS = 1900.0


class Trial:
    """The service over one source, whose upstream has a fault while `faulty`."""

    def __init__(self, subject: Subject, row: Row, *, read_seconds: float = READ_SECONDS) -> None:
        """read_seconds: how long a call waits, and a request would if it waited for this source at all."""
        self.row = row
        self.subject = subject
        self.clock = SteppedClock(START)
        self.port = Port()
        self.fake: FakeUpstream | None = None
        self._serving = ExitStack()
        self.meet(faulty=True)
        base_url = row.address or f"http://127.0.0.1:{self.port.number}{subject.imitation.prefix}"  # type: ignore[attr-defined]
        settings = Settings(
            **subject.settings(base_url),  # type: ignore[arg-type]
            sources=subject.name,
            upstream_retries=0,
            upstream_connect_timeout_seconds=read_seconds,
            upstream_read_timeout_seconds=read_seconds,
            upstream_total_seconds=max(read_seconds, Settings().upstream_total_seconds),
            upstream_deadline_seconds=max(read_seconds, Settings().upstream_deadline_seconds),
            rate_limit="off",
        )
        self.reader = build_reader(
            settings,
            sources={subject.name: subject.entry},
            utc_now=self.clock.utc_now,
            monotonic=self.clock.monotonic,
            zones=even_zones(),
        )
        engine = Engine(cloud_map(), self.reader)
        self.client = create_app(settings, engine, rules=access(), clock=self.clock.utc_now).test_client()

    def meet(self, *, faulty: bool) -> None:
        """Begin or end the fault."""
        if self.row.listening or not faulty:
            if self.fake is None:
                self.fake = self.subject.imitation(port=self.port.number)
                self.fake.utc_now = self.clock.utc_now
                self._serving.enter_context(self.fake.serving())
            self.fake.fault = self.row.fault if faulty else None
        else:
            self._serving.close()
            self.fake = None

    def close(self) -> None:
        self._serving.close()
        self.port.close()

    def ask(self) -> dict[str, Any]:
        """What the service says of the zone: with 200 and a figure above 0.

        A marginal figure without a live value is unknown: no profile stands in for it.
        """
        is_marginal = self.subject.signal is Signal.MARGINAL
        response = self.client.get(
            f"/api/v1/zones/{self.subject.zone}", query_string={"signal": "marginal"} if is_marginal else {}
        )
        assert response.status_code == 200
        details: dict[str, Any] = response.get_json()["zone_details"]
        if is_marginal and details["data_quality"] == "baseline":
            assert details["current_carbon_intensity"] is None
            assert details["source"] == "none"
        else:
            assert details["current_carbon_intensity"] > 0
        return details

    def until(self, met: Callable[[dict[str, Any]], bool], *, step_seconds: float = 0.0) -> dict[str, Any]:
        """The first answer that meets it, or the last one of so many. step_seconds: by which time moves on between two
        answers, once the calls have ended that the first of them began.
        """
        for _ in range(MOST_ANSWERS):
            if met(details := self.ask()):
                break
            assert eventually(lambda: is_at_rest(self.reader))
            self.clock.advance(step_seconds)
        return details


@pytest.fixture
def trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    subject, row = request.param
    with closing(Trial(subject, row)) as running:
        yield running


TRIALS = [
    pytest.param((subject, row), id=f"{subject.name} {row.name}")
    for subject in SUBJECTS
    for row in ROWS
    if row.any_source
]


def is_live(details: dict[str, Any]) -> bool:
    return details["data_quality"] != "baseline" and "fallback_reason" not in details


@pytest.mark.parametrize("trial", TRIALS, indirect=True)
def test_no_fault_of_a_source_makes_an_error_or_a_zero_and_every_answer_says_why(trial: Trial) -> None:
    row, reasons = trial.row, trial.subject.reasons(trial.row)

    first = trial.ask()  # cold: nothing is known, and the request does not wait for what the call brings
    assert (first["data_quality"], first["fallback_reason"]) == ("baseline", "late")
    if not row.mixed:
        met = trial.until(lambda details: details.get("fallback_reason") in reasons - {"late"}, step_seconds=20.0)
        assert met["data_quality"] == "baseline"
        assert met["fallback_reason"] in reasons | {"late"}
    if not row.recovers:
        return

    trial.meet(faulty=False)  # it ends
    trial.clock.advance(PAST_EVERY_HOLD_SECONDS)
    live = trial.until(is_live, step_seconds=20.0)
    assert is_live(live)
    assert live["source"] == trial.subject.name

    trial.meet(faulty=True)  # met again: the last good value answers
    trial.clock.advance(PAST_EVERY_TTL_SECONDS)
    if row.mixed:
        again = trial.ask()
    else:
        again = trial.until(lambda details: details.get("fallback_reason") in reasons, step_seconds=20.0)
        assert again.get("fallback_reason") in reasons
    assert again["source"] == trial.subject.name
    assert again["data_quality"] in ("measured", "estimated")


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_no_request_waits_for_a_source_that_hangs_with_or_without_a_stored_value(subject: Subject) -> None:
    go_on = threading.Event()
    hangs = Row(name="hangs", fault=lambda call, good: good if go_on.wait(HANG_SECONDS) else None)
    with closing(Trial(subject, hangs, read_seconds=HANG_SECONDS)) as trial:
        with promptly():
            cold = trial.ask()
        go_on.set()
        live = trial.until(is_live, step_seconds=20.0)
        go_on.clear()
        trial.clock.advance(PAST_EVERY_TTL_SECONDS)
        with promptly():
            again = trial.ask()
        go_on.set()

    assert (cold["data_quality"], cold["fallback_reason"]) == ("baseline", "late")
    assert is_live(live)
    assert again["source"] == subject.name


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_many_questions_cost_one_call_a_resource_until_the_time_to_live_is_over(subject: Subject) -> None:
    healthy = next(row for row in ROWS if row.name == "slow")
    running = Trial(subject, healthy)
    running.meet(faulty=False)

    running.until(is_live)
    for _ in range(20):
        running.ask()
    assert eventually(lambda: is_at_rest(running.reader))

    assert running.fake is not None
    counts = Counter((call.path, call.pairs) for call in running.fake.calls)
    assert set(counts.values()) == {1}
    running.close()


def test_every_source_is_tried() -> None:
    """Electricity Maps, for which a request waits, has drills and tests of its own."""
    assert {subject.name for subject in SUBJECTS} | {"electricity-maps"} == SOURCES.keys()
