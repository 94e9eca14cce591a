"""A refresh of prices beside requests: how long they take meanwhile, and the memory of the workers after each swap.

The facts of the start are in memory that the workers share; those of the first refresh are each worker's own. So memory
is compared from the first swap on: what grows after it would be facts that were replaced and not freed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from statistics import median

from bench.cases import CALCULATE_CASE, CASES, Case
from bench.measure import measure
from bench.report import at_most, table
from bench.server import ROOT, Server, gunicorn
from settings import Settings
from tests.fakes.aws_lists import spot_feed
from tests.fakes.price_lists import PriceServer
from tests.prices.test_aws_lists import MACHINE, offers

WORKERS = 2
REFRESHES = 4  # each with other prices, so that every one is a swap
OFFER_ROWS = 200_000
LISTS = ("aws-spot-feed", "aws-machines")
SETTLED_SECONDS = 6.0  # a worker swaps within 5 s, and returns the memory of the earlier facts a second later
HEALTH = replace(next(case for case in CASES if case.path == "/health"), connections=4)
BILL = replace(CALCULATE_CASE, connections=4)
TARGET_MS = 300.0
GROWTH_MB = 2.0


def section(rounds: int, share: float) -> str:
    """Measure; the tables in markdown. share: of the requests of a case."""
    with imitated_lists() as lists, gunicorn("app:app", BILL, {"LIVE": "off"}, workers=WORKERS) as server:
        settle(server)
        beside = {case.name: [measure(server, case, round(share * case.requests)).p99_ms] for case in (HEALTH, BILL)}
        during: dict[str, list[float]] = {case.name: [] for case in (HEALTH, BILL)}
        memory = [server.worker_private_mb()]
        for number in range(REFRESHES):
            lists.documents["spot.json"] = spot_feed(f"1.{number + 1}")
            for name, p99_ms in asked_during_refresh(server, lists):
                during[name].append(p99_ms)
            settle(server)
            memory.append(server.worker_private_mb())
    latencies = [
        [
            case.name,
            f"{beside[case.name][0]:.1f}",
            f"{max(during[case.name]):.1f}",
            target(case, max(during[case.name])),
        ]
        for case in (HEALTH, BILL)
    ]
    growth = median(memory[-1]) - median(memory[1])
    states = ["at the start", *(f"after swap {number + 1}" for number in range(REFRESHES))]
    rows = [[state, f"{median(megabytes):.1f}", ""] for state, megabytes in zip(states, memory, strict=True)]
    rows.append(["growth from the first swap to the last", f"{growth:.1f}", at_most(growth, GROWTH_MB)])
    return "\n\n".join(
        (
            table(["endpoint", "p99 ms before", "worst p99 ms in a refresh", "target"], latencies),
            table(["private memory of a worker", "MB", "target"], rows),
        )
    )


def target(case: Case, p99_ms: float) -> str:
    """That of /health; the other case has none."""
    return at_most(p99_ms, TARGET_MS) if case is HEALTH else ""


@contextmanager
def imitated_lists() -> Iterator[PriceServer]:
    """AWS's spot feed, and an offer file of one region, which is read by its lines."""
    lists = offers("AmazonEC2", MACHINE)
    (path,) = [path for path in lists.documents if path.endswith(".csv")]
    *head, row = lists.documents[path].splitlines(keepends=True)
    lists.documents[path] = ("".join(head) + row.replace('"Linux"', '"Windows"') * OFFER_ROWS + row).encode()
    lists.documents["spot.json"] = spot_feed()
    with lists.serving() as serving:
        yield serving


def asked_during_refresh(server: Server, lists: PriceServer) -> Iterator[tuple[str, float]]:
    """The 99th percentile of each case again and again, while a process refreshes the lists."""
    command = [sys.executable, "-m", "flask", "--app", "app", "prices", "refresh", *LISTS, "--accept"]
    names = [one.name.upper() for one in fields(Settings) if re.fullmatch(r"prices_\w+_base_url", one.name)]
    environ: Mapping[str, str] = {**server.environ, "LIVE": "on", **dict.fromkeys(names, lists.base_url)}
    refresh = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while refresh.poll() is None:
        for case in (HEALTH, BILL):
            yield case.name, measure(server, case, 200).p99_ms
    if refresh.returncode:
        raise RuntimeError("the lists were not refreshed")


def settle(server: Server) -> None:
    """Wait until every worker answers from the newest facts, and has computed what it keeps of them."""
    time.sleep(SETTLED_SECONDS)
    for case in (BILL, *(case for case in CASES if "repeated" not in case.name and "by-rank" in case.name)):
        measure(server, case, 100)
    time.sleep(2.0)
