"""What is measured: one line an endpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

AWS_REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1", "sa-east-1", "af-south-1",
    "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2",
    "ap-south-1", "ap-south-2", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
)  # fmt: skip
INSTANCE_TYPES = ("m6g.large", "c6i.2xlarge", "m5.large", "r6i.xlarge")
TRAINING: dict[str, object] = {
    "workload": "training",
    "priority": "carbon",
    "region": "us-west-2",
    "duration_hours": 24,
}
LONG_FRONT: dict[str, object] = {
    **TRAINING,
    "workload": "inference",
    "providers": "all",
    "requirements": {"vcpus": 1},  # two of five of all offers are left, tens of times more than without
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request, sent over and over.

    body: JSON, sent by POST; None: GET. requests: how many make one measurement. connections: over how many they are
    sent at once; fewer for a costly one, which a worker refuses beyond one for every four threads.
    target_share: the floor's CPU time over ours should be at least this; target_cpu_ms: ours at most this.
    """

    name: str
    path: str
    body: object = None
    requests: int = 1000
    connections: int = 16
    target_share: float | None = None
    target_cpu_ms: float | None = None

    def wire(self, port: int) -> bytes:
        """The request as it goes over a kept-alive connection."""
        payload = b"" if self.body is None else json.dumps(self.body, separators=(",", ":")).encode()
        head = f"{'GET' if self.body is None else 'POST'} {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        if payload:
            head += f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n"
        return head.encode() + b"\r\n" + payload


def compare(count: int) -> dict[str, object]:
    """A compare body of `count` different (region, instance type) pairs, at most 100."""
    pairs = [(region, instance_type) for instance_type in INSTANCE_TYPES for region in AWS_REGIONS]
    options = [{"region": region, "instance_type": name} for region, name in pairs[:count]]
    return {"options": options, "duration_hours": 24}


def _v1(name: str, route: str, body: object = None, **more: float) -> Case:
    requests, connections = int(more.pop("requests", 1000)), int(more.pop("connections", 16))
    path = f"/api/v1/{route}"
    return Case(name=name, path=path, body=body, requests=requests, connections=connections, **more)


CALCULATE = {"region": "us-east-1", "instance_type": "p4d.24xlarge", "duration_hours": 24}
CALCULATE_CASE = _v1("POST calculate", "calculate", CALCULATE, requests=2000, target_share=0.5)
REGIONS_CASE = _v1("GET regions (aws)", "regions")
BY_RANK_CASE = Case(name="GET by-rank, 20 rows", path="/v1/by-rank?limit=20", target_share=0.5)
FLOOR = Case(name="floor: an empty Flask endpoint", path="/floor", requests=1000)
CASES = (
    Case(name="GET /health", path="/health", requests=2000),
    CALCULATE_CASE,
    _v1("POST compare, 3 options", "compare", compare(3)),
    _v1("POST compare, 100 options", "compare", compare(100), requests=300),
    _v1("POST schedule", "schedule", {"region": "us-west-2", "duration_hours": 4}),
    REGIONS_CASE,
    BY_RANK_CASE,
    Case(name="GET by-rank, all rows", path="/v1/by-rank", requests=300, target_cpu_ms=4),
    Case(name="GET by-rank, with a shape", path="/v1/by-rank?limit=20&vcpus=4&memoryGb=16"),
    Case(name="GET by-iata", path="/v1/by-iata/LON"),
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
    replace(REGIONS_CASE, target_share=0.6),
    replace(BY_RANK_CASE, target_share=0.6),
)
