"""A real HTTP server that speaks like Elexon's Insights API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

FIVE_MINUTES = timedelta(minutes=5)
# MW: 400 of gas at 490, 500 of wind at 11, 100 of nuclear at 12 g/kWh; France sends 250, Norway takes 100.
MIX: Mapping[str, float | None] = {
    "CCGT": 400.0, "WIND": 500.0, "NUCLEAR": 100.0, "PS": -50.0, "INTFR": 200.0, "INTELEC": 50.0, "INTNSL": -100.0,
}  # fmt: skip


class FakeElexon(FakeUpstream):
    """mixes: MW by fuel of single steps, counted back from the newest; the others have MIX.

    newest_ends_minutes_ago: how long the newest step has ended, besides the minutes since the last full five.
    """

    prefix = "/bmrs/api/v1"

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.mixes: dict[int, Mapping[str, float | None]] = {}
        self.newest_ends_minutes_ago = 0

    def good(self, call: Call) -> Answer:
        if call.path != "datasets/FUELINST/stream" or "publishDateTimeFrom" not in call.query:
            return reply({"type": "about:blank", "title": "Bad Request", "status": 400, "errors": {}}, 400)
        return reply([row for step in range(24) for row in self.rows(step, self.mixes.get(step, MIX))])

    def rows(
        self, step: int, mix: Mapping[str, float | None], *, published_after_seconds: int = 0
    ) -> list[dict[str, Any]]:
        """The rows of a step, counted back from the newest."""
        now = self.utc_now().astimezone(UTC)
        ends_at = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
        ends_at -= step * FIVE_MINUTES + timedelta(minutes=self.newest_ends_minutes_ago)
        return [
            {
                "dataset": "FUELINST",
                "publishTime": _second(ends_at + timedelta(seconds=published_after_seconds)),
                "startTime": _second(ends_at - FIVE_MINUTES),
                "settlementDate": f"{ends_at:%Y-%m-%d}",
                "settlementPeriod": 19,
                "fuelType": fuel,
                "generation": megawatts,
            }
            for fuel, megawatts in mix.items()
        ]


def _second(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
