"""The answers about webhooks and their deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.openapi.enumerations import DeliveredEvent, SubscribedEvent
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import Timestamp
from carbon.webhooks import Delivery, DeliveryState, Webhook

FOLDER = "/api/v1/webhooks"


def url_of(webhook: Webhook) -> str:
    """Where the webhook is read and removed."""
    return f"{FOLDER}/{webhook.id}"


@dataclass(frozen=True, slots=True)
class WebhookList:
    """The webhooks of a tenant, rendered."""

    webhooks: Sequence[object]


@dataclass(frozen=True, slots=True)
class DeliveryList:
    """Deliveries, rendered. total: of those that the request asks for."""

    total: int
    deliveries: Sequence[object]


_of_webhook = Reading(Webhook)
_of_delivery = Reading(Delivery)
_of_list = Reading(WebhookList)
_of_deliveries = Reading(DeliveryList)


class WebhookRow(Shape):
    """A webhook, without its secret."""

    id: str = _of_webhook("Id of the webhook.", examples=["wh_5f0c2d9be6a14a7c8f3e1b20"])
    url: str = _of_webhook("Where events are sent.", lambda one: one.subscription.url)
    events: list[SubscribedEvent] = _of_webhook("What is sent.", lambda one: [e.value for e in one.subscription.events])
    zone: str | None = _of_webhook(
        "The grid zone whose events are sent; null if only budgets are told of.", lambda one: one.subscription.zone
    )
    region: str | None = _of_webhook(
        "As provider:region; null if the zone itself was named, or neither.", lambda one: one.subscription.region
    )
    below: float | None = _of_webhook("Threshold in gCO2e/kWh, or null.", lambda one: one.subscription.below)
    above: float | None = _of_webhook("Threshold in gCO2e/kWh, or null.", lambda one: one.subscription.above)
    hysteresis: float = _of_webhook("gCO2e/kWh.", lambda one: one.subscription.hysteresis)
    created_at: Timestamp = _of_webhook("When it was created; earlier events are not sent.")


class NewWebhook(WebhookRow):
    """A webhook as it was created: the only answer with its secret."""

    secret: str = _of_webhook("Signs what is sent; it is not shown again.", examples=["whsec_..."])


class WebhooksAnswer(Shape):
    """The webhooks of the caller's tenant, the oldest first."""

    webhooks: list[WebhookRow] = _of_list.rendered("The webhooks.")


class DeliveryRow(Shape):
    """One event on its way to a webhook."""

    id: str = _of_delivery("Id of the delivery, in the header X-Carbon-Delivery of each attempt.")
    event: DeliveredEvent = _of_delivery("What is sent.", lambda one: one.event.value)
    event_id: int | None = _of_delivery("Id of the event, as in streams; null for a test and a budget.")
    status: DeliveryState = _of_delivery(
        "pending: it is tried again until a day after created_at or its replay; delivered: the receiver answered with "
        "a 2xx; dead: it was given up.",
        lambda one: one.state.value,
    )
    attempts: int = _of_delivery("Attempts so far, since the last replay.", ge=0)
    created_at: Timestamp = _of_delivery("When the event happened.")
    next_attempt_at: Timestamp | None = _of_delivery(
        "When it is tried again; null once it has ended.", lambda one: one.due_at if one.is_pending else None
    )
    attempted_at: Timestamp | None = _of_delivery("When it was last tried; null before the first attempt.")
    last_status: int | None = _of_delivery("HTTP status of the last reply; null without one.")
    last_error: str | None = _of_delivery("Why the last attempt did not count, as a sentence; null if it did.")


class DeliveriesAnswer(Shape):
    """Deliveries of a webhook, the newest first: delivered ones for a day, dead letters for a week."""

    total: int = _of_deliveries("Deliveries of that status; those beyond limit are left out.", ge=0)
    deliveries: list[DeliveryRow] = _of_deliveries.rendered("The deliveries.")
