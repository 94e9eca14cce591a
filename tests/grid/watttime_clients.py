"""Clients of an imitated WattTime."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from carbon.intensity import Signal
from carbon.reading import ZoneReading
from grid.sources import watttime
from grid.sources.watttime.client import WattTime
from tests.fakes.background import settled, source_of
from tests.fakes.watttime import PASSWORD, USER, FakeWattTime

NOW = datetime(2026, 3, 3, 9, 7, tzinfo=UTC)
CALIFORNIA = "US-CAL-CISO"
HISTORICAL, FORECAST, INDEX, ACCESS = "v3/historical", "v3/forecast", "v3/signal-index", "v3/my-access"
BODIES = Path(__file__).parents[1] / "fixtures" / "watttime"


def settings(server: FakeWattTime, **more: object) -> dict[str, object]:
    return {"watttime_base_url": server.base_url, "watttime_user": USER, "watttime_password": PASSWORD, **more}


def source(server: FakeWattTime) -> WattTime:
    found = source_of(watttime.ENTRY, NOW, **settings(server))
    assert isinstance(found, WattTime)
    return found


def body(name: str) -> Any:
    return orjson.loads((BODIES / f"{name}.json").read_bytes())


def paths(server: FakeWattTime) -> list[str]:
    return [call.path for call in server.calls]


def settled_marginal(reader: Any, zone: str, *, now: datetime, forecast: bool = False) -> ZoneReading:
    return settled(reader, zone, now=now, forecast=forecast, signal=Signal.MARGINAL)[zone]
