"""A decision is its tenant's alone, whichever way it was made."""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep
from typing import Any

from tests.fakes.access import access, record
from tests.fakes.service import service

JOB = {"region": "us-east-1", "duration_hours": 1, "record": True}
PLAN = {
    "jobs": [{"id": "one", "duration_hours": 4, "instance_type": "m7g.large", "home": "aws:us-east-1"}],
    "background": True,
    "record": True,
}


def test_keys_of_a_tenant_see_its_decisions_and_those_of_another_one_do_not(tmp_path: Path) -> None:
    rules = access(record("mine", name="1", tenant="search"), record("other", name="2", tenant="shop"))
    client = service(rules=rules, data_dir=tmp_path).test_client()
    mine, other = {"X-API-Key": "mine"}, {"X-API-Key": "other"}
    name = client.post("/api/v1/schedule", json=JOB, headers=mine).get_json()["decision_id"]
    queued = client.post("/api/v1/plan", json=PLAN, headers=mine).headers["Location"]

    plan = _made(client, queued, mine)

    for decision_id in (name, plan["decision_id"]):
        path = f"/api/v1/decisions/{decision_id}"
        assert client.get(path, headers=mine).status_code == 200
        assert client.get(path, headers=other).status_code == 404
        assert client.delete(path, headers=other).status_code == 404
    totals = [client.get("/api/v1/decisions", headers=key).get_json()["total"] for key in (mine, other)]
    assert totals == [2, 0]


def _made(client: Any, path: str, key: dict[str, str]) -> Any:
    """The plan when it is made, which a thread of this process does."""
    ends = monotonic() + 60
    while (report := client.get(path, headers=key).get_json())["plan"] is None:
        assert monotonic() < ends, report
        sleep(0.05)
    return report["plan"]
