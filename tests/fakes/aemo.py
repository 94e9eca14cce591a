"""A real HTTP server that speaks like AEMO's reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

MARKET_TIME = timedelta(hours=10)
MIXES: Mapping[str, Mapping[str, float | None]] = {
    "NSW1": {"Black coal": 600.0, "Wind": 300.0, "Solar": 100.0, "Battery": -50.0},
    "QLD1": {"Black coal": 500.0, "Gas": 500.0},
    "SA1": {"Gas": 100.0, "Wind": 300.0, "Liquid Fuel": 0.0},
    "TAS1": {"Hydro": 900.0, "Wind": 100.0},
    "VIC1": {"Brown coal": 700.0, "Wind": 300.0},
}


class FakeAemo(FakeUpstream):
    """mixes: MW by fuel of each state. is_old_shape: a bare list with other names and a time."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.mixes: dict[str, Mapping[str, float | None]] = dict(MIXES)
        self.is_old_shape = False
        self.ends_at: datetime | None = None

    def good(self, call: Call) -> Answer:
        if (call.method, call.path) != ("POST", "report/FUEL") or json.loads(call.body) != {"type": ["CURRENT"]}:
            return reply("<html>Not Found</html>", 404, Content_Type="text/html")
        rows = [
            self._row(state, fuel, megawatts) for state, mix in self.mixes.items() for fuel, megawatts in mix.items()
        ]
        return reply(rows if self.is_old_shape else {"FUEL_CURRENT": rows})

    def _row(self, state: str, fuel: str, megawatts: float | None) -> dict[str, Any]:
        if not self.is_old_shape:
            return {"STATE": state, "FUEL_TYPE": fuel, "SUPPLY": megawatts}
        ends_at = (self.ends_at or self.utc_now()) + MARKET_TIME
        return {
            "REGIONID": state,
            "FUELTYPE": fuel.title(),
            "GEN_MW": megawatts,
            "SETTLEMENTDATE": f"{ends_at:%Y-%m-%dT%H:%M:00}",
        }
