"""Webhooks as their owners manage them: created, listed, tested, sent again and removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from secrets import token_hex, token_urlsafe

import orjson

from carbon.webhooks import (
    Delivery,
    DeliveryState,
    Subscription,
    TooManyWebhooks,
    UnknownWebhook,
    Webhook,
    WebhookConflict,
    WebhookEvent,
)
from planning.push.attempts import replayed
from push.webhooks import records
from push.webhooks.records import WEBHOOKS, deliveries_of, delivery_write, webhook_write
from store.webhooks.ledger import Ledger, Write

SECRET_PREFIX = "whsec_"  # noqa: S105  # nosec B105 - lets people and secret scanners recognise it
SECRET_BYTES = 32
SAME_REQUEST = timedelta(days=1)  # how long a repeated request gets the webhook, and its secret, again
RETRY_SECONDS = 60


class WebhookDesk:
    """The webhooks of all tenants in a ledger. A tenant sees its own alone.

    Every method raises StateUnavailable when the ledger cannot be used.
    """

    def __init__(
        self, ledger: Ledger, *, most: int, utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """most: webhooks that a tenant may have."""
        self.ledger = ledger
        self._most = most
        self._utc_now = utc_now

    def create(self, tenant: str, subscription: Subscription, idempotency_key: str | None = None) -> Webhook:
        """A new webhook, or the one that the same request has made before.

        Raises TooManyWebhooks; WebhookConflict if the key was used for another body, or more than a day ago.
        """
        webhook_id = _id_of(tenant, idempotency_key)
        before = self._stored(webhook_id)
        if before is not None:
            return self._same(before, subscription)
        if len(self.webhooks(tenant)) >= self._most:
            raise self._too_many()
        webhook = Webhook(
            id=webhook_id,
            tenant=tenant,
            subscription=subscription,
            secret=subscription.secret or SECRET_PREFIX + token_urlsafe(SECRET_BYTES),
            created_at=self._utc_now(),
        )
        if not self.ledger.commit([webhook_write(webhook)], {(WEBHOOKS, webhook_id): None}):
            return self.create(tenant, subscription, idempotency_key)  # the same request was faster
        if len(self.webhooks(tenant)) > self._most:  # others were created meanwhile, and may be refused too
            self.ledger.commit([Write(WEBHOOKS, webhook_id, None)])
            raise self._too_many()
        return webhook

    def _too_many(self) -> TooManyWebhooks:
        detail = f"at most {self._most} webhooks are stored: remove one with DELETE before you create another"
        if self._most == 0:
            detail = "this service has no webhooks (WEBHOOKS=0): ask its operator for them"
        return TooManyWebhooks(detail, retry_after_seconds=RETRY_SECONDS)

    def webhooks(self, tenant: str) -> Sequence[Webhook]:
        """The webhooks of a tenant, the oldest first."""
        own = (one for one in records.webhooks(self.ledger).values() if one.tenant == tenant)
        return sorted(own, key=lambda one: (one.created_at, one.id))

    def count(self) -> int:
        """How many webhooks are stored, of all tenants."""
        return self.ledger.count(WEBHOOKS)

    def webhook(self, tenant: str, webhook_id: str) -> Webhook:
        """Raises UnknownWebhook."""
        webhook = self._stored(webhook_id)
        if webhook is None or webhook.tenant != tenant:
            raise UnknownWebhook("there is no webhook of this id: GET /api/v1/webhooks lists yours")
        return webhook

    def remove(self, tenant: str, webhook_id: str) -> None:
        """Remove a webhook with all its deliveries, those that wait included. Raises UnknownWebhook."""
        self.webhook(tenant, webhook_id)
        self.ledger.commit([Write(WEBHOOKS, webhook_id, None), Write(records.STATES, webhook_id, None)])
        self.ledger.remove_folder(deliveries_of(webhook_id))

    def deliveries(self, tenant: str, webhook_id: str) -> Sequence[Delivery]:
        """What was sent or waits, the newest first. Raises UnknownWebhook."""
        self.webhook(tenant, webhook_id)
        stored = records.deliveries(self.ledger, webhook_id)
        return sorted(stored, key=lambda one: (one.created_at, one.event_id or 0, one.id), reverse=True)

    def test(self, tenant: str, webhook_id: str) -> Delivery:
        """Have an event sent that says it is a test. Raises UnknownWebhook, TooManyWebhooks while another one waits."""
        webhook, now = self.webhook(tenant, webhook_id), self._utc_now()
        stored = records.deliveries(self.ledger, webhook_id)
        if any(one.event is WebhookEvent.TEST and one.is_pending for one in stored):
            detail = "a test of this webhook is under way: see its deliveries, and send another one when it has ended"
            raise TooManyWebhooks(detail, retry_after_seconds=RETRY_SECONDS)
        delivery_id = f"dlv_{token_hex(12)}"
        delivery = Delivery(
            id=delivery_id,
            webhook_id=webhook_id,
            event=WebhookEvent.TEST,
            event_id=None,
            body=test_body(webhook, delivery_id, now),
            created_at=now,
            since=now,
            due_at=now,
        )
        self.ledger.commit([delivery_write(delivery)])
        return delivery

    def replay(self, tenant: str, webhook_id: str, delivery_id: str) -> Delivery:
        """Have a delivery that has ended sent again, for another day. Raises UnknownWebhook, WebhookConflict."""
        self.webhook(tenant, webhook_id)
        place = (deliveries_of(webhook_id), delivery_id)
        raw = self.ledger.get(*place)
        delivery = records.delivery_of(raw)
        if delivery is None:
            raise UnknownWebhook("the webhook has no delivery of this id, or it is forgotten: list its deliveries")
        if delivery.state is DeliveryState.PENDING:
            detail = "the delivery is pending and is tried again by itself: wait until it is delivered or dead"
            raise WebhookConflict(detail)
        again = replayed(delivery, self._utc_now())
        if not self.ledger.commit([delivery_write(again)], {place: raw}):
            return self.replay(tenant, webhook_id, delivery_id)
        return again

    def _stored(self, webhook_id: str) -> Webhook | None:
        return records.webhook_of(self.ledger.get(WEBHOOKS, webhook_id))

    def _same(self, webhook: Webhook, subscription: Subscription) -> Webhook:
        if webhook.subscription != subscription:
            raise WebhookConflict("this Idempotency-Key was sent with another body: use a new key for a new webhook")
        if self._utc_now() - webhook.created_at > SAME_REQUEST:
            raise WebhookConflict("this Idempotency-Key was used more than a day ago: use a new one")
        return webhook


def _id_of(tenant: str, idempotency_key: str | None) -> str:
    """The id of a new webhook: of the same key always the same, so that a repeated request makes no second one."""
    if idempotency_key is None:
        return f"wh_{token_hex(12)}"
    name = "\0".join((tenant, idempotency_key))
    return f"wh_{blake2b(name.encode(), digest_size=12).hexdigest()}"


def test_body(webhook: Webhook, delivery_id: str, now: datetime) -> str:
    """The JSON of a test."""
    body = {
        "id": delivery_id,
        "type": WebhookEvent.TEST.value,
        "created_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "webhook_id": webhook.id,
        "data": None,
    }
    return orjson.dumps(body).decode()
