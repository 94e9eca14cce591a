"""Thresholds of budgets become deliveries: each once a period, to webhooks of the budget's tenant alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from api.shapes.budget_message import budget_body
from carbon.budgets import Budget, BudgetPeriod, BudgetState, Reserved, Spent
from carbon.errors import StateUnavailable
from carbon.webhooks import Subscription, Webhook, WebhookEvent
from planning.ledger.budgets import span_of
from push.webhooks.budget_intake import BudgetIntake
from push.webhooks.lease import OWNER
from push.webhooks.records import deliveries
from store.webhooks.file_ledger import FileLedger
from store.webhooks.ledger import Write

NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)
ME = b"me"
BUDGET = Budget(name="search", period=BudgetPeriod.MONTH, limit_kg=1.0)


def webhook(name: str, tenant: str = "a", event: WebhookEvent = WebhookEvent.BUDGET) -> Webhook:
    subscription = Subscription(url="https://example.org/", events=(event,))
    return Webhook(id=name, tenant=tenant, subscription=subscription, secret="s" * 24, created_at=NOON)


class Place:
    """An intake over a file, and the states that it sees, by tenant."""

    def __init__(self, folder: Path) -> None:
        self.ledger = FileLedger(folder)
        self.ledger.commit([Write(*OWNER, ME)])
        self.states: dict[str, Sequence[BudgetState]] = {}
        self.now = NOON
        self.webhooks = {"one": webhook("one")}
        self.intake = self.new_intake()

    def new_intake(self) -> BudgetIntake:
        return BudgetIntake(self.ledger, lambda tenant, _now: self.states.get(tenant, ()), budget_body)

    def spend(self, grams: float, reserved_g: float = 0.0, budget: Budget = BUDGET, tenant: str = "a") -> None:
        spent, reserved = Spent(operational_g=grams), Reserved(operational_ug=round(reserved_g * 1e6))
        self.states[tenant] = [
            BudgetState(budget=budget, span=span_of(budget, self.now), spent=spent, reserved=reserved)
        ]
        self.look()

    def look(self, owner: bytes = ME) -> None:
        self.now += timedelta(seconds=11)
        self.intake.take(self.webhooks, owner, self.now)

    def told(self, name: str = "one") -> list[float]:
        sent = sorted(deliveries(self.ledger, name), key=lambda one: one.created_at)
        return [orjson.loads(one.body)["data"]["threshold"] for one in sent]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_threshold_is_told_once_a_period_of_what_is_spent_and_reserved(place: Place) -> None:
    for grams, reserved in ((400.0, 50.0), (400.0, 100.0), (600.0, 0.0), (300.0, 0.0), (700.0, 0.0), (750.0, 60.0)):
        place.spend(grams, reserved)

    assert place.told() == [50.0, 80.0]


def test_of_several_thresholds_at_once_the_highest_is_told(place: Place) -> None:
    place.spend(1200.0)

    (sent,) = deliveries(place.ledger, "one")
    body = orjson.loads(sent.body)
    assert (sent.event, body["type"], body["webhook_id"]) == (WebhookEvent.BUDGET, "budget", "one")
    data = body["data"]
    assert (data["budget"], data["limit"], data["threshold"]) == ("search", "kg", 100.0)
    assert (data["period"]["spent_kg"], data["period"]["left_kg"], data["period"]["exceeded"]) == (1.2, -0.2, True)


def test_the_next_period_and_another_limit_begin_anew(place: Place) -> None:
    place.spend(600.0)
    place.spend(1100.0, budget=replace(BUDGET, limit_kg=2.0))
    place.now += timedelta(days=20)
    place.spend(900.0, budget=replace(BUDGET, limit_kg=2.0))
    place.spend(1000.0, budget=replace(BUDGET, limit_kg=2.0))

    assert place.told() == [50.0, 50.0, 50.0]


def test_another_process_tells_nothing_twice_and_one_without_the_lease_nothing(place: Place) -> None:
    place.spend(300.0)
    place.states["a"] = [replace(place.states["a"][0], spent=Spent(operational_g=600.0))]
    place.look(owner=b"another")
    assert place.told() == []

    for _ in range(2):
        place.intake = place.new_intake()
        place.look()
    assert place.told() == [50.0]


def test_a_database_that_fails_stops_no_other_delivery(place: Place) -> None:
    def fail(_tenant: str, _now: datetime) -> Sequence[BudgetState]:
        raise StateUnavailable("the history")

    place.intake = BudgetIntake(place.ledger, fail, budget_body)
    place.look()

    place.intake = place.new_intake()
    place.spend(600.0)
    assert place.told() == [50.0]


def test_only_webhooks_of_the_tenant_that_ask_for_budgets_are_told(place: Place) -> None:
    place.webhooks |= {"other": webhook("other", "b"), "zone": webhook("zone", event=WebhookEvent.INTENSITY)}

    place.spend(600.0)

    assert (place.told("one"), place.told("other"), place.told("zone")) == ([50.0], [], [])
