"""Examples of the ledger: rows of usage, a report, a pipeline, and a decision that usage names."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from carbon.decisions import Decision, DecisionKind, Promise
from carbon.intensity import Signal
from carbon.ledger import UsageRow
from carbon.roles import TENANT
from engine import Engine
from settings import Settings
from store.history.history import History
from store.ledger.decisions import DecisionLedger, Kept
from tools.budget_examples import budget_examples
from tools.footprint_example import markdown
from tools.problem_examples import app_over, ask, tables

DECISION_ID = "6f1c0f7f2f0e4c58a9d1d5b3c7e80a43"
PIPELINE: dict[str, Any] = {
    "provider": "github",
    "pipeline": "acme/shop/Test",
    "run_id": "9876543210",
    "jobs": [
        {"id": "test", "start": "2026-02-11T08:00:00Z", "seconds": 540, "runner": "ubuntu-latest", "plan": "private"}
    ],
    "tags": {"team": "search"},
}


def ledger_examples(engine: Engine) -> dict[str, Any]:
    """Rows of usage, stored in a folder of their own and read again."""
    row: dict[str, Any] = {
        "id": "build-4711",
        "start": "2026-02-11T06:00:00Z",
        "end": "2026-02-11T08:00:00Z",
        "region": "ca-central-1",
    }
    row |= {"instance_type": "m7g.large", "count": 2, "tags": {"team": "search"}}
    question = {
        "rows": [
            row | {"decision_id": DECISION_ID},
            {**row, "id": "build-4712", "kwh": 1.25, "tags": {"team": "ads"}, "cost_usd": 0.4},
        ]
    }
    with TemporaryDirectory() as folder:
        app = app_over(engine, settings=Settings(data_dir=Path(folder)))
        _record_decision(Path(folder))
        written = ask(app, "POST", "/api/v1/usage", json.dumps(question).encode(), "application/json")
        gets = {
            "listUsage": "/api/v1/usage?from=2026-02-11&limit=1",
            "getUsage": "/api/v1/usage/build-4711",
            "reportUsage": "/api/v1/usage/report?from=2026-02-01&to=2026-02-11&by=team",
            "reportSavings": "/api/v1/savings?from=2026-02-01&to=2026-02-11&by=team",
        }
        answers = {name: {"answer": ask(app, "GET", path)} | tables(app, path) for name, path in gets.items()}
        answers |= budget_examples(app)
        for name in ("reportUsage", "reportSavings"):
            answers[name] |= markdown(app, gets[name])
        reported = ask(app, "POST", "/api/v1/ci/report", json.dumps(PIPELINE).encode(), "application/json")
    pipeline = {"question": PIPELINE, "answer": reported}
    return {"addUsage": {"question": question, "answer": written}, **answers, "reportPipeline": pipeline}


def _record_decision(folder: Path) -> None:
    """The decision that the rows of usage name: in Quebec in place of Virginia."""

    def promise(region: str, grams: float, usd: float) -> Promise:
        start = datetime(2026, 2, 11, 6, tzinfo=UTC)
        row = UsageRow(
            id="run", start=start, end=start + timedelta(hours=2), region=region, instance_type="m7g.large", count=2
        )
        return Promise(row=row, co2_emissions_g=grams, embodied_emissions_g=4.84, cost_usd=usd)

    decision = Decision(
        id=DECISION_ID,
        kind=DecisionKind.OPTIMIZE,
        made_at=datetime(2026, 2, 11, 5, 59, tzinfo=UTC),
        signal=Signal.AVERAGE_LIFECYCLE,
        placed=[promise("aws:ca-central-1", 0.74, 0.3632)],
        instead=[promise("aws:us-east-1", 10.91, 0.3264)],
        tags={"team": "search"},
    )
    decisions = DecisionLedger(History(folder))
    decisions.keep_facts("example", lambda: {"example": b""})
    decisions.put(TENANT, decision, Kept(question=b"{}", answer=b"{}", evidence=b"{}", facts="example"))
