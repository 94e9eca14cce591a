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


# MW from the first state of the name to the second: Queensland sends 400 to New South Wales, and Victoria 100.
FLOWS: Mapping[str, float | None] = {
    "N-Q-MNSP1": -100.0, "NSW1-QLD1": -300.0, "VIC1-NSW1": 100.0, "V-SA": -40.0, "V-S-MNSP1": 40.0, "T-V-MNSP1": 0.0,
}  # fmt: skip


class FakeAemo(FakeUpstream):
    """mixes: MW by fuel of each state. is_old_shape: a bare list with other names and a time.

    flows: MW by interconnector; None: the summary is missing. flows_end: of their five minutes; None: now.
    """

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.mixes: dict[str, Mapping[str, float | None]] = dict(MIXES)
        self.is_old_shape = False
        self.ends_at: datetime | None = None
        self.flows: Mapping[str, float | None] | None = None
        self.flows_end: datetime | None = None

    def good(self, call: Call) -> Answer:
        if (call.method, call.path) == ("GET", "report/ELEC_NEM_SUMMARY") and self.flows is not None:
            return reply(self.summary(self.flows))
        if (call.method, call.path) != ("POST", "report/FUEL") or json.loads(call.body) != {"type": ["CURRENT"]}:
            return reply("<html>Not Found</html>", 404, Content_Type="text/html")
        rows = [
            self._row(state, fuel, megawatts) for state, mix in self.mixes.items() for fuel, megawatts in mix.items()
        ]
        return reply(rows if self.is_old_shape else {"FUEL_CURRENT": rows})

    def summary(self, flows: Mapping[str, float | None]) -> dict[str, Any]:
        """The market of each state; the flows are a list in a text."""
        ends_at = (self.flows_end or self.utc_now()) + MARKET_TIME
        lines = [
            {"name": name, "value": value, "exportlimit": 1.0, "importlimit": -1.0} for name, value in flows.items()
        ]
        rows = [
            {
                "SETTLEMENTDATE": f"{ends_at:%Y-%m-%dT%H:%M:00}",
                "REGIONID": state,
                "NETINTERCHANGE": 0.0,
                "INTERCONNECTORFLOWS": json.dumps([line for line in lines if state[:1] in str(line["name"])]),
            }
            for state in self.mixes
        ]
        return {"ELEC_NEM_SUMMARY": rows, "ELEC_NEM_SUMMARY_PRICES": [], "ELEC_NEM_SUMMARY_MARKET_NOTICE": []}

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
