"""Webhooks of a real gunicorn whose workers are killed and which is restarted: each delivery arrives, under one id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.fakes.receiver import Receiver, receiving, status
from tests.faults.client import Question, ask
from tests.faults.server import Gunicorn, wait_until

SETTINGS = {"LIVE": "off", "WEBHOOK_ALLOW": "127.0.0.1"}
WEBHOOKS = "/api/v1/webhooks"


def create(server: Gunicorn, receiver: Receiver) -> str:
    """The path of a new webhook."""
    body = {"url": f"http://127.0.0.1:{receiver.port}/hook", "zone": "DE"}
    answer = ask(server.port, Question(path=WEBHOOKS, body=body))
    assert answer.status == 201, answer
    return f"{WEBHOOKS}/{answer.json()['id']}"


def trigger(server: Gunicorn, webhook: str) -> str:
    """The id of the delivery."""
    answer = ask(server.port, Question(path=f"{webhook}/test", body={}))
    assert answer.status == 202, answer
    return str(answer.json()["id"])


def states(server: Gunicorn, webhook: str) -> dict[str, Any]:
    """The status of each delivery."""
    answer = ask(server.port, f"{webhook}/deliveries")
    return {one["id"]: one["status"] for one in answer.json()["deliveries"]} if answer.status == 200 else {}


def test_each_delivery_arrives_although_all_workers_are_killed_over_and_over(tmp_path: Path) -> None:
    with receiving() as receiver, Gunicorn(tmp_path, SETTINGS) as server:
        webhooks = [create(server, receiver) for _ in range(3)]

        sent = set[str]()
        for _ in range(3):
            ids = {trigger(server, webhook) for webhook in webhooks}
            for worker in server.workers():
                worker.kill()
            wait_until(lambda ids=ids: ids <= set(receiver.deliveries()), "all arrived")  # type: ignore[misc]
            wait_until(lambda: ask(server.port, "/health").status == 200, "workers are back")
            wait_until(
                lambda: all(set(states(server, webhook).values()) == {"delivered"} for webhook in webhooks),
                "all are noted as delivered",
            )
            sent |= ids

        assert set(receiver.deliveries()) == sent


def test_what_waits_when_the_service_stops_is_sent_after_its_restart(tmp_path: Path) -> None:
    with receiving() as receiver:
        receiver.answers = [status(503)]
        with Gunicorn(tmp_path, SETTINGS) as server:
            webhook = create(server, receiver)
            delivery = trigger(server, webhook)
            wait_until(lambda: len(receiver.received) == 1, "it was tried")
        receiver.answers = [status(204)]

        with Gunicorn(tmp_path, SETTINGS) as server:
            wait_until(lambda: states(server, webhook) == {delivery: "delivered"}, "it was sent again")

        assert set(receiver.deliveries()) == {delivery}
