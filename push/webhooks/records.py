"""Webhooks and deliveries as entries of the ledger."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache

import orjson

from carbon.webhooks import Delivery, DeliveryState, Subscription, Webhook, WebhookEvent
from store.webhooks.ledger import Ledger, Write

log = logging.getLogger(__name__)

WEBHOOKS = "webhooks"
DELIVERIES = "deliveries/"  # and the id of the webhook
STATES = "states"  # by webhook: on which side of its threshold the last value was
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)


def deliveries_of(webhook_id: str) -> str:
    """The folder of a webhook's deliveries."""
    return f"{DELIVERIES}{webhook_id}"


def webhook_write(webhook: Webhook) -> Write:
    """The entry of a webhook."""
    return Write(WEBHOOKS, webhook.id, orjson.dumps(webhook))


def delivery_write(delivery: Delivery) -> Write:
    """The entry of a delivery, due at its next attempt or when it is forgotten."""
    due_at = 0.0 if delivery.is_urgent else delivery.due_at.timestamp()
    return Write(deliveries_of(delivery.webhook_id), delivery.id, orjson.dumps(delivery), due_at)


@lru_cache(maxsize=4096)
def webhook_of(raw: bytes | None) -> Webhook | None:
    """The webhook of an entry; None if there is none that this release can read."""
    try:
        fields = orjson.loads(raw or b"null")
        if fields is None:
            return None
        given = fields["subscription"]
        events = tuple(map(WebhookEvent, given["events"]))
        subscription = Subscription(**{**given, "events": events})
        return Webhook(**{**fields, "subscription": subscription, "created_at": _time(fields["created_at"])})
    except _UNREADABLE:
        log.warning("a stored webhook cannot be read, and is left out")
        return None


def delivery_of(raw: bytes | None) -> Delivery | None:
    """The delivery of an entry; None if there is none that this release can read."""
    try:
        fields = orjson.loads(raw or b"null")
        if fields is None:
            return None
        times = {name: _time(fields[name]) for name in ("created_at", "since", "due_at")}
        attempted_at = None if fields["attempted_at"] is None else _time(fields["attempted_at"])
        kinds = {"event": WebhookEvent(fields["event"]), "state": DeliveryState(fields["state"])}
        return Delivery(**{**fields, **times, **kinds, "attempted_at": attempted_at})
    except _UNREADABLE:
        log.warning("a stored delivery of a webhook cannot be read, and is left out")
        return None


def webhooks(ledger: Ledger) -> Mapping[str, Webhook]:
    """All webhooks by id."""
    return {webhook.id: webhook for webhook in map(webhook_of, ledger.folder(WEBHOOKS).values()) if webhook}


def deliveries(ledger: Ledger, webhook_id: str) -> Iterator[Delivery]:
    """All deliveries of a webhook, in no order."""
    return filter(None, map(delivery_of, ledger.folder(deliveries_of(webhook_id)).values()))


def _time(text: object) -> datetime:
    time = datetime.fromisoformat(str(text))
    if time.tzinfo is None:
        raise ValueError("a time without an offset")
    return time
