"""The signature by which a receiver knows that a delivery is ours, recent and whole."""

from __future__ import annotations

import hashlib
import hmac

HEADER = "X-Carbon-Signature"


def signature(secret: str, at: int, body: bytes) -> str:
    """The value of the header: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`, as Stripe signs."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
