"""What a webhook is told of an event."""

from __future__ import annotations

from dataclasses import dataclass

from carbon.events import Event, Threshold
from carbon.webhooks import Subscription, WebhookEvent
from planning.push.crossing import Crossing, crossing


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that a webhook is told. crossing: of its threshold, for an event of that kind."""

    event: WebhookEvent
    crossing: Crossing | None = None


def news(subscription: Subscription, is_crossed: bool | None, event: Event) -> tuple[bool | None, tuple[News, ...]]:
    """The new state of the threshold, and what to tell of an event of the zone.

    is_crossed: the state before; None before the first event, whose value before sets it: a crossing is a change, so
    that a webhook which is created beyond its threshold is told nothing until the value comes back.
    """
    kind = WebhookEvent(event.kind)
    told = [News(event=kind)] if kind in subscription.events else []
    threshold = threshold_of(subscription)
    if threshold is not None and event.kind == "intensity":
        if is_crossed is None:
            is_crossed, _ = crossing(threshold, None, event.before.gco2e_per_kwh)
        is_crossed, crossed = crossing(threshold, is_crossed, event.now.gco2e_per_kwh)
        if crossed is not None:
            told.append(News(event=WebhookEvent.CROSSING, crossing=crossed))
    return is_crossed, tuple(told)


def threshold_of(subscription: Subscription) -> Threshold | None:
    """The threshold of a subscription, if it has one."""
    if subscription.below is not None:
        return Threshold(side="below", gco2e_per_kwh=subscription.below, hysteresis=subscription.hysteresis)
    if subscription.above is not None:
        return Threshold(side="above", gco2e_per_kwh=subscription.above, hysteresis=subscription.hysteresis)
    return None
