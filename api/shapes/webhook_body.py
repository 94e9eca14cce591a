"""What is sent to a webhook."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from api.openapi.enumerations import DeliveredEvent
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.stream import StreamEvent, Told, ToldCrossing
from api.shapes.types import Timestamp
from carbon.events import Event
from carbon.webhooks import Webhook, WebhookEvent
from planning.push.fanout import News, threshold_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A delivery before it is rendered."""

    webhook: Webhook
    delivery_id: str
    news: News
    event: Event


_of = Reading(Message)


class WebhookMessage(Shape):
    """The body of a delivery."""

    id: str = _of("Id of the delivery: the same at every attempt.", lambda m: m.delivery_id)
    type: DeliveredEvent = _of(read=lambda m: m.news.event.value)
    created_at: Timestamp = _of("The minute of the event.", lambda m: m.event.at)
    webhook_id: str = _of("Id of the webhook.", lambda m: m.webhook.id)
    data: StreamEvent | None = _of.rendered(
        "The event as a stream tells it; null for a test.", lambda m: StreamEvent.of(_told(m))
    )


def webhook_body(webhook: Webhook, delivery_id: str, news: News, event: Event) -> str:
    """The JSON of a delivery."""
    message = Message(webhook=webhook, delivery_id=delivery_id, news=news, event=event)
    return orjson.dumps(WebhookMessage.of(message)).decode()


def _told(message: Message) -> Told:
    event, news, subscription = message.event, message.news, message.webhook.subscription
    threshold, crossing = threshold_of(subscription), None
    if news.crossing is not None and threshold is not None:
        crossing = ToldCrossing(threshold=threshold, state=news.crossing)
    return Told(
        event=news.event.value,
        id=str(event.id) if crossing is None else f"{event.id}.1",
        at=event.at,
        zone=event.zone,
        regions=() if subscription.region is None else (subscription.region,),
        now=event.now,
        before=event.before if news.event is WebhookEvent.INTENSITY else None,
        forecast=event.change.forecast if news.event is WebhookEvent.FORECAST else None,
        crossing=crossing,
    )
