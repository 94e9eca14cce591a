"""`make bench`: every endpoint against the floor, turn by turn in one run; prints a table, --write keeps it."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from bench.cases import CASES, FLOOR, Case
from bench.server import ROOT, Server
from bench.upstream import Upstream

CONNECTIONS = 16
STARTS = 3
DOCUMENT = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One run of one case."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A case, round by round, each run beside the run of the floor just before it."""

    case: Case
    ours: tuple[Measurement, ...]
    floor: tuple[Measurement, ...]

    @property
    def cpu_ms(self) -> float:
        """CPU time of one request."""
        return median(run.cpu_ms for run in self.ours)

    @property
    def cpu_share(self) -> float:
        """The floor's CPU time per request over ours: 1 costs nothing beyond Flask."""
        return median(floor.cpu_ms / ours.cpu_ms for floor, ours in zip(self.floor, self.ours, strict=True))

    @property
    def rate_share(self) -> float:
        """Our requests per second over the floor's."""
        pairs = zip(self.floor, self.ours, strict=True)
        return median(ours.requests_per_second / floor.requests_per_second for floor, ours in pairs)


def measure(server: Server, case: Case, requests: int) -> Measurement:
    """Drive one case from a process of its own. Raises RuntimeError unless every answer is a 200."""
    command = [sys.executable, "-m", "bench.load", str(server.port), str(CONNECTIONS), str(requests)]
    before = server.cpu_seconds()
    done = subprocess.run(command, cwd=ROOT, input=case.wire(server.port), capture_output=True, check=False)
    cpu_seconds = server.cpu_seconds() - before
    if done.returncode:
        raise RuntimeError(f"{case.name}: {done.stderr.decode()}\n{server.log_tail()}")
    result = json.loads(done.stdout)
    if set(result["statuses"]) != {"200"}:
        raise RuntimeError(f"{case.name}: answers {result['statuses']}\n{server.log_tail()}")
    return Measurement(
        requests_per_second=requests / result["seconds"],
        p50_ms=result["p50_ms"],
        p99_ms=result["p99_ms"],
        cpu_ms=1000 * cpu_seconds / requests,
    )


def compare_with_floor(product: Server, floor: Server, rounds: int) -> list[Row]:
    """Rows of all cases. Floor and case take turns, so that a noisy machine troubles both alike."""
    for server, case in [(floor, FLOOR), *((product, case) for case in CASES)]:
        measure(server, case, max(CONNECTIONS, case.requests // 10))
    runs: dict[str, list[tuple[Measurement, Measurement]]] = {case.name: [] for case in CASES}
    for number in range(rounds):
        for case in CASES:
            print(f"round {number + 1} of {rounds}: {case.name}", file=sys.stderr)
            runs[case.name].append((measure(floor, FLOOR, FLOOR.requests // 2), measure(product, case, case.requests)))
    rows = []
    for case in CASES:
        floors, ours = zip(*runs[case.name], strict=True)
        rows.append(Row(case=case, ours=ours, floor=floors))
    return rows


def verdict(row: Row) -> str:
    """The target of a row and whether it was met; empty without one."""
    if row.case.target_share is not None:
        met = row.cpu_share >= row.case.target_share
        return f"share ≥ {row.case.target_share:g}: {'met' if met else 'missed'}"
    if row.case.target_cpu_ms is not None:
        met = row.cpu_ms <= row.case.target_cpu_ms
        return f"CPU ≤ {row.case.target_cpu_ms:g} ms: {'met' if met else 'missed'}"
    return ""


def table(rows: list[Row]) -> str:
    """The figures as a markdown table, the floor first."""
    lines = [
        "| endpoint | requests/s | p50 ms | p99 ms | CPU ms/request | CPU: floor / endpoint | rate / floor | target |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
        _line(FLOOR.name, [run for row in rows for run in row.floor], "1.00 | 1.00 | "),
    ]
    lines += [
        _line(row.case.name, row.ours, f"{row.cpu_share:.2f} | {row.rate_share:.2f} | {verdict(row)}") for row in rows
    ]
    return "\n".join(lines)


def _line(name: str, runs: Sequence[Measurement], shares: str) -> str:
    rate = median(run.requests_per_second for run in runs)
    low, high, cpu = (median(getattr(run, key) for run in runs) for key in ("p50_ms", "p99_ms", "cpu_ms"))
    return f"| {name} | {rate:,.0f} | {low:.1f} | {high:.1f} | {cpu:.2f} | {shares} |"


def run(rounds: int) -> str:
    """Measure everything; the report in markdown, without a heading."""
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream())
        first = next(case for case in CASES if case.path.endswith("/calculate"))
        starts = []
        for _ in range(STARTS):
            with Server("app:app", first, upstream.environ) as started:
                starts.append(started.start_seconds)
        floor = stack.enter_context(Server("bench.floor_app:app", FLOOR))
        product = stack.enter_context(Server("app:app", first, upstream.environ))
        calls_before = upstream.calls()
        rows = compare_with_floor(product, floor, rounds)
        calls = upstream.calls() - calls_before
        sent = sum(rounds * case.requests + max(CONNECTIONS, case.requests // 10) for case in CASES)
        memory = f"{product.worker_rss_mb():.0f} MB (target: under 90); of the floor's {floor.worker_rss_mb():.0f} MB"
        facts = [
            f"- Upstream calls per 1,000 requests: {1000 * calls / sent:.2f} ({calls} calls, {sent:,} requests).",
            f"- Memory of the worker after the run: {memory}.",
            f"- From the start to the first answer of calculate: {median(starts):.2f} s (target: under 2).",
        ]
        return "\n".join([table(rows), "", *facts])


def document(report: str, command: str) -> str:
    """The page docs/benchmarks.md."""
    machine = f"{os.cpu_count()} cores, {platform.system()} on {platform.machine()}, Python {platform.python_version()}"
    return f"""# Benchmarks

Measured by `{command}` on {datetime.now(UTC):%Y-%m-%d}: {machine}.

One gunicorn worker with 16 threads, {CONNECTIONS} kept-alive connections, live data from an imitation of Electricity
Maps on the same machine. The load generator shares the cores, so trust CPU time and the shares, not requests per
second. Every endpoint takes turns with the floor, the smallest JSON endpoint of Flask under the same gunicorn;
figures are medians over the rounds. CPU time is user and system time of gunicorn and its worker. A share of 1.00
would be as cheap as the floor.

{report}
"""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured (default 5)")
    parser.add_argument("--write", action="store_true", help="keep the result in docs/benchmarks.md")
    options = parser.parse_args()
    report = run(options.rounds)
    print(report)
    if options.write:
        DOCUMENT.write_text(document(report, "make bench"), encoding="utf-8")


if __name__ == "__main__":
    main()
