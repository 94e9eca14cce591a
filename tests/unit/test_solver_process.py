"""The solver as a process of its own: its plan, and what becomes of a plan when it dies, hangs or is busy."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import fields
from fcntl import LOCK_EX, flock
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from carbon.queued_plans import Awaited, Unwatched, WorkStopped
from planning.plan.limits.problem import HEURISTIC, OPTIMAL, Problem, Progress
from solving import process
from solving.messages import problem_bytes, progress_line, read_problem
from solving.process import LOCK, SolverProcess
from tests.unit.limit_problems import breaches, problem

# Two jobs for one machine: the best plan takes the hours 1 and 2, and emits 10 + 30 g.
TWO = problem([[100, 10, 30, 50]], [{}, {}], capacity=[1])
SECONDS = 20.0


def child(code: str) -> tuple[str, ...]:
    """A child of these lines instead of the solver."""
    return (sys.executable, "-c", code)


def worse_plan() -> str:
    """A line of progress with a plan in the hours 0 and 1, as Python code that writes it."""
    of = [[0, 0, 1, [[0.0, 3600.0]]], [1, 1, 1, [[3600.0, 7200.0]]]]
    return f"import sys, json; print(json.dumps({{'share': 0.1, 'bound': 5.0, 'rows': {of}}}), flush=True);"


def test_the_plan_of_the_child_is_that_of_the_solver(tmp_path: Path) -> None:
    reports: list[Progress] = []

    answer = SolverProcess(tmp_path, SECONDS).solve(TWO, seconds=SECONDS, progress=reports.append)

    assert (answer.cost, answer.status) == (40, OPTIMAL)
    assert [row.spans for row in answer.rows] in (
        [((3600, 7200),), ((7200, 10800),)],
        [((7200, 10800),), ((3600, 7200),)],
    )
    assert answer.seconds > 0
    assert any(report.rows for report in reports)


def test_this_process_never_loads_the_solver(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from tests.unit.test_solver_process import *;"
        f"SolverProcess(pathlib.Path({str(tmp_path)!r}), 9.0)(TWO);"
        "SolverProcess(pathlib.Path('/proc/none'), 9.0)(TWO);"
        "assert 'highspy' not in sys.modules and 'planning.plan.limits.solve' in sys.modules"
    )

    subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], check=True, cwd=process.ROOT, timeout=60
    )


def test_a_child_that_is_killed_leaves_its_last_plan(tmp_path: Path) -> None:
    dies = child(worse_plan() + "import os; os.kill(os.getpid(), 9)")

    answer = SolverProcess(tmp_path, SECONDS, dies)(TWO)

    assert (answer.cost, answer.bound, answer.status) == (110, 5, HEURISTIC)
    assert breaches(TWO, answer.rows) == []


@pytest.mark.parametrize("code", ["import os; os.kill(os.getpid(), 9)", "print('not a message')", "print('{}')", ""])
def test_without_any_plan_of_the_child_a_quick_one_is_made(tmp_path: Path, code: str) -> None:
    answer = SolverProcess(tmp_path, SECONDS, child(code))(TWO)

    assert (answer.cost, answer.status) == (40, HEURISTIC)


def test_a_child_that_cannot_be_started_is_no_error(tmp_path: Path) -> None:
    assert SolverProcess(tmp_path, SECONDS, ("/nonexistent",))(TWO).status == HEURISTIC


def test_a_child_that_hangs_is_killed_when_its_time_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MARGIN_SECONDS", 0.1)
    pids = tmp_path / "pid"
    hangs = child(worse_plan() + f"import os, time; open({str(pids)!r}, 'w').write(str(os.getpid())); time.sleep(600)")

    answer = SolverProcess(tmp_path, 3.0, hangs)(TWO)

    assert (answer.cost, answer.status) == (110, HEURISTIC)
    assert not Path(f"/proc/{pids.read_text()}").exists()


def test_a_cancelled_plan_ends_its_child(tmp_path: Path) -> None:
    hangs = child(worse_plan() + "import time; time.sleep(600)")
    reports: list[Progress] = []

    answer = SolverProcess(tmp_path, SECONDS, hangs).solve(
        TWO, seconds=600, progress=reports.append, cancelled=lambda: any(report.rows for report in reports)
    )

    assert (answer.cost, answer.status) == (110, HEURISTIC)


def test_progress_follows_the_time_while_the_child_is_silent(tmp_path: Path) -> None:
    silent = child("import time; time.sleep(600)")
    shares: list[float] = []

    SolverProcess(tmp_path, SECONDS, silent).solve(
        TWO, seconds=600, progress=lambda report: shares.append(report.share), cancelled=lambda: len(shares) > 5
    )

    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] < 1


def test_progress_follows_the_time_while_another_plan_is_solved(tmp_path: Path) -> None:
    shares: list[float] = []
    with (tmp_path / LOCK).open("w") as lock:
        flock(lock, LOCK_EX)

        SolverProcess(tmp_path, SECONDS).solve(
            TWO, seconds=600, progress=lambda report: shares.append(report.share), cancelled=lambda: len(shares) > 5
        )

    assert shares == sorted(set(shares))


def test_a_watch_that_stops_the_work_ends_the_child(tmp_path: Path) -> None:
    pids = tmp_path / "pid"
    silent = child(f"import os, time; open({str(pids)!r}, 'w').write(str(os.getpid())); time.sleep(600)")

    class Stopping(Unwatched):
        is_awaited = False

        def seconds_left(self) -> float:
            return 600.0

        def report(self, share: float) -> None:
            if pids.exists() and pids.read_text():
                raise WorkStopped("cancelled")

    with pytest.raises(WorkStopped):
        SolverProcess(tmp_path, SECONDS, silent)(TWO, Stopping())

    assert not Path(f"/proc/{pids.read_text()}").exists()


def test_while_another_plan_is_solved_the_next_one_waits(tmp_path: Path) -> None:
    slow = child(worse_plan() + "import time; time.sleep(1)")
    first = threading.Thread(target=SolverProcess(tmp_path, SECONDS, slow), args=(TWO,))
    first.start()
    while not (tmp_path / LOCK).exists():
        time.sleep(0.01)

    answer = SolverProcess(tmp_path, SECONDS)(TWO)

    first.join()
    assert answer.status == OPTIMAL


def test_a_plan_that_waited_too_long_is_made_without_the_solver(tmp_path: Path) -> None:
    with (tmp_path / LOCK).open("w") as lock:
        flock(lock, LOCK_EX)

        answer = SolverProcess(tmp_path, 0.5)(TWO)

    assert (answer.cost, answer.status) == (40, HEURISTIC)


def test_a_direct_answer_ends_the_solver_before_its_time_is_over_and_one_without_it_too(tmp_path: Path) -> None:
    ended = Awaited(0.0, lambda: 0.0)

    busy = SolverProcess(Path("/proc/none"), SECONDS)(TWO, ended)
    alone = SolverProcess(tmp_path, SECONDS)(TWO, Awaited(SECONDS, lambda: 0.0))

    assert (busy.status, busy.cost) == (HEURISTIC, 40)  # a first plan of few jobs takes no half second
    assert alone.status == OPTIMAL


def test_a_problem_is_the_same_after_the_way_to_the_child() -> None:
    copy, seconds, ends_at = read_problem(BytesIO(problem_bytes(TWO, seconds=9.5, ends_at=123.25)))

    assert (seconds, ends_at) == (9.5, 123.25)
    for item in fields(Problem):
        before, after = getattr(TWO, item.name), getattr(copy, item.name)
        assert type(before) is type(after)
        assert np.array_equal(before, after)


def test_a_bound_that_is_not_known_yet_is_null() -> None:
    assert b'"bound":null' in progress_line(Progress(share=0.0, bound=-np.inf))
