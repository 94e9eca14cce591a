"""The examples of budgets, for make_examples."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask

from tools.problem_examples import ask, tables

BUDGET = {"tags": {"team": "search"}, "period": "month", "limit_kg": 120.0, "on_exceed": "refuse"}


def budget_examples(app: Flask) -> dict[str, Any]:
    """A budget as it is created and read. app: with usage that counts in it."""
    path = "/api/v1/budgets/search"
    created = ask(app, "PUT", path, json.dumps(BUDGET).encode(), "application/json")
    return {
        "putBudget": {"question": BUDGET, "answer": created},
        "getBudget": {"answer": ask(app, "GET", f"{path}?former=1")},
        "listBudgets": {"answer": ask(app, "GET", "/api/v1/budgets")} | tables(app, "/api/v1/budgets"),
    }
