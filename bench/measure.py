"""Drives one case against one server, and compares two servers turn by turn."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.cases import Case
from bench.server import ROOT, Server

CONNECTIONS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One run of one case."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A case, round by round, each run beside the run of the other server's case just before it."""

    case: Case
    ours: tuple[Measurement, ...]
    other: tuple[Measurement, ...]

    @property
    def cpu_ms(self) -> float:
        """CPU time of one request."""
        return median(run.cpu_ms for run in self.ours)

    @property
    def cpu_ratio(self) -> float:
        """The other's CPU time per request over ours: 1 is as cheap, 2 is half as dear."""
        return median(other.cpu_ms / ours.cpu_ms for other, ours in zip(self.other, self.ours, strict=True))

    @property
    def rate_ratio(self) -> float:
        """Our requests per second over the other's."""
        pairs = zip(self.other, self.ours, strict=True)
        return median(ours.requests_per_second / other.requests_per_second for other, ours in pairs)


def start_load(server: Server, case: Case, requests: int) -> subprocess.Popen[bytes]:
    """A process that sends the requests of a case."""
    command = [
        sys.executable,
        "-m",
        "bench.load",
        str(server.port),
        str(min(CONNECTIONS, case.connections)),
        str(requests),
    ]
    load = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )
    if load.stdin is not None:
        load.stdin.write(json.dumps([wire.decode() for wire in case.wires(server.port)]).encode())
        load.stdin.close()
        load.stdin = None  # communicate() would write to it
    return load


def end_load(load: subprocess.Popen[bytes], server: Server, case: Case) -> dict[str, Any]:
    """Its figures. Raises RuntimeError unless every answer was a 200."""
    out, err = load.communicate()
    if load.returncode:
        raise RuntimeError(f"{case.name}: {err.decode()}\n{server.log_tail()}")
    result: dict[str, Any] = json.loads(out)
    if set(result["statuses"]) != {"200"}:
        raise RuntimeError(f"{case.name}: answers {result['statuses']}\n{server.log_tail()}")
    return result


def measure(server: Server, case: Case, requests: int) -> Measurement:
    """Drive one case from a process of its own. Raises RuntimeError unless every answer is a 200."""
    before = server.cpu_seconds()
    result = end_load(start_load(server, case, requests), server, case)
    return Measurement(
        requests_per_second=requests / result["seconds"],
        p50_ms=result["p50_ms"],
        p99_ms=result["p99_ms"],
        cpu_ms=1000 * (server.cpu_seconds() - before) / requests,
    )


def compare(
    ours: Server, cases: Iterable[Case], other: Server, other_case: Case, *, rounds: int, share: float
) -> Iterator[Pair]:
    """Every case beside the other server's one. They take turns, so that a noisy machine troubles both alike.

    share: of each case's requests, this part a round.
    """

    def count(case: Case) -> int:
        return max(CONNECTIONS, round(share * case.requests))

    cases = tuple(cases)
    for server, case in [(other, other_case), *((ours, case) for case in cases)]:
        measure(server, case, max(CONNECTIONS, count(case) // 10))
    runs: dict[str, list[tuple[Measurement, Measurement]]] = {case.name: [] for case in cases}
    for number in range(rounds):
        for case in cases:
            print(f"round {number + 1} of {rounds}: {case.name}", file=sys.stderr)
            beside = measure(other, other_case, count(other_case))
            runs[case.name].append((beside, measure(ours, case, count(case))))
    for case in cases:
        others, own = zip(*runs[case.name], strict=True)
        yield Pair(case=case, ours=own, other=others)
