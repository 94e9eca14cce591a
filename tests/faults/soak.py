"""The tables of `make soak`: every fault, bad input, a minute of two hundred callers; --write keeps them."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from tests.faults.bad_inputs import BAD_INPUTS
from tests.faults.crowd import Crowd, crowd
from tests.faults.drill import ALLOWANCE_SECONDS, DEADLINE_SECONDS, TTL_SECONDS, Result, drill
from tests.faults.rows import HOLD_SECONDS, ROWS
from tests.faults.server import ROOT, THREADS, WORKERS, Gunicorn
from tests.faults.wire import status_of

DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- make soak ARGS=--write -->", "<!-- end -->"
DRILLS_AT_ONCE = 3
CROWD_SECONDS = 60.0


def main(arguments: Sequence[str]) -> int:
    """Run all; 1 if any promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"update the tables of {DOCUMENT.name}")
    parser.add_argument("--load", action="store_true", help="without the faults, which `make test` tries as well")
    parser.add_argument("--seconds", type=float, default=CROWD_SECONDS, help="how long the callers send requests")
    options = parser.parse_args(arguments)
    result = _crowd(options.seconds)
    rows = () if options.load else ROWS
    with ProcessPoolExecutor(DRILLS_AT_ONCE, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(drill, [row.name for row in rows]))
    inputs, wrong_inputs = _bad_inputs()
    wrong = [*result.wrong, *(f"{one.name}: {line}" for one in results for line in one.wrong), *wrong_inputs]
    text = "\n".join([_when(), *_load_table(result), "", *(_fault_table(results) if rows else ()), "", *inputs])
    _say(text)
    for line in wrong:
        _say(f"WRONG: {line}")
    if options.write and rows and not wrong:
        _keep(text)
    return 1 if wrong else 0


def _crowd(seconds: float) -> Crowd:
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        return crowd(Path(folder), seconds)


def _bad_inputs() -> tuple[list[str], list[str]]:
    """The table, and what was answered otherwise than it should be."""
    lines, wrong = ["| bad input | bytes | answer | ms |", "|---|---:|---|---:|"], list[str]()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, Gunicorn(Path(folder)) as server:
        for bad in BAD_INPUTS:
            began_at = time.monotonic()
            status = status_of(server.port, bad.wire)
            milliseconds = 1000 * (time.monotonic() - began_at)
            lines.append(f"| {bad.name} | {len(bad.wire):,} | {status or 'closed'} | {milliseconds:.0f} |")
            if status not in bad.statuses and not (bad.closed and status is None):
                wrong.append(f"{bad.name}: {status}")
    return lines, wrong


def _when() -> str:
    return (
        f"Run on {datetime.now(UTC):%Y-%m-%d}, {WORKERS} workers of {THREADS} threads on a machine that also ran the "
        f"callers and the upstream; time to live {TTL_SECONDS:g} s, deadline {DEADLINE_SECONDS:g} s, holds "
        f"{HOLD_SECONDS:g} s.\n"
    )


def _load_table(result: Crowd) -> list[str]:
    row = (
        f"| {result.callers} | {result.seconds:g} | {result.answers:,} | {result.answers / result.seconds:,.0f} "
        f"| {1000 * result.p50_seconds:.0f} | {1000 * result.p99_seconds:.0f} | {len(result.wrong)} |"
    )
    return [
        "| callers | seconds | answers | answers/s | p50 ms | p99 ms | not 200 |",
        "|---:|---:|---:|---:|---:|---:|---:|",
        row,
    ]


def _fault_table(results: Iterable[Result]) -> list[str]:
    head = [
        "| the upstream | nothing known | values known | answers | p99 s | slowest s | calls | recovered after s |",
        "|---|---|---|---:|---:|---:|---:|---:|",
    ]
    return (
        head
        + [
            f"| {one.name} | {'; '.join(one.marks)} | {'; '.join(one.known_marks) or '–'} | {one.answers} "
            f"| {one.p99_seconds:.2f} | {one.slowest_seconds:.2f} | {one.upstream_calls} "
            f"| {'–' if one.recovery_seconds is None else f'{one.recovery_seconds:.1f}'} |"
            for one in results
        ]
        + [f"\nNo answer may take longer than {DEADLINE_SECONDS + ALLOWANCE_SECONDS:g} s."]
    )


def _keep(text: str) -> None:
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
