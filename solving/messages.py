"""What goes to the solving process, one archive of arrays, and what comes back, one JSON object a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from io import BytesIO
from typing import IO, Any

import numpy as np
import orjson

from planning.plan.limits.problem import Problem, Progress, Row, Solution


def problem_bytes(problem: Problem, *, seconds: float, ends_at: float) -> bytes:
    """A problem and its time. ends_at: on the monotonic clock, which is the same for all processes of a machine."""
    file = BytesIO()
    values = {item.name: getattr(problem, item.name) for item in fields(Problem)}
    np.savez(file, **values, _time=np.array([seconds, ends_at]))
    return file.getvalue()


def read_problem(file: IO[bytes]) -> tuple[Problem, float, float]:
    """The problem, its seconds and when they end."""
    with np.load(BytesIO(file.read()), allow_pickle=False) as arrays:
        values: dict[str, Any] = {
            name: float(array) if (array := arrays[name]).ndim == 0 else array
            for name in (item.name for item in fields(Problem))
        }
        seconds, ends_at = arrays["_time"].tolist()
    return Problem(**values), seconds, ends_at


def progress_line(progress: Progress) -> bytes:
    """A report of the solver. No bound at all is null."""
    bound = progress.bound if np.isfinite(progress.bound) else None
    rows = None if progress.rows is None else _plain(progress.rows)
    return orjson.dumps({"share": progress.share, "bound": bound, "rows": rows}) + b"\n"


def solution_line(solution: Solution) -> bytes:
    """The last line."""
    values = {item.name: getattr(solution, item.name) for item in fields(Solution)}
    values |= {"rows": _plain(solution.rows), "per_unit": solution.per_unit.tolist()}
    return orjson.dumps({"solution": values}) + b"\n"


def read_line(line: bytes) -> Progress | Solution:
    """The message of a line. Raises ValueError, KeyError or TypeError for anything else."""
    values = orjson.loads(line)
    if "solution" in values:
        answer = values["solution"]
        arrays = {"per_unit": np.array(answer["per_unit"], dtype=np.float64), "unplaced": tuple(answer["unplaced"])}
        return Solution(**answer | arrays | {"rows": _rows(answer["rows"])})
    rows = None if values["rows"] is None else _rows(values["rows"])
    return Progress(share=values["share"], bound=-np.inf if values["bound"] is None else values["bound"], rows=rows)


def _plain(rows: Sequence[Row]) -> list[list[Any]]:
    return [[row.job, row.option, row.copies, [list(span) for span in row.spans]] for row in rows]


def _rows(plain: list[list[Any]]) -> tuple[Row, ...]:
    return tuple(
        Row(job, option, copies, tuple((start, end) for start, end in spans)) for job, option, copies, spans in plain
    )
