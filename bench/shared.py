"""Many workers as one service: calls to the upstream, and the private memory of each worker."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from math import floor

from bench.cases import CALCULATE_CASE, CASES, FLOOR, Case, compare
from bench.endpoints import endpoint_table
from bench.measure import CONNECTIONS, end_load, measure, start_load
from bench.measure import compare as compare_servers
from bench.report import at_most, table
from bench.server import Server, free_port, gunicorn
from bench.upstream import Upstream
from settings import Settings

WORKERS = 4
THREADS = 8
TTL_SECONDS = 3.0
LOAD_SECONDS = 4.5 * TTL_SECONDS
MOST_BURSTS = 60
BURST = 64
PRIVATE_MB = 24.0
REDIS_SHARE = 0.45
COMPARE_CASE = Case(name="POST compare, 25 regions", path="/api/v1/compare", body=compare(25))


def excess(seconds: list[float], ttl_seconds: float) -> int:
    """The calls above floor(interval / (0.9 TTL)) + 1 in the worst interval; 0 if there are none.

    seconds: the times of the calls, ascending.
    """
    return max(
        last - first - floor((seconds[last] - seconds[first]) / (0.9 * ttl_seconds))
        for first in range(len(seconds))
        for last in range(first, len(seconds))
    )


def no_redis() -> str | None:
    """Why there is nothing to measure with Redis; None if there is."""
    if "redis_url" not in {field.name for field in fields(Settings)}:
        return "the service has no REDIS_URL yet"
    return None if shutil.which("redis-server") else "redis-server is not installed"


@contextmanager
def redis() -> Iterator[Mapping[str, str]]:
    """A Redis on loopback that stores nothing on disk; gives the settings that use it."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        options = {"--port": str(port), "--bind": "127.0.0.1", "--save": "", "--appendonly": "no", "--dir": folder}
        command = ["redis-server", *(word for option in options.items() for word in option)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                _await_port(port)
                yield {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
            finally:
                process.terminate()


def _await_port(port: int) -> None:
    limit = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > limit:
                raise
            time.sleep(0.02)
        else:
            return


def section(rounds: int, share: float) -> str:
    """Measure; the tables in markdown."""
    why = no_redis()
    calls = [_calls("1 gunicorn, no Redis", 1, {})]
    if why is not None:
        return "\n\n".join([_calls_table(calls), f"With Redis: skipped, {why}.", _memory()])
    with redis() as environ:
        calls.append(_calls("2 gunicorns, Redis", 2, environ))
    with redis() as environ:
        floor_share = _with_redis(environ, rounds, share)
    return "\n\n".join([_calls_table(calls), floor_share, _memory()])


def _calls(name: str, servers: int, environ: Mapping[str, str]) -> list[str]:
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream())
        settings = {**upstream.environ, **environ, "INTENSITY_TTL_SECONDS": f"{TTL_SECONDS:g}"}
        gunicorns = [
            stack.enter_context(gunicorn("app:app", COMPARE_CASE, settings, workers=WORKERS, threads=THREADS))
            for _ in range(servers)
        ]
        count = _drive(gunicorns)
        calls = {question: seconds for question, seconds in upstream.seconds.items() if question[1]}
    worst = max(excess(seconds, TTL_SECONDS) for seconds in calls.values())
    most = max(len(seconds) for seconds in calls.values())
    return [
        f"{name}, {WORKERS} workers x {THREADS} threads",
        str(count),
        str(len(calls)),
        str(most),
        f"{worst}",
        at_most(worst, 0),
    ]


def _drive(servers: list[Server]) -> int:
    """Load on all servers at once for LOAD_SECONDS; the requests sent."""
    started, count = time.monotonic(), 0
    for _ in range(MOST_BURSTS):
        loads = [(server, start_load(server, COMPARE_CASE, BURST)) for server in servers]
        for server, load in loads:
            end_load(load, server, COMPARE_CASE)
        count += BURST * len(servers)
        if time.monotonic() - started > LOAD_SECONDS:
            break
    return count


def _calls_table(rows: list[list[str]]) -> str:
    headings = ["service", "requests", "distinct upstream requests", "most calls for one", "calls above the bound"]
    bound = "The bound on the calls for one upstream request holds in every interval; shown is the worst one."
    return f"TTL {TTL_SECONDS:g} s, {COMPARE_CASE.name}. {bound}\n\n{table([*headings, 'target'], rows)}"


def _with_redis(environ: Mapping[str, str], rounds: int, share: float) -> str:
    case = Case(
        name="POST calculate, with Redis",
        path=CALCULATE_CASE.path,
        body=CALCULATE_CASE.body,
        variants=CALCULATE_CASE.variants,
        requests=CALCULATE_CASE.requests,
        target_share=REDIS_SHARE,
    )
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream())
        floor_server = stack.enter_context(gunicorn("bench.floor_app:app", FLOOR))
        product = stack.enter_context(gunicorn("app:app", case, {**upstream.environ, **environ}))
        return endpoint_table(list(compare_servers(product, [case], floor_server, FLOOR, rounds=rounds, share=share)))


def _memory() -> str:
    """Memory of the workers of one gunicorn once each has answered every case."""
    with (
        Upstream() as upstream,
        gunicorn("app:app", COMPARE_CASE, upstream.environ, workers=WORKERS, threads=THREADS) as server,
    ):
        for case in CASES:
            fitting = replace(case, connections=case.connections * THREADS // CONNECTIONS)  # else a worker is busy
            for _ in range(2 * WORKERS):  # new connections each time, so that every worker gets some
                measure(server, fitting, max(fitting.connections, case.requests // 40))
        private = sorted(server.worker_private_mb())
    sizes = ", ".join(f"{size:.1f}" for size in private)
    row = [f"{WORKERS} workers: {sizes}", f"{private[-1]:.1f}", at_most(private[-1], PRIVATE_MB)]
    return table(["private memory of each worker after all cases, MB", "largest", "target"], [row])
