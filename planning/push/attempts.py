"""When a delivery is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from carbon.webhooks import (
    DEAD_FOR,
    DELIVERED_FOR,
    TESTED_FOR,
    TRIED_FOR,
    Delivery,
    DeliveryState,
    Outcome,
    WebhookEvent,
)

FIRST_WAIT_SECONDS = 5.0
FACTOR = 3.0
LONGEST_WAIT_SECONDS = 3600.0  # also for a receiver that asks for more with Retry-After


def wait_seconds(attempts: int, jitter: float, retry_after_seconds: float | None = None) -> float:
    """How long to wait after so many failed attempts: 5 s, 15 s, 45 s, ... up to an hour, half as long or half more.

    jitter: 0 to 1. A receiver that asks for more is given it, up to an hour.
    """
    steps = min(attempts - 1, 12)
    wait = min(FIRST_WAIT_SECONDS * FACTOR**steps, LONGEST_WAIT_SECONDS) * (0.5 + jitter)
    return max(wait, min(retry_after_seconds or 0.0, LONGEST_WAIT_SECONDS))


def after(delivery: Delivery, outcome: Outcome, now: datetime, jitter: float) -> Delivery:
    """The delivery after an attempt that has just ended. jitter: see wait_seconds."""
    tried = replace(
        delivery,
        attempts=delivery.attempts + 1,
        attempted_at=now,
        last_status=outcome.status,
        last_error=outcome.error,
    )
    if outcome.error is None:
        return _ended(tried, DeliveryState.DELIVERED, now)
    wait = timedelta(seconds=wait_seconds(tried.attempts, jitter, outcome.retry_after_seconds))
    if outcome.is_final or now + wait > delivery.since + TRIED_FOR:
        return _ended(tried, DeliveryState.DEAD, now)
    return replace(tried, due_at=now + wait)


def replayed(delivery: Delivery, now: datetime) -> Delivery:
    """A delivery that is sent again from the start, with the same id and body."""
    return replace(delivery, state=DeliveryState.PENDING, attempts=0, since=now, due_at=now)


def _ended(delivery: Delivery, state: DeliveryState, now: datetime) -> Delivery:
    listed = DEAD_FOR if state is DeliveryState.DEAD else DELIVERED_FOR
    if delivery.event is WebhookEvent.TEST:
        listed = TESTED_FOR
    return replace(delivery, state=state, due_at=now + listed)
