"""`python -m solving.child`: solves the problem on standard input; progress and plan go to standard output."""

from __future__ import annotations

import os
import resource
import sys
import time
from math import ceil

from planning.plan.limits.problem import Progress
from planning.plan.limits.solve import solve
from solving.messages import progress_line, read_problem, solution_line

NICENESS = 5  # requests come first
CPU_MARGIN_SECONDS = 10


def main() -> None:
    """Ends with its time, with its parent, and at the latest when its share of the processor is used up."""
    parent = os.getppid()
    problem, seconds, ends_at = read_problem(sys.stdin.buffer)
    # Only lines of ours go to the parent, whatever a library prints.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.nice(NICENESS)
    limit = ceil(seconds) + CPU_MARGIN_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))

    def left() -> float:
        if os.getppid() != parent:
            sys.exit(1)
        return ends_at - time.monotonic()

    def report(progress: Progress) -> None:
        output.write(progress_line(progress))

    output.write(solution_line(solve(problem, seconds=seconds, seconds_left=left, progress=report)))


if __name__ == "__main__":
    main()
