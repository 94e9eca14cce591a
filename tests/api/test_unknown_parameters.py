"""No path drops a parameter that it does not know."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

MACHINE = {"region": "us-east-1", "instance_type": "m7g.large"}
BODIES: dict[str, object] = {
    "optimize": {"workload": "general", "priority": "carbon"},
    "calculate": MACHINE,
    "compare": {"options": [MACHINE]},
    "schedule": {"region": "us-east-1", "duration_hours": 1},
}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/by-rank",
        "/api/v1/regions",
        "/api/v1/regions/us-east-1",
        "/api/v1/zones/DE",
        "/api/v1/instances",
        "/api/v1/workloads",
    ],
)
def test_a_get_with_an_unknown_parameter_is_refused(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}?nonsense=1")

    assert (answer.status_code, answer.get_json()["errors"][0]["parameter"]) == (400, "nonsense")


@pytest.mark.parametrize("name", BODIES)
def test_a_post_with_a_parameter_is_refused(client: FlaskClient, name: str) -> None:
    good = client.post(f"/api/v1/{name}", json=BODIES[name])
    answer = client.post(f"/api/v1/{name}?format=csv&limit=1", json=BODIES[name])

    assert good.status_code == 200
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.get_json()["errors"]] == ["format", "limit"]
