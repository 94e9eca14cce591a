"""Webhooks: who wants to be told of what at which URL, and what became of each delivery."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from carbon.errors import CarbonError, RateLimited

TRIED_FOR = timedelta(days=1)  # from the event, or its replay, until a delivery becomes a dead letter
DELIVERED_FOR = timedelta(days=1)  # how long what was delivered is listed
DEAD_FOR = timedelta(days=7)  # how long a dead letter is listed and can be sent again
TESTED_FOR = timedelta(hours=1)  # how long a test is listed, whatever came of it


class WebhookEvent(StrEnum):
    """What a webhook can be told of; a test is sent on demand only."""

    INTENSITY = "intensity"
    FORECAST = "forecast"
    CROSSING = "crossing"
    BUDGET = "budget"
    TEST = "test"


class DeliveryState(StrEnum):
    """What became of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What somebody asks for.

    zone: None where only budgets are asked for. region: as provider:region, None where the zone itself was named.
    below, above: a threshold in gCO2e/kWh, at most one of them; hysteresis: how far the value must come back before
    the threshold can be crossed again. secret: of the signatures, in clear because it is needed to sign; None: one
    is made.
    """

    url: str
    events: tuple[WebhookEvent, ...]
    zone: str | None = None
    region: str | None = None
    below: float | None = None
    above: float | None = None
    hysteresis: float = 0.0
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A stored subscription, told of events after it was created. secret: of the signatures."""

    id: str
    tenant: str
    subscription: Subscription
    secret: str = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one webhook.

    id: the same at every attempt. event_id: None for a test. body: the JSON that is sent, the same at every attempt.
    since: from when the time for attempts counts: the event, or the last replay. due_at: of the next attempt; once it
    has ended, when it is forgotten. attempts: since then. last_status: of the last reply, None without one; last_error:
    why the last attempt did not count, None if it did.
    """

    id: str
    webhook_id: str
    event: WebhookEvent
    event_id: int | None
    body: str
    created_at: datetime
    since: datetime
    due_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    attempted_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None

    @property
    def is_urgent(self) -> bool:
        """Whether it comes before others of its webhook: somebody waits for a test."""
        return self.event is WebhookEvent.TEST and self.is_pending and self.attempts == 0

    @property
    def is_pending(self) -> bool:
        """Whether it will be tried again."""
        return self.state is DeliveryState.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one attempt came to. status: of the reply, None without one. error: None if the delivery counts.

    retry_after_seconds: as the receiver asks. is_final: trying again is of no use.
    """

    status: int | None
    error: str | None
    retry_after_seconds: float | None = None
    is_final: bool = False


class UnknownWebhook(CarbonError):
    """There is no webhook, or no delivery, of this id for this tenant."""


class TooManyWebhooks(RateLimited):
    """The tenant has as many webhooks, or tests under way, as anybody may have."""


class WebhookConflict(CarbonError):
    """The state of a webhook does not allow this: a key for repeats was used otherwise, or a delivery is pending."""
