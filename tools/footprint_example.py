"""The example of the ledger beside AWS's own figures, stored in a folder of its own."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask

from carbon.accounts import Account, ProviderFootprint
from carbon.roles import TENANT
from engine import Engine
from settings import Settings
from store.history.history import History
from store.ledger.accounts import Accounts
from tools.problem_examples import app_over, ask

PATH = "/api/v1/usage/comparison?from=2026-02"
BATCH = Account(id="444455556666", name="batch", status="ACTIVE", ou="Root/Workloads")
ROW = {
    "id": "job-1",
    "start": "2026-02-11T06:00:00Z",
    "hours": 2,
    "region": "ca-central-1",
    "instance_type": "m7g.large",
    "tags": {"account": BATCH.id, "service": "AmazonEC2"},
}
FIGURE = ProviderFootprint(
    month=date(2026, 2, 1),
    account=BATCH.id,
    region="ca-central-1",
    service="AmazonEC2",
    model_version="v3.0.0",
    location_based_g=4.0,
    market_based_g=1.0,
)


def footprint_example(engine: Engine) -> dict[str, Any]:
    """The answer of one month."""
    with TemporaryDirectory() as folder:
        app, accounts = app_over(engine, settings=Settings(data_dir=Path(folder))), Accounts(History(Path(folder)))
        ask(app, "POST", "/api/v1/usage", json.dumps({"rows": [ROW]}).encode(), "application/json")
        accounts.put(TENANT, [BATCH])
        accounts.put_footprints(TENANT, "aws", [FIGURE])
        csv = app.test_client().get(f"{PATH}&format=csv").text
        return {
            "compareFootprint": {"answer": ask(app, "GET", PATH), "text/csv": csv, **markdown(app, PATH)},
        }


def markdown(app: Flask, path: str) -> dict[str, str]:
    """The answer as Markdown, by its media type."""
    return {"text/markdown": app.test_client().get(f"{path}&format=markdown").text}
