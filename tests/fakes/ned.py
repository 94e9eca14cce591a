"""A real HTTP server that speaks like the National Energy Dashboard of the Netherlands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

KEY = "ned-key-that-nobody-else-has"
STEPS = {"4": timedelta(minutes=15), "5": timedelta(hours=1)}
MOST_ROWS, USUAL_ROWS = 200, 144


class FakeNed(FakeUpstream):
    """factor: kg/kWh of the first row, 0.001 more in each later. late_minutes: since the newest current row began.

    wrapped: whether the list is under hydra:member, as for Accept: application/ld+json. nulls: starts without a factor.
    """

    prefix = "/v1"

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.factor = 0.2
        self.late_minutes = 40
        self.wrapped = False
        self.nulls: set[datetime] = set()

    def good(self, call: Call) -> Answer:
        if call.headers.get("x-auth-token") != KEY:
            return reply({"title": "An error occurred", "detail": "Full authentication is required."}, 401)
        if call.path != "utilizations" or (call.query["point"], call.query["type"]) != ("0", "27"):
            return reply({"detail": "unknown"}, 404)
        rows = self.rows(call)[: min(int(call.query.get("itemsPerPage", USUAL_ROWS)), MOST_ROWS)]
        return reply({"@type": "hydra:Collection", "hydra:member": rows} if self.wrapped else rows)

    def rows(self, call: Call) -> list[dict[str, Any]]:
        """The rows of the days in the question; current ones end before now."""
        step, classification = STEPS[call.query["granularity"]], call.query["classification"]
        first, end = (_day(call.query[f"validfrom[{side}]"]) for side in ("after", "strictly_before"))
        if classification == "2":
            end = min(end, self.utc_now().astimezone(UTC) - timedelta(minutes=self.late_minutes) + step)
        count = (end - first) // step
        return [self._row(first + index * step, step, classification, index) for index in range(count)]

    def _row(self, starts_at: datetime, step: timedelta, classification: str, index: int) -> dict[str, Any]:
        return {
            "id": 9_100_000_000 + index,
            "point": "/v1/points/0",
            "type": "/v1/types/27",
            "classification": f"/v1/classifications/{classification}",
            "activity": "/v1/activities/1",
            "volume": 3_210_000,
            "emissionfactor": None if starts_at in self.nulls else round(self.factor + index / 1000, 3),
            "validfrom": starts_at.isoformat(),
            "validto": (starts_at + step).isoformat(),
        }


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
