"""Writes api/openapi/examples.json: the questions of the documentation with the answers this service gives offline.

Run `python -m tools.make_examples` after a change of the catalog or of an answer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Flask

from engine import Engine
from grid.chain import ChainReader
from grid.registry import SOURCES
from mapping import CloudMap
from serve import worker
from tools.problem_examples import REQUEST_ID, app_over, ask, problem_examples

TARGET = Path(__file__).resolve().parents[1] / "api" / "openapi" / "examples.json"

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
    "getZoneHistory": "/api/v1/zones/CA-QC/history?step=1d",
    "getRegionHistory": "/api/v1/regions/ca-central-1/history?step=1d",
    "getSources": "/api/v1/sources",
    "getZoneSources": "/api/v1/zones/GB/sources",
    "listInstanceTypes": "/api/v1/instances?q=m7g&region=us-east-1&limit=1",
    "listWorkloads": "/api/v1/workloads",
    "getHealth": "/health",
    "getReadiness": "/ready",
    "getProblemType": "/problems/unknown-region",
}
TABLES = ("text/plain", "text/csv")
# The problem that stands for a status in the OpenAPI document.
OF_STATUS = {
    400: "invalid-request",
    401: "key-required",
    404: "unknown-region",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "does-not-fit",
    429: "rate-limited",
    500: "internal-error",
    503: "state-unavailable",
}
# What the server refuses before the service sees it: title and detail.
UNREAD = {
    414: ("URI Too Long", "Request Line is too large (5032 > 4094)"),
    431: ("Request Header Fields Too Large", "Error parsing headers: 'limit request headers fields size'"),
}


def examples() -> dict[str, Any]:
    """Every example by operation or problem; a question stands beside its answer."""
    facts = {name: entry.facts for name, entry in SOURCES.items()}
    off = [name for name in SOURCES if name != "electricity-maps"]
    engine = Engine(CloudMap.load(), ChainReader(unconfigured=["electricity-maps"], off=off, facts=facts))
    app = app_over(engine)
    found: dict[str, Any] = {}
    for name, (path, question) in POSTS.items():
        body = json.dumps(question).encode()
        answer = ask(app, "POST", path, body, "application/json")
        found[name] = {"question": question, "answer": answer} | _tables(app, path, json=question)
    for name, path in GETS.items():
        found[name] = {"answer": ask(app, "GET", path)} | _tables(app, path)
    problems = problem_examples(engine)
    found |= {f"Problem{status}": problems[name] for status, name in OF_STATUS.items()}
    found |= {f"Problem{status}": worker.problem(status, *words, REQUEST_ID) for status, words in UNREAD.items()}
    found["getProblemType"]["answer"]["example"] = problems["unknown-region"]  # not that of the last run
    return found | {"problems": problems}


def _tables(app: Flask, path: str, **question: Any) -> dict[str, str]:
    """The answer in each form beside JSON that it is to be had in, by media type."""
    method, client = "POST" if question else "GET", app.test_client()
    answers = [client.open(path, method=method, headers={"Accept": kind}, **question) for kind in TABLES]
    return {kind: answer.text for kind, answer in zip(TABLES, answers, strict=True) if answer.mimetype == kind}


if __name__ == "__main__":
    TARGET.write_text(json.dumps(examples(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {TARGET.name}")
