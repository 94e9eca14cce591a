"""Every endpoint beside the same endpoint of an earlier commit: what a change costs or saves."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from bench.cases import CALCULATE_CASE, CASES, FLOOR
from bench.measure import measure
from bench.report import table
from bench.server import ROOT, gunicorn
from bench.upstream import Upstream


def section(commit: str, rounds: int, share: float) -> str:
    """Measure; the table in markdown. commit: any name that git has for it."""
    with ExitStack() as stack:
        tree = stack.enter_context(checkout(commit))
        upstream = stack.enter_context(Upstream())
        floor = stack.enter_context(gunicorn("bench.floor_app:app", FLOOR))
        earlier = stack.enter_context(gunicorn("app:app", CALCULATE_CASE, upstream.environ, tree=tree))
        ours = stack.enter_context(gunicorn("app:app", CALCULATE_CASE, upstream.environ))
        rows = []
        for case in CASES:
            requests = max(case.connections, round(share * case.requests))
            runs = [
                [
                    measure(floor, FLOOR, FLOOR.requests // 4).cpu_ms,
                    measure(earlier, case, requests).cpu_ms,
                    measure(ours, case, requests).cpu_ms,
                ]
                for _ in range(rounds + 1)
            ][1:]  # the first warms both
            beside, before, after = (median(run) for run in zip(*runs, strict=True))
            figures = [f"{before:.2f}", f"{after:.2f}", f"{beside / before:.2f}", f"{beside / after:.2f}"]
            rows.append([case.name, *figures, f"{median(run[1] / run[2] for run in runs):.2f} times"])
        memory = [f"{private:.1f}" for server in (earlier, ours) for private in server.worker_private_mb()]
        rows.append(["private memory of the worker afterwards, MB", *memory, "", "", ""])
    headings = ["case", f"{commit[:7]}: CPU ms", "now: CPU ms", "floor / earlier", "floor / now", "earlier / now"]
    return table(headings, rows)


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """A folder with the files of a commit, and the packages that it locks in its own environment, .venv."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        add = ["git", "worktree", "add", "--quiet", "--detach", str(tree), commit]
        subprocess.run(add, cwd=ROOT, check=True)
        try:
            subprocess.run(["make", "--silent", ".venv/.runtime"], cwd=tree, stdout=subprocess.DEVNULL, check=True)  # noqa: S607
            yield tree
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)  # noqa: S607
