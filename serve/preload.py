"""Computes before the fork what every worker would compute for itself, so that all workers share it."""

from __future__ import annotations

import gc
import sys

from apiflask import APIFlask

import memory
from api.edge.access import Access
from api.edge.exchange import service_of
from app import create_app
from catalog.footing import load_footing
from catalog.source_tables import load_source_tables
from engine import Engine
from grid.chain import ChainReader
from settings import Settings
from store.keys.ring import KeyRing
from store.limits.rate_limit import OFF, in_memory

_MACHINES = [{"region": "us-east-1", "instance_type": name} for name in ("m6g.large", "c6i.2xlarge", "m5.large")]
_JOB: dict[str, object] = {"workload": "training", "priority": "carbon", "region": "us-west-2", "duration_hours": 24}
# One request of each kind; the answers do not matter, but each must be a success.
QUESTIONS: tuple[tuple[str, object], ...] = (
    ("/api/v1/calculate", {**_MACHINES[0], "duration_hours": 24, "include_embodied": True}),
    ("/api/v1/compare", {"options": _MACHINES, "duration_hours": 24}),
    ("/api/v1/schedule", {"region": "us-west-2", "duration_hours": 4}),
    ("/api/v1/optimize", _JOB),
    ("/api/v1/optimize", {**_JOB, "workload": "inference", "providers": "all", "requirements": {"vcpus": 4}}),
    ("/api/v1/regions", None),
    ("/api/v1/regions/us-east-1", None),
    ("/v1/by-rank?vcpus=4&memoryGb=16", None),
    ("/v1/by-provider/aws", None),
    ("/v1/by-country/DE", None),
    ("/v1/by-iata/LON", None),
    ("/health", None),
)


def prepare(app: APIFlask) -> None:
    """Answer the requests with a second application over the same catalog, but without source, keys and stores.

    Then the memory of an application that was replaced at a reload is returned to the system, and everything is hidden
    from the garbage collector: scanning it would make every page of it private. Python's cache of methods is emptied,
    because replacing its entries would write to the pages of the names in it.
    """
    gc.unfreeze()
    engine = service_of(app).engine
    if any(state.state not in ("unconfigured", "off") for state in engine.source_states()):
        engine.past.prepare()
        load_source_tables()
        load_footing()
    settings = Settings(rate_limit=OFF, metrics="off", access_log="off")
    rules = Access(keys=KeyRing(lambda: ()), limiter=in_memory(), rate=OFF)
    engine = Engine(engine.mapping, ChainReader(unconfigured={"electricity-maps": "no key is set"}))
    client = create_app(settings, engine, rules=rules).test_client()
    for path, body in QUESTIONS:
        client.open(path, method="GET" if body is None else "POST", json=body)
    gc.collect()
    (getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache)()
    memory.trim()
    gc.freeze()
