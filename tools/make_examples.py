"""Writes api/examples.json: the questions of the documentation with the answers this service gives offline.

Run `python -m tools.make_examples` after a change of the catalog or of an answer.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from engine import Engine
from grid.absent import NoLiveSource
from mapping import CloudMap
from settings import Settings

TARGET = Path(__file__).resolve().parents[1] / "api" / "examples.json"
NOW = datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
REQUEST_ID = "carbon_req_4f1c0a52d7e84b0f9a6be1d3c2f7a905"

POSTS: dict[str, dict[str, Any]] = {
    "optimize": {
        "workload": "training",
        "priority": "carbon",
        "region": "us-west-2",
        "duration_hours": 24,
        "limit": 2,
    },
    "calculate": {"region": "us-east-1", "instance_type": "p4d.24xlarge", "duration_hours": 24},
    "compare": {
        "options": [
            {"region": "us-east-1", "instance_type": "m7g.large"},
            {"region": "europe-north1", "provider": "gcp", "instance_type": "n2-standard-2"},
        ],
        "duration_hours": 24,
    },
    "schedule": {"region": "us-west-2", "duration_hours": 4},
}
GETS = {
    "regions": "/api/v1/regions?limit=2",
    "region": "/api/v1/regions/ca-central-1",
    "zone": "/api/v1/zones/CA-QC",
    "instances": "/api/v1/instances?q=m7g&region=us-east-1&limit=1",
    "workloads": "/api/v1/workloads",
    "health": "/health",
    "ready": "/ready",
}
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
    app = create_app(Settings(), Engine(CloudMap.load(), NoLiveSource("electricity-maps")), clock=lambda: NOW)
    found: dict[str, Any] = {}
    for name, question in POSTS.items():
        answer = _ask(app, "POST", f"/api/v1/{name}", json.dumps(question).encode(), "application/json")
        found[name] = {"question": question, "answer": answer}
    for name, path in GETS.items():
        found[name] = {"answer": _ask(app, "GET", path, b"", "")}
    found |= {name: _ask(app, *case) for name, case in PROBLEMS.items()}
    return found | {"Problem500": _failure()}


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

    app = create_app(Settings(), Broken(CloudMap.load(), NoLiveSource("electricity-maps")), clock=lambda: NOW)
    logging.disable(logging.CRITICAL)
    try:
        return _ask(app, "GET", "/ready", b"", "")
    finally:
        logging.disable(logging.NOTSET)


if __name__ == "__main__":
    TARGET.write_text(json.dumps(examples(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {TARGET.name}")
