"""Examples of recorded decisions for the OpenAPI document."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask

from api.openapi.path_parameters import PATH_PARAMETERS
from engine import Engine
from settings import Settings
from tools.problem_examples import app_over, ask

LIST = "/api/v1/decisions?from=2026-02-11"


def decision_examples(engine: Engine) -> dict[str, Any]:
    """A schedule that is recorded, listed and asked again."""
    question = {"region": "ca-central-1", "instance_type": "m7g.large", "duration_hours": 2, "record": True}
    with TemporaryDirectory() as folder:
        app = app_over(engine, settings=Settings(data_dir=Path(folder)))
        name = ask(app, "POST", "/api/v1/schedule", json.dumps(question).encode(), "application/json")["decision_id"]
        answers = {
            "listDecisions": {"answer": ask(app, "GET", LIST), "text/csv": _table(app, LIST)},
            "getDecision": {"answer": ask(app, "GET", f"/api/v1/decisions/{name}")},
        }
    text = json.dumps(answers).replace(name, PATH_PARAMETERS["decision_id"][1])
    named: dict[str, Any] = json.loads(text)
    return named


def _table(app: Flask, path: str) -> str:
    return app.test_client().get(path, headers={"Accept": "text/csv"}).text
