"""Runs the solver as a child process: one at a time on a machine, never longer than its time."""

from __future__ import annotations

import logging
import os
import selectors
import subprocess  # nosec B404
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fcntl import LOCK_EX, LOCK_NB, flock
from math import inf
from pathlib import Path
from threading import BoundedSemaphore

from carbon.queued_plans import UNWATCHED, Watch
from planning.plan.limits.problem import Problem, Progress, Row, SecondsLeft, Solution
from planning.plan.limits.solve import restored, solve_quickly
from solving.messages import problem_bytes, read_line

ROOT = Path(__file__).resolve().parents[1]
COMMAND = (sys.executable, "-m", "solving.child")
LOCK = "plan-solver.lock"
POLL_SECONDS = 0.05
MARGIN_SECONDS = 1.5  # after which a child that does not end by itself is killed
QUICK_SECONDS = 0.5  # beyond its time, for a plan without a solver that has died late
LEAST_SHARE = 0.3  # of the time that must be left when the solver becomes free, else the plan is made without it
LEAST_SECONDS = 0.1  # for the solver, even if the time of the plan is over
REPORT_SHARE, MOST_REPORT_SECONDS = 0.15, 5.0  # of the time that is left: for what follows the solver
MOST_WAITING = 2  # of a worker's threads; further plans are made without the solver

log = logging.getLogger(__name__)


class SolverProcess:
    """Solves problems for one worker. folder: of the lock that all workers of the machine share.

    seconds: of a plan without a limit of its own, in which the wait for other plans counts.
    """

    def __init__(self, folder: Path, seconds: float, command: Sequence[str] = COMMAND) -> None:
        self._folder, self._seconds, self._command = folder, seconds, command
        self._places = BoundedSemaphore(MOST_WAITING)

    def __call__(self, problem: Problem, watch: Watch = UNWATCHED) -> Solution:
        """The best plan within the seconds that the watch has left."""
        seconds = min(self._seconds, watch.seconds_left()) if watch.is_awaited else watch.seconds_left()
        seconds = max(LEAST_SECONDS, seconds - min(MOST_REPORT_SECONDS, REPORT_SHARE * seconds))
        if not watch.is_awaited:
            return self.solve(
                problem,
                seconds=seconds,
                progress=lambda progress: watch.report(progress.share),
                cancelled=watch.is_stopped,
            )
        if not self._places.acquire(blocking=False):
            return solve_quickly(problem, _seconds_until(time.monotonic() + seconds))
        try:
            return self.solve(problem, seconds=seconds)
        finally:
            self._places.release()

    def solve(
        self,
        problem: Problem,
        *,
        seconds: float,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Solution:
        """The best plan that is found; without the solver's answer its last plan, or a quick one.

        progress: is called as often. cancelled: is asked some ten times a second; once True the child is ended, and the
        best plan so far returned.
        """
        started = time.monotonic()
        ends_at = started + seconds
        solution = None

        def is_cancelled() -> bool:
            share = min(1.0, (time.monotonic() - started) / seconds)
            progress(Progress(share=share, bound=-inf))  # also while the child is silent, or another plan is solved
            return cancelled()

        with self._alone(ends_at - LEAST_SHARE * seconds, is_cancelled) as is_alone:
            if is_alone:
                solution = _run(self._command, problem, ends_at, progress, is_cancelled)
        if solution is None:
            solution = solve_quickly(problem, _seconds_until(max(ends_at, time.monotonic() + QUICK_SECONDS)))
        return replace(solution, seconds=time.monotonic() - started)

    @contextmanager
    def _alone(self, until: float, cancelled: Callable[[], bool]) -> Iterator[bool]:
        """Whether no other plan of this machine is being solved; waits for that."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            log.warning("the lock of the solver cannot be used, plans are made without it: %s", error)
            yield False
            return
        try:
            yield _locked(handle, until, cancelled)
        finally:
            os.close(handle)


def _seconds_until(ends_at: float) -> SecondsLeft:
    return lambda: ends_at - time.monotonic()


def _locked(handle: int, until: float, cancelled: Callable[[], bool]) -> bool:
    while True:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until or cancelled():
                return False
            time.sleep(POLL_SECONDS)
        else:
            return True


def _run(
    command: Sequence[str],
    problem: Problem,
    ends_at: float,
    progress: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> Solution | None:
    """What the child answers, or its last plan; None without any."""
    rows: tuple[Row, ...] | None = None
    bound = -inf
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as errors:
        question.write(problem_bytes(problem, seconds=ends_at - time.monotonic(), ends_at=ends_at))
        question.seek(0)
        try:
            child = subprocess.Popen(command, cwd=ROOT, stdin=question, stdout=subprocess.PIPE, stderr=errors)  # noqa: S603  # nosec B603
        except OSError as error:
            log.warning("the solver cannot be started: %s", error)
            return None
        try:
            for line in _lines(child, ends_at + MARGIN_SECONDS, cancelled):
                message = read_line(line)
                if isinstance(message, Solution):
                    return message
                bound, rows = max(bound, message.bound), message.rows or rows
                progress(message)
        except (ValueError, KeyError, TypeError) as error:
            log.warning("the solver wrote what is no message: %s", error)
        finally:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()
        errors.seek(0)
        lines = errors.read().decode(errors="replace").strip().splitlines()
        log.warning("the solver ended with %s and without an answer: %s", child.returncode, lines[-1:] or "no output")
    return None if rows is None else restored(problem, rows, bound)


def _lines(child: subprocess.Popen[bytes], until: float, cancelled: Callable[[], bool]) -> Iterator[bytes]:
    """The complete lines that the child writes, until it ends, the time is over or the plan is cancelled."""
    if child.stdout is None:
        return
    rest, handle = b"", child.stdout.fileno()
    with selectors.DefaultSelector() as selector:
        selector.register(handle, selectors.EVENT_READ)
        while (left := until - time.monotonic()) > 0 and not cancelled():
            if not selector.select(min(left, 2 * POLL_SECONDS)):
                continue
            block = os.read(handle, 1 << 16)
            if not block:
                return
            *lines, rest = (rest + block).split(b"\n")
            yield from lines
