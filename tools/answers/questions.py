"""The questions: (method, path, body, headers) of every endpoint, right and wrong ones."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode


class Question(NamedTuple):
    """One request. body: bytes as text; None without one. headers: beside Host."""

    method: str
    path: str
    body: str | None = None
    headers: dict[str, str] = {}  # noqa: RUF012  # never changed


NOW = datetime.now(UTC)  # live values must be fresh, so the time cannot be a fixed one
REGIONS = ("us-east-1", "eu-north-1", "gcp:europe-west1", "azure:westeurope", "ap-southeast-2", "hetzner:fsn1")
ZONES = ("DE", "SE-SE3", "US-CAL-CISO", "de", "AU-NSW", "XX", "IN-WE", "NO-NO2")
TYPES = ("m7g.large", "p4d.24xlarge", "t4g.micro", "db.r6g.large", "lambda-1024mb", "m5.large")
WORKLOADS = ("training", "inference", "database", "containers", "serverless", "general", "batch")
PRIORITIES = ("carbon", "performance", "balanced", "cost")
WRONG_VALUES: tuple[Any, ...] = (None, "", 0, -1, 1e9, "1", True, [], {}, "no-such-name")


def questions() -> list[Question]:
    """All of them, in one order."""
    return [*_optimize(), *_calculate(), *_compare(), *_schedule(), *_lists(), *_locations(), *_edges()]


def _ahead(hours: float) -> str:
    return f"{NOW + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


def _post(name: str, body: Any, **headers: str) -> Question:
    return Question("POST", f"/api/v1/{name}", json.dumps(body), {"Content-Type": "application/json", **headers})


def _get(path: str, parameters: dict[str, Any] | None = None, **headers: str) -> Question:
    query = f"?{urlencode(parameters, doseq=True)}" if parameters else ""
    return Question("GET", path + query, None, {name.replace("_", "-"): text for name, text in headers.items()})


def _with_each_field_wrong(name: str, good: dict[str, Any]) -> Iterator[Question]:
    for field, value in itertools.product(good, WRONG_VALUES):
        yield _post(name, {**good, field: value})
    yield _post(name, {**good, "no_such_field": 1})
    for field in good:
        yield _post(name, {key: value for key, value in good.items() if key != field})


def _optimize() -> Iterator[Question]:
    good = {"workload": "training", "priority": "carbon"}
    for workload, priority in itertools.product(WORKLOADS, PRIORITIES):
        yield _post("optimize", {"workload": workload, "priority": priority})
    yield from _with_each_field_wrong("optimize", good)
    options: tuple[dict[str, Any], ...] = (
        {"region": "us-west-2", "duration_hours": 24},
        {"providers": ["all"], "limit": 20},
        {"providers": "all", "requirements": {"vcpus": 4, "memory_gb": 16}},
        {"providers": ["gcp", "azure"], "requirements": {"arch": "arm64"}, "per_region": 3},
        {"requirements": {"gpus": 4, "gpu_model": "A100"}, "duration_hours": 72, "flexible": False},
        {"countries": ["DE", "SE"], "exclude_regions": ["eu-north-1"]},
        {"regions": ["eu-central-1", "gcp:europe-north1"], "include_embodied": True},
        {"instance_types": ["m7g.large", "m6i.xlarge"], "region": "eu-west-1"},
        {"max_carbon_intensity": 50, "max_price_per_hour": 1.5, "duration_hours": 4},
        {"max_cost": 1, "duration_hours": 24},
        {"spot": True, "duration_hours": 6, "carbon_price_usd_per_tonne": 100},
        {"spot": False, "duration_hours": 6},
        {"start_after": _ahead(1.5), "deadline": _ahead(25.5), "duration_hours": 5},
        {"start_after": _ahead(1.5), "deadline": _ahead(2.5), "duration_hours": 5},
        {"deadline": _ahead(-22)},
        {"region": "cn-north-1"},
        {"region": "us-gov-west-1", "providers": ["aws"]},
        {"requirements": {"vcpus": 100000}},
        {"utilization": 1.0, "region": "ap-south-1", "power_model": "linear"},
        {"provider": "gcp", "region": "us-east1", "duration_hours": 0.25},
    )
    for workload, option in itertools.product(("training", "general"), options):
        for priority in ("carbon", "cost"):
            yield _post("optimize", {"workload": workload, "priority": priority, **option})


def _calculate() -> Iterator[Question]:
    good = {"region": "eu-central-1", "instance_type": "m5.large", "duration_hours": 24}
    yield from _with_each_field_wrong("calculate", good)
    for region, machine in itertools.product(REGIONS, TYPES):
        yield _post("calculate", {"region": region, "instance_type": machine, "duration_hours": 3})
    for extra in (
        {"utilization": 0.0}, {"utilization": 1.0}, {"count": 7}, {"include_embodied": True}, {"power_model": "linear"},
        {"duration_hours": 8760}, {"duration_hours": 1e-6}, {"count": 0}, {"provider": "gcp"}, {"provider": "aws"},
        {"accelerator_utilization": 0.9}, {"region": "EU-CENTRAL-1"}, {"instance_type": "M5.LARGE"},
    ):  # fmt: skip
        yield _post("calculate", {**good, **extra})


def _compare() -> Iterator[Question]:
    one = {"region": "eu-central-1", "instance_type": "m5.large"}
    two = {"region": "europe-north1", "provider": "gcp", "instance_type": "n2-standard-2"}
    for options in ([one], [one, two], [one, {**two, "count": 3}], [], [one, {"region": "x", "instance_type": "y"}]):
        yield _post("compare", {"options": options, "duration_hours": 24})
        yield _post("compare", {"options": options})
    yield _post("compare", {"options": [one, {"region": "us-east-1", "instance_type": "db.m5.large"}]})
    yield from _with_each_field_wrong("compare", {"options": [one, two], "duration_hours": 2})


def _schedule() -> Iterator[Question]:
    good = {"region": "us-west-2", "duration_hours": 4}
    yield from _with_each_field_wrong("schedule", good)
    for region, hours in itertools.product(REGIONS, (0.5, 1, 4, 24, 100)):
        yield _post("schedule", {"region": region, "duration_hours": hours})
    for extra in (
        {"deadline": _ahead(1.5)}, {"deadline": _ahead(25.5).replace("Z", "+02:00")}, {"search_hours": 48},
        {"start_after": _ahead(14)}, {"deadline": "tomorrow"}, {"deadline": _ahead(25.5).rstrip("Z")},
    ):  # fmt: skip
        yield _post("schedule", {**good, **extra})


def _lists() -> Iterator[Question]:
    regions: tuple[dict[str, Any], ...] = (
        {}, {"provider": "all"}, {"provider": ["aws", "gcp"]}, {"provider": "nope"}, {"country": "DE"}, {"limit": 3},
        {"country": ["DE", "SE"], "provider": "all"}, {"country": "UK"}, {"zone": "DE", "provider": "all"},
        {"zone": "QQ"}, {"sort": "region"}, {"sort": "x"}, {"limit": 0}, {"limit": "a"}, {"nope": 1},
    )  # fmt: skip
    for parameters in regions:
        yield _get("/api/v1/regions", parameters)
    for region in (*REGIONS, "nowhere", "us-esat-1", "gcp:us-east-1", "europe-north1", "us-gov-west-1"):
        yield _get(f"/api/v1/regions/{region}")
    yield _get("/api/v1/regions/eastus", {"provider": "azure"})
    for zone in ZONES:
        yield _get(f"/api/v1/zones/{zone}")
    instances: tuple[dict[str, Any], ...] = (
        {}, {"provider": "aws", "q": "m7g"}, {"region": "us-east-1", "limit": 5}, {"arch": "arm64", "offset": 10},
        {"category": "gpu"}, {"category": "accelerated"}, {"q": "zzzz"}, {"limit": 10**6}, {"arch": "mips"},
    )  # fmt: skip
    for parameters in instances:
        yield _get("/api/v1/instances", parameters)
    for path in ("/api/v1/workloads", "/health", "/ready"):
        yield _get(path)


def _locations() -> Iterator[Question]:
    paths = ("/v1/by-rank", "/v1/by-provider/aws", "/v1/by-country/SE", "/v1/by-country/DE", "/v1/by-iata/LON")
    parameters: tuple[dict[str, Any], ...] = (
        {}, {"limit": 3}, {"durationHours": 4, "within": 24}, {"spot": "only"}, {"vcpus": 4, "memoryGb": 16},
        {"gpus": 1}, {"gpuModel": "T4"}, {"arch": "arm64", "limit": 5}, {"instanceType": "m7g.large"},
        {"instanceType": "m7g.large", "vcpus": 2}, {"maxIntensity": 100}, {"maxPricePerHour": 0.1},
        {"tolerance": "5%"}, {"tolerance": "5"}, {"tolerance": "x"}, {"estimates": "exclude"}, {"maxAgeMinutes": 30},
        {"format": "text"}, {"format": "csv"}, {"format": "csv", "fields": "id,spotPrice.perHour"},
        {"fields": "gid,intensity"}, {"fields": "nope"}, {"exclude": "aws"}, {"provider": "gcp"}, {"country": "DE"},
        {"partition": "gov"}, {"partition": "china"}, {"status": "announced"}, {"within": 1000}, {"limit": 0},
    )  # fmt: skip
    for path, values in itertools.product(paths[:2], parameters):
        yield _get(path, values)
    for path in (*paths[2:], "/v1/by-provider/nope", "/v1/by-country/ZZ", "/v1/by-iata/QQQ", "/v1/by-country/FR"):
        yield _get(path)
    for accept in ("text/csv", "text/plain", "application/json", "image/png", "text/csv;q=0.5, application/json;q=0.4"):
        yield _get("/v1/by-rank", {"limit": 2}, Accept=accept)


def _edges() -> Iterator[Question]:
    yield _get("/")
    yield _get("/nope")
    yield _get("/api/v1/optimize")
    yield _get("//health")
    yield Question("DELETE", "/health")
    yield Question("OPTIONS", "/api/v1/regions")
    yield Question("HEAD", "/api/v1/regions?limit=1")
    for path in ("optimize", "calculate", "compare", "schedule"):
        yield Question("POST", f"/api/v1/{path}", "{", {"Content-Type": "application/json"})
        yield Question("POST", f"/api/v1/{path}", "[]", {"Content-Type": "application/json"})
        yield Question("POST", f"/api/v1/{path}", "a=1", {"Content-Type": "application/x-www-form-urlencoded"})
        yield Question("POST", f"/api/v1/{path}", "", {"Content-Type": "application/json"})
        yield Question("POST", f"/api/v1/{path}")
    yield _get("/v1/by-rank", {"limit": 1}, If_None_Match="*")
    yield _get("/v1/by-rank", {"limit": 1}, Accept_Encoding="gzip")
    yield _get("/health", X_Request_ID="chosen-by-the-caller")
