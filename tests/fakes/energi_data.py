"""A real HTTP server that speaks like Energi Data Service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

FIVE_MINUTES = timedelta(minutes=5)
NOW, PROGNOSIS = "dataset/CO2Emis", "dataset/CO2EmisProg"


class FakeEnergiData(FakeUpstream):
    """direct: gCO2/kWh of each area now; the forecast is 10 more. newest: of each area, None where its row is null.

    hours_ahead: of the forecast.
    """

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.direct: Mapping[str, float] = {"DK1": 50.0, "DK2": 80.0}
        self.without_newest: frozenset[str] = frozenset()
        self.hours_ahead = 12

    def good(self, call: Call) -> Answer:
        areas = json.loads(call.query.get("filter", "{}")).get("PriceArea", [])
        if call.path == NOW and call.query.get("limit") == "0":
            return reply({"total": 481_200, "dataset": "CO2Emis", "records": self.records(areas)})
        if call.path == PROGNOSIS and call.query.get("limit") == "0":
            return reply({"total": 288, "dataset": "CO2EmisProg", "records": self.prognosis(areas)})
        return reply({"message": "unknown dataset or column"}, 400)

    def records(self, areas: list[str]) -> list[dict[str, Any]]:
        """The last three steps, newest first."""
        newest = self._step()
        return [
            _row(newest - index * FIVE_MINUTES, area, None if index == 0 and area in self.without_newest else value)
            for index in range(3)
            for area, value in self.direct.items()
            if area in areas
        ]

    def prognosis(self, areas: list[str]) -> list[dict[str, Any]]:
        """The steps from now on."""
        first, count = self._step(), self.hours_ahead * 12
        return [
            _row(first + index * FIVE_MINUTES, area, value + 10)
            for index in range(count)
            for area, value in self.direct.items()
            if area in areas
        ]

    def _step(self) -> datetime:
        now = self.utc_now().astimezone(UTC)
        return now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)


def _row(at: datetime, area: str, value: float | None) -> dict[str, Any]:
    local = at + timedelta(hours=1)  # winter time of Denmark, which no reader may use
    return {
        "Minutes5UTC": f"{at:%Y-%m-%dT%H:%M:%S}",
        "Minutes5DK": f"{local:%Y-%m-%dT%H:%M:%S}",
        "PriceArea": area,
        "CO2Emission": value,
    }
