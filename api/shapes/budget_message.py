"""What is sent to a webhook of a threshold that a budget has passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson

from api.shapes.budget_periods import BudgetPeriodAnswer, StateAt
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import Timestamp
from carbon.budgets import Limited
from carbon.webhooks import Webhook, WebhookEvent
from push.webhooks.budget_intake import Passed


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetMessage:
    """A delivery before it is rendered."""

    webhook: Webhook
    delivery_id: str
    passed: Passed
    now: datetime


_of_passed = Reading(BudgetMessage)


class BudgetThreshold(Shape):
    """A threshold that was passed."""

    event: Literal["budget"] = _of_passed("Always so.", lambda _one: WebhookEvent.BUDGET.value)
    timestamp: Timestamp = _of_passed("When this was noticed.", lambda one: one.now)
    budget: str = _of_passed("Name of the budget.", lambda one: one.passed.state.budget.name)
    limit: Limited = _of_passed("Of kgCO2e or of US dollars.", lambda one: one.passed.limited.value)
    threshold: float = _of_passed("Percent of the limit.", lambda one: one.passed.threshold)
    period: BudgetPeriodAnswer = _of_passed.rendered(
        "The period.", lambda one: BudgetPeriodAnswer.of(StateAt(one.passed.state, one.now))
    )


class BudgetDelivery(Shape):
    """The body of a delivery."""

    id: str = _of_passed("Id of the delivery: the same at every attempt.", lambda one: one.delivery_id)
    type: Literal["budget"] = _of_passed("Always so.", lambda _one: WebhookEvent.BUDGET.value)
    created_at: Timestamp = _of_passed("When this was noticed.", lambda one: one.now)
    webhook_id: str = _of_passed("Id of the webhook.", lambda one: one.webhook.id)
    data: BudgetThreshold = _of_passed.rendered("What happened.", BudgetThreshold.of)


def budget_body(webhook: Webhook, delivery_id: str, passed: Passed, now: datetime) -> str:
    """The JSON of a delivery."""
    message = BudgetMessage(webhook=webhook, delivery_id=delivery_id, passed=passed, now=now)
    return orjson.dumps(BudgetDelivery.of(message)).decode()
