"""Samples of the answers of the Carbon Aware SDK."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "carbon_aware_sdk"


def sample(name: str) -> Any:
    """An answer of the SDK, or its OpenAPI document."""
    return orjson.loads((FIXTURES / f"{name}.json").read_bytes())
