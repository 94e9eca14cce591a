"""Writes api/examples.json: the questions of the documentation with the answers this service gives offline.

Run `python -m tools.make_examples` after a change of the catalog or of an answer.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from api.access import Access
from app import create_app
from carbon.errors import StateUnavailable
from engine import Engine
from grid.absent import NoLiveSource
from mapping import CloudMap
from settings import Settings
from store.keyring import KeyRing
from store.keys import KeyRecord, digest_of
from store.rate_limit import in_memory

TARGET = Path(__file__).resolve().parents[1] / "api" / "examples.json"
NOW = datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
REQUEST_ID = "carbon_req_4f1c0a52d7e84b0f9a6be1d3c2f7a905"

# By operation id.
POSTS: dict[str, tuple[str, dict[str, Any]]] = {
    "optimizePlacement": (
        "/api/v1/optimize",
        {"workload": "training", "priority": "carbon", "region": "us-west-2", "duration_hours": 24, "limit": 2},
    ),
    "calculateEmissions": (
        "/api/v1/calculate",
        {"region": "us-east-1", "instance_type": "p4d.24xlarge", "duration_hours": 24},
    ),
    "compareOptions": (
        "/api/v1/compare",
        {
            "options": [
                {"region": "us-east-1", "instance_type": "m7g.large"},
                {"region": "europe-north1", "provider": "gcp", "instance_type": "n2-standard-2"},
            ],
            "duration_hours": 24,
        },
    ),
    "scheduleJob": ("/api/v1/schedule", {"region": "us-west-2", "duration_hours": 4}),
}
GETS = {
    "rankRegions": "/v1/by-rank?limit=2",
    "rankRegionsOfProvider": "/v1/by-provider/hetzner?durationHours=4&within=24&limit=1",
    "rankRegionsInCountry": "/v1/by-country/SE?tolerance=5%25&limit=1",
    "rankRegionsNearAirport": "/v1/by-iata/LON?spot=only&vcpus=4&memoryGb=16&limit=1",
    "listRegions": "/api/v1/regions?limit=2",
    "getRegion": "/api/v1/regions/ca-central-1",
    "getZone": "/api/v1/zones/CA-QC",
    "listInstanceTypes": "/api/v1/instances?q=m7g&region=us-east-1&limit=1",
    "listWorkloads": "/api/v1/workloads",
    "getHealth": "/health",
    "getReadiness": "/ready",
}
TABLES = ("text/plain", "text/csv")
PROBLEMS: dict[str, tuple[str, str, bytes, str]] = {
    "Problem400": (
        "POST",
        "/api/v1/calculate",
        b'{"region":"us-esat-1","instance_type":"m7g.lrge","utilisation":2}',
        "application/json",
    ),
    "Problem404": ("GET", "/api/v1/regions/ca-centrl-1", b"", ""),
    "Problem405": ("GET", "/api/v1/calculate", b"", ""),
    "Problem413": ("POST", "/api/v1/calculate", b" " * 1_048_577, "application/json"),
    "Problem415": ("POST", "/api/v1/calculate", b"region=us-east-1", "application/x-www-form-urlencoded"),
    "Problem422": (
        "POST",
        "/api/v1/schedule",
        b'{"region":"us-west-2","duration_hours":4,"deadline":"2026-02-11T12:00:00Z"}',
        "application/json",
    ),
}


def examples() -> dict[str, Any]:
    """Every example by operation or problem; a question stands beside its answer."""
    engine = Engine(CloudMap.load(), NoLiveSource("electricity-maps"))
    app = _app(engine)
    found: dict[str, Any] = {}
    for name, (path, question) in POSTS.items():
        answer = _ask(app, "POST", path, json.dumps(question).encode(), "application/json")
        found[name] = {"question": question, "answer": answer}
    for name, path in GETS.items():
        found[name] = {"answer": _ask(app, "GET", path, b"", "")}
        if path.startswith("/v1/"):
            client = app.test_client()
            found[name] |= {kind: client.get(path, headers={"Accept": kind}).get_data(as_text=True) for kind in TABLES}
    found |= {name: _ask(app, *case) for name, case in PROBLEMS.items()}
    return found | _refusals(engine) | {"Problem500": _failure()}


def _app(engine: Engine, read_keys: Callable[[], Sequence[KeyRecord]] = tuple) -> Flask:
    """The service with the default rate limit and these keys; it looks for none on this machine."""
    rules = Access(keys=KeyRing(read_keys), limiter=in_memory(), rate=Settings().rate_limit)
    return create_app(Settings(), engine, rules=rules, clock=lambda: NOW)


def _refusals(engine: Engine) -> dict[str, Any]:
    """The answers to who may not ask, to who asks too often, and to everybody while the keys cannot be read."""
    question = ("GET", "/api/v1/workloads", b"", "")
    key = KeyRecord(id="5e0c11a7", name="ci", sha256=digest_of("a"), created_at=NOW, revoked_at=None, rate=None)

    def broken() -> Sequence[KeyRecord]:
        raise StateUnavailable("keys.sqlite3")

    open_to_all = _app(engine)
    for _ in range(60):
        _ask(open_to_all, *question)
    with _silence():
        unreadable = _ask(_app(engine, broken), *question)
    return {
        "Problem401": _ask(_app(engine, lambda: (key,)), *question),
        "Problem429": _ask(open_to_all, *question),
        "Problem503": unreadable,
    }


def _ask(app: Flask, method: str, path: str, body: bytes, content_type: str) -> Any:
    response = app.test_client().open(
        path, method=method, data=body or None, content_type=content_type or None, headers={"X-Request-ID": REQUEST_ID}
    )
    return response.get_json(force=True)


def _failure() -> Any:
    """The answer to a fault in the service."""

    class Broken(Engine):
        def source_states(self) -> Any:
            raise RuntimeError("broken for the documentation")

    with _silence():
        return _ask(_app(Broken(CloudMap.load(), NoLiveSource("electricity-maps"))), "GET", "/ready", b"", "")


@contextmanager
def _silence() -> Iterator[None]:
    """No log lines for failures that are meant."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


if __name__ == "__main__":
    TARGET.write_text(json.dumps(examples(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {TARGET.name}")
