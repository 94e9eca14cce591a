"""`carbon run`: waits for the window, asks again, becomes the command; its clock is a fake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, request

from carbon_client.cli.waits import LONGEST_NAP, Step, Wait
from tests.clients.python.conftest import NOWHERE, Shell, Terminal, served
from tests.fakes.service import NOW

JOB = ("run", "--for", "2h", "--region", "us-west-2")
COMMAND = ("--", "true", "--epochs", "3")
HOUR = timedelta(hours=1)


class Scheduler:
    """Answers every question to schedule with the next of these starts, the last one for good; None: it fails."""

    def __init__(self, *starts: datetime | None) -> None:
        self.starts = list(starts)
        self.questions: list[dict[str, Any]] = []
        self.app = Flask("scheduler")
        self.app.post("/api/v1/schedule")(self.schedule)

    def schedule(self) -> Any:
        self.questions.append(request.get_json())
        start = self.starts.pop(0) if len(self.starts) > 1 else self.starts[0]
        if start is None:
            return {"type": "/problems/internal-error", "title": "Fault", "status": 500, "detail": "a fault"}, 500
        window = {"start_time": stamp(start), "end_time": stamp(start + 2 * HOUR), "avg_carbon_intensity": 80.0}
        window |= {"low": 60.0, "high": 90.0, "data_quality": "forecast"}
        return {
            "provider": "aws",
            "region": "us-west-2",
            "optimal_window": window,
            "start_now": window,
            "next_best_windows": [],
            "savings_potential": {"start_now_vs_optimal_percentage": 20.0},
            "expected_savings": None,
        }


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def scheduler(request: pytest.FixtureRequest) -> Iterator[tuple[Scheduler, Shell]]:
    """The starts that the test gives as its parameter, in hours from NOW."""
    starts = (None if hours is None else NOW.replace(microsecond=0) + hours * HOUR for hours in request.param)
    fake = Scheduler(*starts)
    with served(fake.app) as url:  # type: ignore[arg-type]
        yield fake, Shell(url=url, code=7)


@pytest.mark.parametrize("scheduler", [[3]], indirect=True)
def test_run_waits_for_the_window_and_passes_the_exit_code(scheduler: tuple[Scheduler, Shell]) -> None:
    _, shell = scheduler

    assert shell.carbon(*JOB, *COMMAND) == 7

    ((command, environ),) = shell.executed
    assert command == ["true", "--epochs", "3"]
    assert 0 <= (shell.now - (NOW.replace(microsecond=0) + 3 * HOUR)).total_seconds() < 1
    assert environ["CARBON_REGION"] == "aws:us-west-2"
    assert environ["CARBON_START"] == "2026-02-11T13:30:07Z"
    assert environ["CARBON_INTENSITY"] == "80"
    assert shell.out.getvalue() == ""


@pytest.mark.parametrize("scheduler", [[3, 5, 1.5]], indirect=True)
def test_run_asks_again_every_hour_with_the_same_bounds_and_takes_the_newest_window(
    scheduler: tuple[Scheduler, Shell],
) -> None:
    fake, shell = scheduler

    shell.carbon(*JOB, "--within", "6h", *COMMAND)

    # Asked at 0, 1 h and 2 h; the third answer is a start that has passed, so the command runs at once.
    assert len(fake.questions) == 3
    assert {body["deadline"] for body in fake.questions} == {stamp(NOW + 8 * HOUR)}
    assert 0 <= (shell.now - (NOW + 2 * HOUR)).total_seconds() <= LONGEST_NAP.total_seconds()
    assert len([line for line in shell.err.getvalue().splitlines() if "aws:us-west-2: 80 gCO2e/kWh" in line]) == 3


@pytest.mark.parametrize("scheduler", [[2, None]], indirect=True)
def test_a_service_that_fails_during_the_wait_changes_nothing(scheduler: tuple[Scheduler, Shell]) -> None:
    _, shell = scheduler

    assert shell.carbon(*JOB, *COMMAND) == 7

    assert "a fault; the window stands" in shell.err.getvalue()
    assert shell.now < NOW + 2 * HOUR + LONGEST_NAP


@pytest.mark.parametrize("scheduler", [[5]], indirect=True)
def test_a_window_beyond_max_wait_ends_it_with_123_at_once(scheduler: tuple[Scheduler, Shell]) -> None:
    _, shell = scheduler

    assert shell.carbon(*JOB, "--max-wait", "4h", *COMMAND) == 123

    assert shell.executed == []
    assert shell.sleeps == []
    assert "in 5 h 00 min, later than --max-wait 4 h 00 min" in shell.err.getvalue()


@pytest.mark.parametrize("scheduler", [[2, 6]], indirect=True)
def test_a_later_window_beyond_max_wait_does_not_move_the_start(scheduler: tuple[Scheduler, Shell]) -> None:
    fake, shell = scheduler

    assert shell.carbon(*JOB, "--max-wait", "4h", *COMMAND) == 7

    assert len(fake.questions) == 2
    assert shell.now < NOW + 2 * HOUR + LONGEST_NAP


@pytest.mark.parametrize("scheduler", [[3]], indirect=True)
def test_dry_run_prints_the_window_and_neither_waits_nor_runs(scheduler: tuple[Scheduler, Shell]) -> None:
    _, shell = scheduler

    assert shell.carbon(*JOB, "--dry-run", *COMMAND) == 0

    assert shell.lines[1].split()[:3] == ["best", "aws:us-west-2", "2026-02-11T13:30:07Z"]
    assert (shell.executed, shell.sleeps) == ([], [])


@pytest.mark.parametrize("scheduler", [[1]], indirect=True)
def test_a_terminal_shows_a_bar_and_the_time_left(scheduler: tuple[Scheduler, Shell]) -> None:
    _, shell = scheduler
    shell.err = Terminal()

    shell.carbon(*JOB, *COMMAND)

    assert "[------------------------]   0%  1 h 00 min left" in shell.err.getvalue()
    assert "[############------------]  50%  30 min left" in shell.err.getvalue()
    assert shell.err.getvalue().endswith("\r\x1b[K")


def test_without_the_service_the_command_runs_at_once_only_if_fallback_says_so() -> None:
    failing, falling_back = Shell(url=NOWHERE), Shell(url=NOWHERE, code=7)

    assert failing.carbon(*JOB, *COMMAND) == 121
    assert falling_back.carbon(*JOB, "--fallback", "now", *COMMAND) == 7

    assert failing.executed == []
    ((_, environ),) = falling_back.executed
    assert "CARBON_REGION" not in environ
    assert "Running at once" in falling_back.err.getvalue()


def test_a_refused_question_never_falls_back(shell: Shell) -> None:
    assert shell.carbon("run", "--for", "2h", "--region", "us-wst-2", "--fallback", "now", *COMMAND) == 122

    assert shell.executed == []
    assert "us-wst-2" in shell.err.getvalue()


def test_a_command_that_is_not_there_is_told_before_the_wait(shell: Shell) -> None:
    assert shell.carbon(*JOB, "--", "no-such-command") == 127

    assert shell.sleeps == []


def test_run_without_a_command_is_an_error_of_the_command_line(shell: Shell) -> None:
    assert shell.carbon(*JOB) == 2
    assert shell.carbon("rank", "--", "true") == 2


def test_the_window_stands_once_its_start_is_near() -> None:
    wait = Wait(starts_at=NOW + timedelta(minutes=70), asked_at=NOW, latest=NOW + 5 * HOUR)

    assert wait.step(NOW + timedelta(minutes=59)) is Step.NAP
    assert wait.step(NOW + timedelta(minutes=59, seconds=59)) is Step.NAP
    assert Wait(starts_at=NOW + 2 * HOUR, asked_at=NOW, latest=NOW + 5 * HOUR).step(NOW + HOUR) is Step.ASK
    assert wait.step(NOW + timedelta(minutes=60)) is Step.NAP  # ten minutes before
    assert wait.step(NOW + timedelta(minutes=70)) is Step.START


def test_a_machine_that_slept_through_the_window_starts_when_it_wakes() -> None:
    wait = Wait(starts_at=datetime(2026, 2, 11, 13, tzinfo=UTC), asked_at=NOW, latest=NOW)

    assert wait.step(NOW + timedelta(days=2)) is Step.START
