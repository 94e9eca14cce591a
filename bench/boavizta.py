"""Our calculate beside boaviztapi's POST /v1/cloud/instance: the same AWS type, country and hours."""

from __future__ import annotations

from contextlib import ExitStack

from bench.cases import CALCULATE, CALCULATE_CASE, Case
from bench.endpoints import figures
from bench.measure import compare
from bench.peers import BOAVIZTA, missing, python_of, version_of
from bench.report import at_least, table
from bench.server import Server, free_port, gunicorn
from bench.upstream import Upstream

TARGET = 20.0
# Its cheapest request: one criterion instead of three, and no account of the calculation.
PEER_CASE = Case(
    name="boaviztapi: POST cloud/instance",
    path=f"/v1/cloud/instance?verbose=false&criteria=gwp&duration={CALCULATE['duration_hours']}",
    body={"provider": "aws", "instance_type": CALCULATE["instance_type"], "usage": {"usage_location": "USA"}},
    requests=200,
)


def section(rounds: int, share: float) -> str:
    """Measure; a table in markdown, or why there is none."""
    python = python_of(BOAVIZTA)
    if python is None:
        return missing(BOAVIZTA)
    port = free_port()
    command = [python, "-m", "uvicorn", "boaviztapi.main:app", "--host", "127.0.0.1", "--port", str(port)]
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream())
        peer = stack.enter_context(Server(command, port, PEER_CASE, {}))
        ours = stack.enter_context(gunicorn("app:app", CALCULATE_CASE, upstream.environ))
        (pair,) = compare(ours, [CALCULATE_CASE], peer, PEER_CASE, rounds=rounds, share=share)
    rows = [
        [f"{PEER_CASE.name} ({version_of(BOAVIZTA)}, uvicorn)", *figures(pair.other), "1.0", ""],
        [
            "ours: POST calculate (gunicorn)",
            *figures(pair.ours),
            f"{pair.cpu_ratio:.1f}",
            at_least(pair.cpu_ratio, TARGET),
        ],
    ]
    headings = ["server", "requests/s", "p50 ms", "p99 ms", "CPU ms/request", "CPU: boaviztapi / ours", "target"]
    return table(headings, rows)
