"""Replicas agree: equal data version, minute and question give equal answers, apart from the request's id."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app import create_app
from engine import Engine
from settings import Settings
from tests.fakes.access import access
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat
from tests.fakes.service import NOW

REGION = {"region": "eu-west-1"}
QUESTIONS = {
    "/api/v1/optimize": {"workload": "training", "priority": "carbon", "duration_hours": 4},
    "/api/v1/calculate": {**REGION, "instance_type": "m5.large", "duration_hours": 3},
    "/api/v1/compare": {"options": [{"region": r, "instance_type": "m5.large"} for r in ("eu-west-1", "eu-north-1")]},
    "/api/v1/schedule": {**REGION, "duration_hours": 4},
    "/api/v1/regions": None,
    "/api/v1/regions/eu-west-1": None,
    "/api/v1/zones/IE": None,
    "/api/v1/instances": None,
    "/api/v1/workloads": None,
    "/v1/by-rank": None,
    "/v1/by-rank?format=csv": None,
    "/v1/by-provider/aws?format=text": None,
    "/v0/schedule/": {
        "windows": [{"start": "2026-02-11T11:00:00Z", "end": "2026-02-11T20:00:00Z"}],
        "duration": "PT1H",
        "zones": [{"provider": "aws", "region": "eu-west-1"}, {"provider": "aws", "region": "eu-north-1"}],
    },
    "/k8s/prioritize": {
        "Nodes": {"items": [{"metadata": {"name": "a"}, "spec": {"providerID": "aws:///eu-west-1a/i"}}]}
    },
    "/keda/aws:eu-west-1?thresholds=100:10,500:5": None,
}


def replica(at: datetime, ireland: float = 310) -> FlaskClient:
    """A service of its own that is asked at a time of its own."""
    reader = FakeReader({"IE": flat(NOW, ireland), "SE-SE3": flat(NOW, 21)})
    app = create_app(Settings(), Engine(cloud_map(), reader), rules=access(), clock=lambda: at)
    return app.test_client()


@pytest.mark.parametrize("path", QUESTIONS)
def test_two_replicas_give_the_same_answer_within_a_minute(path: str) -> None:
    start = NOW.replace(second=0, microsecond=0)
    body, method = QUESTIONS[path], "GET" if QUESTIONS[path] is None else "POST"

    one, other = (
        replica(start + timedelta(seconds=seconds)).open(path, method=method, json=body) for seconds in (0.25, 59.75)
    )

    assert (one.status_code, other.status_code) == (200, 200), one.get_data(as_text=True)
    assert one.headers["X-Data-Version"] == other.headers["X-Data-Version"] != ""
    if path.startswith("/api/v1"):
        answers = [answer.get_json() for answer in (one, other)]
        assert answers[0].pop("request_id") != answers[1].pop("request_id")
        assert answers[0] == answers[1]
        assert answers[0]["data_version"] == one.headers["X-Data-Version"]
    else:
        assert one.data == other.data
