"""A real HTTP server that speaks like Open Electricity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

KEY = "openelectricity-key-that-nobody-else-has"
STEP = timedelta(minutes=5)
REGIONS = {"NEM": ("NSW1", "QLD1", "SA1", "TAS1", "VIC1"), "WEM": ("WEM",)}
OFFSETS = {"NEM": timedelta(hours=10), "WEM": timedelta(hours=8)}
# (500 x 820 + 200 x 11 + 300 x 41) / 1000 = (410000 + 2200 + 12300) / 1000 = 424.5
MIX = {"coal_black": 500.0, "wind": 200.0, "solar_rooftop": 300.0}


class FakeOpenElectricity(FakeUpstream):
    """mixes: MW by region and steps before the newest; MIX where there is none. naive: times without an offset.

    newest_began: minutes ago. steps: how many. column: the name of the region's column.
    """

    prefix = "/v4"

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.mixes: dict[tuple[str, int], Mapping[str, float | None]] = {}
        self.newest_began = 15
        self.steps = 12
        self.column = "network_region"
        self.naive = False

    def good(self, call: Call) -> Answer:
        if call.headers.get("authorization") != f"Bearer {KEY}":
            return reply({"detail": "Not authenticated"}, 401)
        network = call.path.rpartition("/")[2]
        if network not in REGIONS or (call.query["metrics"], call.query["interval"]) != ("power", "5m"):
            return reply({"detail": [{"loc": ["query", "metrics"], "msg": "field required"}]}, 422)
        if "+" in call.query["date_start"] or call.query["date_start"].endswith("Z"):
            return reply({"detail": "date_start must be naive"}, 400)
        return reply(self.body(network))

    def body(self, network: str) -> dict[str, Any]:
        """All regions and technologies of the network."""
        results = [row for region in REGIONS[network] for row in self._rows(network, region)]
        table = {"network_code": network, "metric": "power", "unit": "MW", "interval": "5m", "results": results}
        return {"version": "4.4.0", "success": True, "error": None, "data": [table]}

    def _rows(self, network: str, region: str) -> list[dict[str, Any]]:
        mixes = [self.mixes.get((region, step), MIX) for step in range(self.steps)]
        technologies = dict.fromkeys(name for mix in mixes for name in mix)
        return [
            {
                "name": f"power_{region}|{name}",
                "columns": {self.column: region, "fueltech": name},
                "data": [[self._time(network, step), mixes[step].get(name)] for step in reversed(range(self.steps))],
            }
            for name in technologies
        ]

    def _time(self, network: str, step: int) -> str:
        newest = self.utc_now().astimezone(UTC) - timedelta(minutes=self.newest_began)
        local: datetime = newest - step * STEP + OFFSETS[network]
        offset = "" if self.naive else f"+{OFFSETS[network].seconds // 3600:02}:00"
        return f"{local:%Y-%m-%dT%H:%M:%S}{offset}"
