"""Examples of webhooks and their deliveries, for api/openapi/examples.json."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from api.shapes.webhooks import (
    DeliveriesAnswer,
    DeliveryList,
    DeliveryRow,
    NewWebhook,
    WebhookList,
    WebhookRow,
    WebhooksAnswer,
)
from carbon.webhooks import Delivery, DeliveryState, Subscription, Webhook, WebhookEvent
from tools.problem_examples import NOW

SUBSCRIPTION = Subscription(
    url="https://ci.example.org/hooks/carbon",
    events=(WebhookEvent.CROSSING,),
    zone="CA-QC",
    region="aws:ca-central-1",
    below=35.0,
    hysteresis=5.0,
)
WEBHOOK = Webhook(
    id="wh_5f0c2d9be6a14a7c8f3e1b20",
    tenant="default",
    subscription=SUBSCRIPTION,
    secret="whsec_EXAMPLE-not-a-secret-EXAMPLE-not-a-secret",  # noqa: S106  # nosec B106
    created_at=NOW,
)
TEST = Delivery(
    id="dlv_1d6b2c9e0f3a4b5c6d7e8f90",
    webhook_id=WEBHOOK.id,
    event=WebhookEvent.TEST,
    event_id=None,
    body="{}",
    created_at=NOW,
    since=NOW,
    due_at=NOW,
)
DEAD = replace(
    TEST,
    id="dlv_8a7b6c5d4e3f2a1b0c9d8e7f",
    event=WebhookEvent.CROSSING,
    event_id=1842,
    created_at=NOW - timedelta(days=1, minutes=20),
    state=DeliveryState.DEAD,
    attempts=29,
    attempted_at=NOW - timedelta(minutes=25),
    last_status=503,
    last_error="the receiver answered with 503",
)


def webhook_examples() -> dict[str, Any]:
    """By operation id."""
    question = {"url": SUBSCRIPTION.url, "region": "ca-central-1", "below": 35, "hysteresis": 5}
    row, test, dead = WebhookRow.of(WEBHOOK), DeliveryRow.of(TEST), DeliveryRow.of(DEAD)
    again = DeliveryRow.of(replace(DEAD, state=DeliveryState.PENDING, attempts=0, due_at=NOW))
    return {
        "createWebhook": {"question": question, "answer": NewWebhook.of(WEBHOOK)},
        "listWebhooks": {"answer": WebhooksAnswer.of(WebhookList([row]))},
        "getWebhook": {"answer": row},
        "testWebhook": {"answer": test},
        "listDeliveries": {"answer": DeliveriesAnswer.of(DeliveryList(2, [test, dead]))},
        "replayDelivery": {"answer": again},
    }
