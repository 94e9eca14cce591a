"""A service that keeps answers, and the questions that tests have it keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from api.edge.exchange import service_of
from app import create_app
from engine import Engine
from mapping import CloudMap
from settings import Settings
from tests.fakes.grid import FakeReader, known
from tests.fakes.past import FakePast
from tests.fakes.service import NOW

MAPPING = CloudMap.load()
HOUR = timedelta(hours=1)
TEN = NOW.replace(minute=0, second=0, microsecond=0)
# Of every zone, from 10:00 on: 400 g/kWh, from 12:00 on 100, from 15:00 on 300.
AHEAD = [400.0, 400.0, 100.0, 100.0, 100.0, *[300.0] * 67]
PLACED = {"workload": "general", "priority": "carbon", "region": "us-east-1", "duration_hours": 2}
# 1 kW for an hour, then 3 kW for an hour, both before a PUE of 1.5.
WATTS = [{"hours": 1, "power_w": 1000}, {"hours": 1, "power_w": 3000}]
JOB = {"region": "us-east-1", "phases": WATTS, "pue": 1.5}
PLANNED = {"id": "train", "instance_type": "m7g.large", "duration_hours": 2, "home": "us-east-1"}
PLAN = {"jobs": [{**PLANNED, "regions": ["us-east-1", "eu-north-1"], "deadline": "2026-02-12T06:00:00Z"}]}
QUESTIONS: list[tuple[str, dict[str, Any]]] = [("optimize", PLACED), ("schedule", JOB), ("plan", PLAN)]
Body = dict[str, Any]


class Place:
    """A service over a folder, whose clock, live values and past a test moves."""

    def __init__(self, folder: Path, past: FakePast | None = None, mapping: CloudMap = MAPPING) -> None:
        self.now = NOW
        self.reader = FakeReader(others=known(NOW, AHEAD))
        self.past = past or FakePast({})
        self.engine = Engine(mapping, self.reader, self.past)
        settings = Settings(data_dir=folder, live="off", rate_limit="off")
        self.app = create_app(settings, self.engine, clock=lambda: self.now)
        self.client: FlaskClient = self.app.test_client()
        self.store = service_of(self.app).decisions

    def ask(self, path: str, body: Body, **more: Any) -> Any:
        response = self.client.post(f"/api/v1/{path}", json={**body, "record": True, **more})
        assert response.status_code == 200, response.get_json(force=True)
        return response

    def record(self, path: str, body: Body, **more: Any) -> str:
        decision_id: str = self.ask(path, body, **more).get_json()["decision_id"]
        return decision_id

    def show(self, decision_id: str, query: str = "") -> Any:
        response = self.client.get(f"/api/v1/decisions/{decision_id}{query}")
        assert response.status_code == 200, response.get_json(force=True)
        return response.get_json()["decision"]

    def move_on(self, hours: float, values: Sequence[float]) -> None:
        """Later, with other values of the grid."""
        self.now += hours * HOUR
        self.reader._others = known(self.now, values)
        self.reader.known = f"{hours} hours later"
