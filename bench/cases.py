"""What is measured: one line for each endpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

AWS_REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1", "sa-east-1", "af-south-1",
    "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2",
    "ap-south-1", "ap-south-2", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
)  # fmt: skip
INSTANCE_TYPES = ("m6g.large", "c6i.2xlarge", "m5.large", "r6i.xlarge")
NUMBER = 0.707071  # the load generator replaces its digits, so that no two questions are equal
TRAINING: dict[str, object] = {
    "workload": "training",
    "priority": "carbon",
    "region": "us-west-2",
    "duration_hours": 24,
    "utilization": NUMBER,
}
LONG_FRONT: dict[str, object] = {
    **TRAINING,
    "workload": "inference",
    "providers": "all",
    "requirements": {"vcpus": 1},  # leaves two of five of all offers, tens of times more than without
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A kind of request. Unless its name says that it is repeated, no two are equal, so no cache can flatter it.

    body: JSON, sent by POST; None: GET. variants: further paths and bodies, sent in turn. requests: the number in one
    measurement. connections: over which they are sent at once; fewer for a costly one, which a worker refuses beyond
    one for every four threads. target_share: the floor's CPU time over ours should be at least this; target_cpu_ms:
    ours at most this.
    """

    name: str
    path: str
    body: object = None
    variants: tuple[tuple[str, object], ...] = ()
    requests: int = 1000
    connections: int = 16
    target_share: float | None = None
    target_cpu_ms: float | None = None

    def wires(self, port: int) -> list[bytes]:
        """The requests as they are sent over a kept-alive connection."""
        return [_wire(port, path, body) for path, body in ((self.path, self.body), *self.variants)]


def _wire(port: int, path: str, body: object) -> bytes:
    payload = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    if payload:
        head += f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n"
    return head.encode() + b"\r\n" + payload


def compare(count: int) -> dict[str, object]:
    """A compare body of `count` different (region, instance type) pairs, at most 100."""
    pairs = [(region, instance_type) for instance_type in INSTANCE_TYPES for region in AWS_REGIONS]
    options = [{"region": region, "instance_type": name} for region, name in pairs[:count]]
    return {"options": options, "duration_hours": 24, "utilization": NUMBER}


def _v1(name: str, route: str, *bodies: object, **more: Any) -> Case:
    path = f"/api/v1/{route}"
    first, *others = bodies or (None,)
    return Case(name=name, path=path, body=first, variants=tuple((path, body) for body in others), **more)


def plan(count: int) -> dict[str, object]:
    """A plan body of `count` jobs of different lengths and loads, in all regions of a cloud."""
    job = {"home": "us-east-1", "providers": ["aws"], "instance_type": "m7g.large", "utilization": NUMBER}
    return {"jobs": [{**job, "id": str(number), "duration_hours": 1 + number % 24} for number in range(count)]}


CALCULATE: dict[str, object] = {"region": "us-east-1", "instance_type": "p4d.24xlarge", "duration_hours": 24}
_MACHINES: list[dict[str, object]] = [
    {"region": region, "instance_type": name} for region in AWS_REGIONS[:7] for name in INSTANCE_TYPES
]
CALCULATE_CASE = _v1(
    "POST calculate",
    "calculate",
    *({**machine, "duration_hours": 24, "utilization": NUMBER} for machine in (CALCULATE, *_MACHINES)),
    requests=2000,
    target_share=0.42,
)
_LISTS = tuple((f"/api/v1/regions?limit={rows}", None) for rows in range(100, 1000))
REGIONS_CASE = Case(name="GET regions (aws)", path="/api/v1/regions?limit=50", variants=_LISTS)
BY_RANK_CASE = Case(name="GET by-rank, 20 rows, repeated", path="/v1/by-rank?limit=20", target_share=0.5)
FLOOR = Case(name="floor: an empty Flask endpoint", path="/floor", requests=1000)
CASES = (
    Case(name="GET /health", path="/health", requests=2000),
    CALCULATE_CASE,
    _v1("POST compare, 3 options", "compare", compare(3)),
    _v1("POST compare, 100 options", "compare", compare(100), requests=300),
    _v1(
        "POST schedule",
        "schedule",
        *({"region": region, "duration_hours": hours} for hours in range(4, 9) for region in AWS_REGIONS),
    ),
    _v1("POST plan, 3 jobs", "plan", plan(3), requests=300, connections=4),
    _v1("POST plan, 1,000 jobs", "plan", plan(1000), requests=10, connections=1),
    REGIONS_CASE,
    replace(REGIONS_CASE, name="GET regions (aws), repeated", variants=()),
    Case(name="GET by-rank, 20 rows", path=f"/v1/by-rank?limit=20&tolerance={NUMBER:f}", requests=300),
    BY_RANK_CASE,
    Case(name="GET by-rank, all rows", path=f"/v1/by-rank?tolerance={NUMBER:f}", requests=100),
    Case(name="GET by-rank, all rows, repeated", path="/v1/by-rank", requests=300, target_cpu_ms=4),
    Case(name="GET by-rank, with a shape", path=f"/v1/by-rank?limit=20&vcpus=4&memoryGb=16&tolerance={NUMBER:f}"),
    Case(name="GET by-iata", path=f"/v1/by-iata/LON?tolerance={NUMBER:f}"),
    _v1("POST optimize (aws)", "optimize", TRAINING, requests=200, target_cpu_ms=8),
    _v1(
        "POST optimize (all providers)",
        "optimize",
        {**TRAINING, "providers": "all"},
        requests=60,
        connections=4,
        target_cpu_ms=40,
    ),
    _v1("POST optimize (all, any size)", "optimize", LONG_FRONT, requests=40, connections=4, target_cpu_ms=50),
)
# The same without what an operator may switch off: RATE_LIMIT, METRICS and ACCESS_LOG.
BARE = {"RATE_LIMIT": "off", "METRICS": "off", "ACCESS_LOG": "off"}
BARE_CASES = (
    replace(CALCULATE_CASE, target_share=0.65),
    replace(REGIONS_CASE, name="GET regions (aws), repeated", variants=(), target_share=0.6),
    replace(BY_RANK_CASE, target_share=0.6),
)
