"""A real HTTP server that speaks like Fingrid's open data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

KEY = "fingrid-key-that-nobody-else-has"
STEP = timedelta(minutes=3)


class FakeFingrid(FakeUpstream):
    """direct: gCO2/kWh of the newest three minutes, which ended minutes_ago."""

    prefix = "/api"

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.direct: object = 34.6
        self.minutes_ago = 4

    def good(self, call: Call) -> Answer:
        if call.headers.get("x-api-key") != KEY:
            text = "Access denied due to invalid subscription key."
            return reply({"statusCode": 401, "message": text}, 401)
        if call.path != "datasets/265/data/latest":
            return reply({"message": "Invalid dataset id"}, 404)
        ends_at = self.utc_now().astimezone(UTC) - timedelta(minutes=self.minutes_ago)
        row = {"datasetId": 265, "startTime": _milli(ends_at - STEP), "endTime": _milli(ends_at), "value": self.direct}
        return reply(row)


def _milli(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.000Z"
