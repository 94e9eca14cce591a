"""Every endpoint beside the floor, the smallest JSON endpoint of Flask under the same gunicorn."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median

from bench.cases import BARE, BARE_CASES, CALCULATE_CASE, CASES, FLOOR
from bench.measure import Measurement, Pair, compare
from bench.report import at_least, at_most, table
from bench.server import gunicorn
from bench.upstream import Upstream

STARTS = 3


def section(rounds: int, share: float) -> str:
    """Measure; the tables in markdown."""
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream())
        starts = []
        for _ in range(STARTS):
            with gunicorn("app:app", CALCULATE_CASE, upstream.environ) as started:
                starts.append(started.start_seconds)
        floor = stack.enter_context(gunicorn("bench.floor_app:app", FLOOR))
        product = stack.enter_context(gunicorn("app:app", CALCULATE_CASE, upstream.environ))
        calls_before = upstream.count
        pairs = list(compare(product, CASES, floor, FLOOR, rounds=rounds, share=share))
        calls = upstream.count - calls_before
        memory, start = product.worker_rss_mb(), median(starts)
        facts = table(
            ["one worker", "figure", "target"],
            [
                ["memory after the run, MB", f"{memory:.0f}", at_most(memory, 110)],
                ["memory of the floor's worker, MB", f"{floor.worker_rss_mb():.0f}", ""],
                ["start to the first answer of calculate, s", f"{start:.2f}", at_most(start, 2)],
                ["upstream calls in the run", f"{calls}", ""],
            ],
        )
        bare = stack.enter_context(gunicorn("app:app", CALCULATE_CASE, {**upstream.environ, **BARE}))
        bare_pairs = list(compare(bare, BARE_CASES, floor, FLOOR, rounds=rounds, share=share))
    everything = f"With everything on: rate limit, metrics, access log, headers.\n\n{endpoint_table(pairs)}"
    without = f"Without rate limit, metrics and access log.\n\n{endpoint_table(bare_pairs)}"
    return f"{everything}\n\n{without}\n\n{facts}"


def endpoint_table(pairs: Sequence[Pair]) -> str:
    """The figures, the floor first."""
    headings = ["endpoint", "requests/s", "p50 ms", "p99 ms", "CPU ms/request", "CPU: floor / endpoint", "rate / floor"]
    floor = [FLOOR.name, *figures([run for pair in pairs for run in pair.other]), "1.00", "1.00", ""]
    rows = [
        [pair.case.name, *figures(pair.ours), f"{pair.cpu_ratio:.2f}", f"{pair.rate_ratio:.2f}", verdict(pair)]
        for pair in pairs
    ]
    return table([*headings, "target"], [floor, *rows])


def figures(runs: Sequence[Measurement]) -> list[str]:
    """Medians: requests per second, p50 and p99 in ms, CPU ms a request."""
    rate = median(run.requests_per_second for run in runs)
    low, high, cpu = (median(getattr(run, key) for run in runs) for key in ("p50_ms", "p99_ms", "cpu_ms"))
    return [f"{rate:,.0f}", f"{low:.1f}", f"{high:.1f}", f"{cpu:.2f}"]


def verdict(pair: Pair) -> str:
    """The target of a row and whether it was met; empty without one."""
    if pair.case.target_share is not None:
        return f"share {at_least(pair.cpu_ratio, pair.case.target_share)}"
    if pair.case.target_cpu_ms is not None:
        return f"CPU ms {at_most(pair.cpu_ms, pair.case.target_cpu_ms)}"
    return ""
