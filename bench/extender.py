"""The scheduler extender of Kubernetes: how soon it answers while the same worker answers other questions too."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from bench.cases import CALCULATE_CASE, Case
from bench.measure import CONNECTIONS, Measurement, measure, start_load
from bench.report import at_most, table
from bench.server import Server, gunicorn
from bench.upstream import Upstream

P99_MS = 300.0
SCHEDULERS = 2  # that ask at once; a scheduler asks for one pod after the other
LONG_LOAD = 1_000_000  # requests of the load, which is ended before they are over
REGIONS = ("eu-north-1", "eu-central-1", "us-east-1", "ap-south-1")
POD = {
    "metadata": {
        "annotations": {
            "carbon-optimizer/deadline": "2099-01-01T00:00:00Z",
            "carbon-optimizer/max-intensity": "10000",
        }
    }
}
NODES_CSV = "node,provider,region,source,as_of\n" + "".join(
    f"*.{region}.compute.internal,aws,{region},bench,2026-01\n" for region in REGIONS
)


def names(count: int) -> list[str]:
    """Names as AWS gives them to nodes."""
    return [f"ip-10-0-{n // 256}-{n % 256}.{REGIONS[n % len(REGIONS)]}.compute.internal" for n in range(count)]


def objects(count: int) -> list[dict[str, object]]:
    """Node objects with the labels that say where they are."""
    return [
        {
            "metadata": {
                "name": name,
                "labels": {
                    "topology.kubernetes.io/region": REGIONS[n % len(REGIONS)],
                    "topology.kubernetes.io/zone": f"{REGIONS[n % len(REGIONS)]}a",
                    "node.kubernetes.io/instance-type": "m7g.2xlarge",
                },
            },
            "spec": {"providerID": f"aws:///{REGIONS[n % len(REGIONS)]}a/i-{n:017x}"},
            "status": {"allocatable": {"cpu": "7910m", "memory": "30Gi", "pods": "58"}},
        }
        for n, name in enumerate(names(count))
    ]


def _case(verb: str, count: int, *, whole: bool, requests: int) -> Case:
    nodes = {"Nodes": {"items": objects(count)}} if whole else {"NodeNames": names(count)}
    what = "Node objects" if whole else "names"
    return Case(
        name=f"{verb}, {count:,} {what}",
        path=f"/k8s/{verb}",
        body={"Pod": POD, **nodes},
        requests=requests,
        connections=SCHEDULERS,
    )


CASES = (
    _case("prioritize", 100, whole=False, requests=1000),
    _case("prioritize", 5000, whole=False, requests=200),
    _case("filter", 5000, whole=False, requests=200),
    _case("prioritize", 5000, whole=True, requests=60),
    _case("filter", 5000, whole=True, requests=60),
)


def section(rounds: int, share: float) -> str:
    """Measure; the table in markdown."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "nodes.csv").write_text(NODES_CSV, encoding="utf-8")
        upstream = stack.enter_context(Upstream())
        environ = {**upstream.environ, "OVERLAY_DIR": str(folder), "ACCESS_LOG": "off"}
        server = stack.enter_context(gunicorn("app:app", CALCULATE_CASE, environ))
        rows = [_row(server, case, rounds, share) for case in CASES]
    load = f"one worker with 16 threads that also answers `{CALCULATE_CASE.name}` over {CONNECTIONS} connections"
    words = (
        f"{SCHEDULERS} schedulers at once ask {load}; p50 and p99 under that load. Pods have a deadline and a limit."
    )
    return "\n\n".join((words, table(["question", "CPU ms alone", "p50 ms", "p99 ms", "target"], rows)))


def _row(server: Server, case: Case, rounds: int, share: float) -> list[str]:
    count = max(10, round(share * case.requests))
    alone = measure(server, case, count)
    with _load(server):
        runs: list[Measurement] = [measure(server, case, count) for _ in range(rounds)]
    p50, p99 = median(run.p50_ms for run in runs), median(run.p99_ms for run in runs)
    return [case.name, f"{alone.cpu_ms:.1f}", f"{p50:.0f}", f"{p99:.0f}", at_most(p99, P99_MS)]


@contextmanager
def _load(server: Server) -> Iterator[None]:
    """Other questions without a pause, until the block ends."""
    load = start_load(server, CALCULATE_CASE, LONG_LOAD)
    try:
        yield
        if load.poll() is not None:
            raise RuntimeError(f"the load ended: {load.communicate()[1].decode()}")
    finally:
        load.kill()
        load.communicate()
