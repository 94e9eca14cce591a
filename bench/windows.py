"""Our window search beside that of CATS on the same forecast, and its growth with the length of the series.

CATS joins hourly points by straight lines. Our steps hold the mean of the line over each hour, so whole hours have the
same means; in parts of an hour a line and its mean differ, and CATS tries starts on the points alone.
"""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median

import numpy as np

from bench.peers import CATS, missing, python_of, version_of
from bench.report import at_least, at_most, table
from bench.server import ROOT
from catalog.columns import FloatArray
from planning.outlook.series import Series
from planning.scheduling.windows import Best, best_windows

HOUR = 3600.0
PART_MINUTES = 10
GROWTH_POINTS = (8_760, 17_520, 35_040)
GROWTH_MINUTES = 240
GROWTH_TARGET = 3.0


@dataclass(frozen=True, slots=True)
class Search:
    """A window of so many minutes in a forecast of so many hours; target: CATS' CPU time over ours."""

    points: int
    minutes: int
    target: float


SEARCHES = (
    *(Search(96, hours * 60, 30) for hours in (1, 4, 24)),
    *(Search(96, minutes, 15) for minutes in (90, 250, 1000)),
    *(Search(8_760, minutes, 100) for minutes in (240, 1440, 250)),
)


@dataclass(frozen=True, slots=True)
class Times:
    """CPU seconds of one run: of what we compare with, our search, and ours with the running integral made anew."""

    other: float
    ours: float
    anew: float


def forecast(points: int) -> FloatArray:
    """Values at hours 0 to `points`: a daily wave with noise, the same in every run."""
    noise = random.Random(points)  # noqa: S311  # no secret
    return np.array([300 + 150 * np.sin(hour / 24 * 2 * np.pi) + noise.uniform(-80, 80) for hour in range(points + 1)])


def steps_of(values: FloatArray, parts: int = 1) -> Series:
    """The line through hourly values as even steps, `parts` an hour, each at its mean."""
    bounds = np.interp(np.arange((len(values) - 1) * parts + 1) / parts, np.arange(len(values)), values)
    return Series.of((bounds[1:] + bounds[:-1]) / 2, HOUR / parts)


def best(series: Series, minutes: int) -> Best:
    """The best window anywhere in the series."""
    duration = minutes * 60.0
    return best_windows(series, earliest=0.0, latest=series.ends_at - duration, duration=duration)


def cpu_seconds(work: Callable[[], object], least_seconds: float = 0.02) -> float:
    """CPU time of one call, of as many as take `least_seconds`."""
    count, elapsed_ns = 0, 0
    started = time.thread_time_ns()
    while elapsed_ns < least_seconds * 1e9:
        work()
        count += 1
        elapsed_ns = time.thread_time_ns() - started
    return elapsed_ns / count / 1e9


@contextmanager
def cats(python: str) -> Iterator[Callable[[FloatArray, int, int], dict[str, float]]]:
    """A function that asks CATS: (values, minutes, repeats) -> seconds, start_hours, mean."""
    command = [python, str(ROOT / "bench" / "cats_search.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipes")
        questions, answers = process.stdin, process.stdout

        def ask(values: FloatArray, minutes: int, repeats: int) -> dict[str, float]:
            questions.write(json.dumps({"values": values.tolist(), "minutes": minutes, "repeats": repeats}) + "\n")
            answer: dict[str, float] = json.loads(answers.readline())
            return answer

        yield ask


def ours(series: Series, minutes: int) -> tuple[float, float]:
    """CPU seconds of a search in a series that has its running integral, and in one whose integral is made anew."""
    values = series.values[0]
    return (
        cpu_seconds(lambda: best(series, minutes)),
        cpu_seconds(lambda: best(Series.of(values, series.step_seconds), minutes)),
    )


def agreement(values: FloatArray, minutes: int, theirs: dict[str, float]) -> str:
    """What the two say. Raises RuntimeError where they contradict each other.

    In steps of ten minutes our mean of their window is theirs whatever its length, and our best is no higher.
    """
    fine = steps_of(values, 60 // PART_MINUTES)
    duration = minutes * 60.0
    same = fine.means(np.array([theirs["start_hours"] * HOUR]), duration)[0, 0]
    if abs(same - theirs["mean"]) > 1e-9 * same or best(fine, minutes).means[0] > theirs["mean"] * (1 + 1e-9):
        raise RuntimeError(
            f"CATS and ours contradict each other: {len(values) - 1} points, {minutes} minutes, {theirs}"
        )
    window = best(steps_of(values), minutes)
    start_hours, mean = float(window.starts[0]) / HOUR, float(window.means[0])
    if minutes % 60 == 0:
        if start_hours != theirs["start_hours"] or abs(mean - theirs["mean"]) > 1e-9 * mean:
            raise RuntimeError(f"another window than CATS: {start_hours} h, {mean}; {theirs}")
        return "the same window and mean"
    return f"ours {mean:.2f} from {start_hours:.2f} h; CATS {theirs['mean']:.2f} from {theirs['start_hours']:.2f} h"


def section(rounds: int, share: float) -> str:
    """Measure; the tables in markdown."""
    return f"{_beside_cats(rounds)}\n\n{_growth(rounds)}"


def _beside_cats(rounds: int) -> str:
    python = python_of(CATS)
    if python is None:
        return missing(CATS)
    times: dict[Search, list[Times]] = {search: [] for search in SEARCHES}
    words: dict[Search, str] = {}
    with cats(python) as ask:
        for _ in range(rounds):
            for search in SEARCHES:
                values = forecast(search.points)
                theirs = ask(values, search.minutes, 30 if search.points < 1000 else 1)
                words[search] = agreement(values, search.minutes, theirs)
                times[search].append(Times(theirs["seconds"], *ours(steps_of(values), search.minutes)))
    headings = ["points", "hours", "CATS µs", "ours µs", "with a new integral, µs", "CATS / ours", "CATS / ours, new"]
    rows = [_row(search, times[search], words[search]) for search in SEARCHES]
    return f"CATS {version_of(CATS)}.\n\n{table([*headings, 'target', 'windows'], rows)}"


def _row(search: Search, times: list[Times], words: str) -> list[str]:
    ratio, anew = median(run.other / run.ours for run in times), median(run.other / run.anew for run in times)
    cells = [*_micro(times), f"{ratio:.0f}", f"{anew:.0f}"]
    return [f"{search.points:,}", f"{search.minutes / 60:.2f}", *cells, at_least(ratio, search.target), words]


def _growth(rounds: int) -> str:
    rows = []
    for points in GROWTH_POINTS:
        series = steps_of(forecast(points))
        add = partial(np.cumsum, series.values[0])
        times = [Times(cpu_seconds(add), *ours(series, GROWTH_MINUTES)) for _ in range(rounds)]
        share, anew = median(run.ours / run.other for run in times), median(run.anew / run.other for run in times)
        rows.append([f"{points:,}", *_micro(times), f"{share:.2f}", f"{anew:.2f}", at_most(anew, GROWTH_TARGET)])
    headings = ["points", "np.cumsum µs", "search µs", "with a new integral, µs", "search / cumsum", "new / cumsum"]
    title = f"Growth with the length of the series, windows of {GROWTH_MINUTES // 60} hours."
    return f"{title}\n\n{table([*headings, 'target'], rows)}"


def _micro(times: list[Times]) -> list[str]:
    return [f"{1e6 * median(getattr(run, key) for run in times):,.1f}" for key in ("other", "ours", "anew")]
