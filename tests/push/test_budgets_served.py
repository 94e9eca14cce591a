"""Usage that passes a threshold of a budget reaches a webhook, with all parts as the service puts them together."""

from __future__ import annotations

from pathlib import Path

import orjson
from apiflask import APIFlask

from api.edge.exchange import service_of
from app import create_app
from engine import Engine
from mapping import CloudMap
from push.webhooks.signature import HEADER, signature
from settings import Settings
from tests.fakes.clock import SteppedClock
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings
from tests.fakes.patience import eventually
from tests.fakes.receiver import receiving
from tests.fakes.service import NOW

MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
SECRET = "whsec_of_whoever_pays_the_budget"


def worker(folder: Path, clock: SteppedClock) -> APIFlask:
    """One of several processes over one folder. Each hour of today is at 40 g/kWh."""
    past = FakePast({"CA-QC": [readings(MIDNIGHT, [40.0] * 24)]})
    settings = Settings(data_dir=folder, live="off", rate_limit="off", webhook_allow="127.0.0.1")
    return create_app(settings, Engine(CloudMap.load(), FakeReader(), past), clock=clock.utc_now)


def use(app: APIFlask, usage_id: str, kwh: float) -> None:
    row = {"id": usage_id, "start": MIDNIGHT.isoformat(), "hours": 1, "region": "aws:ca-central-1", "pue": 1.0}
    rows = [{**row, "kwh": kwh, "tags": {"team": "search"}}]
    assert app.test_client().post("/api/v1/usage", json={"rows": rows}).status_code == 200


def test_usage_that_crosses_80_percent_of_a_budget_is_told_once_and_signed(tmp_path: Path) -> None:
    clock = SteppedClock(NOW)
    with receiving() as receiver:
        workers = [worker(tmp_path, clock), worker(tmp_path, clock)]
        client = workers[0].test_client()
        budget = {"tags": {"team": "search"}, "period": "day", "limit_kg": 0.1, "thresholds": [80]}
        assert client.put("/api/v1/budgets/search", json=budget).status_code == 201
        hook = {"url": f"http://127.0.0.1:{receiver.port}/hook", "events": ["budget"], "secret": SECRET}
        assert client.post("/api/v1/webhooks", json=hook).status_code == 201

        def look() -> None:
            clock.advance(11)
            for one in workers:
                service_of(one).webhook_sender.look()
            eventually(lambda: all(service_of(one).webhook_sender.is_idle for one in workers))

        use(workers[0], "first", 1.9)  # 76 g of 100 g
        look()
        assert receiver.received == []

        use(workers[1], "second", 0.2)  # 84 g
        for _ in range(3):
            look()
        service_of(workers[0]).webhook_sender.leave()  # and the other sends from now on
        for _ in range(3):
            look()

        (sent,) = receiver.received
    data = orjson.loads(sent.body)["data"]
    assert (data["event"], data["budget"], data["threshold"]) == ("budget", "search", 80.0)
    assert data["period"]["spent_kg"] == 0.084
    header = sent.headers[HEADER.lower()]
    moment = int(header.partition("t=")[2].partition(",")[0])
    assert header == signature(SECRET, moment, sent.body)
