"""A real HTTP server that speaks like EIA's open data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

KEY = "eia-key-that-nobody-else-has"
PATH, TRADE_PATH = "electricity/rto/fuel-type-data/data", "electricity/rto/interchange-data/data"
# MWh by fuel. 820 + 490 + 12 + 11 a MWh: (100 x 820 + 100 x 490 + 50 x 12 + 150 x 11) / 400 = 333.125
MIX = {"COL": 100.0, "NG": 100.0, "NUC": 50.0, "WND": 150.0}


class FakeEia(FakeUpstream):
    """mixes: by area and hours before the newest hour, MWh by fuel; an area without one has MIX in each hour.

    newest_ends_hours_ago: how long the newest hour has ended. hours: of data. page_rows: rows of a page at most.
    as_texts: whether numbers are sent as text, as EIA does at times. trade: MWh that an area sends to another in each
    hour. late_trade: pairs without a row in the newest hour.
    """

    prefix = "/v2"

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.mixes: dict[tuple[str, int], Mapping[str, float | None]] = {}
        self.areas_without_rows: set[str] = set()
        self.newest_ends_hours_ago = 2
        self.hours = 26
        self.page_rows = 5000
        self.as_texts = False
        self.trade: dict[tuple[str, str], float | None] = {}
        self.late_trade: set[tuple[str, str]] = set()

    def good(self, call: Call) -> Answer:
        if call.query.get("api_key") != KEY:
            return reply({"error": {"code": "API_KEY_INVALID", "message": "An invalid api_key was supplied."}}, 403)
        if (
            call.path not in (PATH, TRADE_PATH)
            or call.query.get("data[0]") != "value"
            or call.query.get("frequency") != "hourly"
        ):
            return reply({"error": "Invalid data or frequency", "code": 400}, 400)
        start = datetime.strptime(call.query["start"], "%Y-%m-%dT%H").replace(tzinfo=UTC)
        if call.path == PATH:
            rows = self.rows(call.each("facets[respondent][]"))
        else:
            rows = self.trade_rows(call.each("facets[fromba][]"))
        rows = [row for row in rows if row["period"] >= f"{start:%Y-%m-%dT%H}"]
        offset, length = int(call.query["offset"]), min(int(call.query["length"]), self.page_rows)
        total: Any = str(len(rows)) if self.as_texts else len(rows)
        return reply({"response": {"total": total, "data": rows[offset : offset + length]}, "apiVersion": "2.1.10"})

    def trade_rows(self, areas: tuple[str, ...]) -> list[dict[str, Any]]:
        """What these areas send to others, the newest hour first."""
        return [
            {"period": self._period(hour), "fromba": area, "toba": other, "value": self._text(value)}
            for hour in range(self.hours)
            for (area, other), value in self.trade.items()
            if area in areas and not (hour == 0 and (area, other) in self.late_trade)
        ]

    def _period(self, hour: int) -> str:
        """The end of an hour, counted back from the newest."""
        newest = self.utc_now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return f"{newest - timedelta(hours=self.newest_ends_hours_ago + hour):%Y-%m-%dT%H}"

    def _text(self, value: float | None) -> str | float | None:
        return str(value) if self.as_texts and value is not None else value

    def rows(self, areas: tuple[str, ...]) -> list[dict[str, Any]]:
        """All rows of these areas, the newest hour first."""
        return [
            {
                "period": self._period(hour),
                "respondent": area,
                "respondent-name": f"Area {area}",
                "fueltype": fuel,
                "type-name": fuel.title(),
                "value": self._text(value),
                "value-units": "megawatthours",
            }
            for hour in range(self.hours)
            for area in areas
            if area not in self.areas_without_rows
            for fuel, value in self.mixes.get((area, hour), MIX).items()
        ]
