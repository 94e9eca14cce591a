"""What is sent to a webhook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import orjson

from api.openapi.enumerations import DeliveredEvent
from api.shapes.parts import Origin, of_intensity
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import CurrentGramsPerKwh, Rounded, Timestamp
from carbon.events import Event, IssuedForecast
from carbon.webhooks import Webhook
from planning.push.fanout import News


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A delivery before it is rendered."""

    webhook: Webhook
    delivery_id: str
    news: News
    event: Event


_of_message = Reading(Message)
_of_forecast = Reading(IssuedForecast)


class ZoneValue(Origin):
    """The carbon intensity of a zone at one moment."""

    carbon_intensity: CurrentGramsPerKwh = of_intensity(read=lambda i: i.gco2e_per_kwh)


class RenewedForecast(Shape):
    """A forecast as it was issued."""

    source: str = _of_forecast("Who made it.")
    starts_at: Timestamp = _of_forecast("Its first full hour.")
    hourly: list[Rounded | None] = _of_forecast(
        "gCO2e/kWh hour by hour; null where unknown.", lambda f: list(f.gco2e_per_kwh)
    )


class WebhookMessage(Shape):
    """The body of a delivery."""

    id: str = _of_message("Id of the delivery: the same at every attempt.", lambda m: m.delivery_id)
    type: DeliveredEvent = _of_message(read=lambda m: m.news.event.value)
    created_at: Timestamp = _of_message("The minute of the event.", lambda m: m.event.at)
    event_id: int = _of_message("Id of the event, as in streams.", lambda m: m.event.id)
    webhook_id: str = _of_message("Id of the webhook.", lambda m: m.webhook.id)
    zone: str = _of_message("The grid zone.", lambda m: m.event.zone)
    region: str | None = _of_message(
        "The region that was subscribed to, or null.", lambda m: m.webhook.subscription.region
    )
    below: float | None = _of_message("The threshold, or null.", lambda m: m.webhook.subscription.below)
    above: float | None = _of_message("The threshold, or null.", lambda m: m.webhook.subscription.above)
    crossing: Literal["entered", "left"] | None = _of_message(
        "Of a crossing: the value is beyond the threshold now (entered), or it has come back (left); otherwise null.",
        lambda m: m.news.crossing,
    )
    current: ZoneValue = _of_message("The value now.", lambda m: m.event.now)
    previous: ZoneValue = _of_message("The value at the look before.", lambda m: m.event.before)
    forecast: RenewedForecast | None = _of_message(
        "The renewed forecast of an event of that type, otherwise null.", lambda m: m.event.change.forecast
    )


def webhook_body(webhook: Webhook, delivery_id: str, news: News, event: Event) -> str:
    """The JSON of a delivery."""
    message = Message(webhook=webhook, delivery_id=delivery_id, news=news, event=event)
    return orjson.dumps(WebhookMessage.of(message)).decode()
