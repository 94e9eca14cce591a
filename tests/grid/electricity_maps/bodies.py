"""Recorded bodies of Electricity Maps, with changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from grid.source import SourceError

BODIES = Path(__file__).parents[2] / "fixtures" / "electricity_maps"
NOW = datetime(2026, 3, 3, 9, 50, tzinfo=UTC)  # within the hour the bodies speak of
MAX_AGE = timedelta(minutes=60)
NINE = datetime(2026, 3, 3, 9, tzinfo=UTC)


def body(name: str, **changes: Any) -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads((BODIES / f"{name}.json").read_text())
    return {**recorded, **changes}


def latest(**changes: Any) -> dict[str, Any]:
    return body("carbon_intensity_latest", **changes)


def reason_of(error: pytest.ExceptionInfo[SourceError]) -> str:
    return error.value.reason
