"""A real HTTP server that speaks like the Carbon Intensity API of Great Britain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

HALF_HOUR = timedelta(minutes=30)
# Percent by fuel; 100 together.
MIX = {
    "biomass": 5.0,
    "coal": 0.0,
    "imports": 10.0,
    "gas": 30.0,
    "nuclear": 15.0,
    "other": 0.0,
    "hydro": 2.0,
    "solar": 8.0,
    "wind": 30.0,
}


class FakeUkCarbon(FakeUpstream):
    """mix: percent by fuel of every half hour. direct: the forecast gCO2/kWh of the first one, 1 more in each later.

    half_hours: of the forecast. as_list: whether /generation has a list under `data`, as its documentation shows.
    """

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.mix: Mapping[str, float | None] = dict(MIX)
        self.direct = 100
        self.half_hours = 96
        self.as_list = False

    def good(self, call: Call) -> Answer:
        if call.path == "generation":
            data = self.generation()
            return reply({"data": [data] if self.as_list else data})
        match = re.fullmatch(r"intensity/(\d{4}-\d\d-\d\dT\d\d:[03]0Z)/fw48h", call.path)
        if match is None:
            text = "Please enter a valid date in ISO8601 format"
            return reply({"error": {"code": "400 Bad Request", "message": text}}, 400)
        first = datetime.fromisoformat(match[1])
        return reply({"data": [self.forecast_row(first, index) for index in range(self.half_hours)]})

    def generation(self) -> dict[str, Any]:
        """The half hour that holds now."""
        now = self.utc_now().astimezone(UTC)
        starts_at = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
        rows = [{"fuel": fuel, "perc": percent} for fuel, percent in self.mix.items()]
        return {"from": _minute(starts_at), "to": _minute(starts_at + HALF_HOUR), "generationmix": rows}

    def forecast_row(self, first: datetime, index: int) -> dict[str, Any]:
        """The half hour `index` after the first."""
        starts_at = first + index * HALF_HOUR
        intensity = {"forecast": self.direct + index, "actual": None, "index": "moderate"}
        return {"from": _minute(starts_at), "to": _minute(starts_at + HALF_HOUR), "intensity": intensity}


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%MZ}"
