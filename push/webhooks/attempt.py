"""One attempt to send a delivery, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from carbon.webhooks import Delivery, Outcome, Webhook
from outbound.poster import PostFailed, PostReply
from push.webhooks.signature import HEADER, signature

Post = Callable[[str, Mapping[str, str], bytes], PostReply]


def attempt(post: Post, webhook: Webhook, delivery: Delivery, now: datetime) -> Outcome:
    """Send the delivery once. post: raises PostFailed."""
    body = delivery.body.encode()
    headers = {
        "Content-Type": "application/json",
        "X-Carbon-Delivery": delivery.id,
        "X-Carbon-Event": delivery.event.value,
        HEADER: signature(webhook.secret, int(now.timestamp()), body),
    }
    try:
        reply = post(webhook.subscription.url, headers, body)
    except PostFailed as error:
        return Outcome(status=None, error=str(error))
    return _outcome(reply)


def _outcome(reply: PostReply) -> Outcome:
    status, wait = reply.status, reply.retry_after_seconds
    if 200 <= status < 300:
        return Outcome(status=status, error=None)
    if 300 <= status < 400:
        return Outcome(status=status, error=f"the receiver answered with {status}: redirects are not followed")
    if status == HTTPStatus.GONE:
        return Outcome(status=status, error="the receiver answered with 410: it is gone", is_final=True)
    return Outcome(status=status, error=f"the receiver answered with {status}", retry_after_seconds=wait)
