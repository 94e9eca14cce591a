"""Rules of access in memory: keys without a file, windows by a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime

from api.edge.access import Access
from carbon.roles import TENANT, Role
from store.keys.ring import KeyRing
from store.keys.table import KeyRecord, digest_of
from store.limits.rate_limit import OFF, in_memory
from tests.fakes.clock import SteppedClock

CREATED = datetime(2026, 2, 1, tzinfo=UTC)


def record(
    key: str,
    *,
    name: str = "ci",
    rate: str | None = None,
    revoked: bool = False,
    role: Role = Role.ADMIN,
    tenant: str = TENANT,
) -> KeyRecord:
    """What is kept of a key; its id is its name."""
    return KeyRecord(
        id=name,
        name=name,
        sha256=digest_of(key),
        created_at=CREATED,
        revoked_at=CREATED if revoked else None,
        rate=rate,
        role=role,
        tenant=tenant,
    )


def access(*records: KeyRecord, rate: str = OFF, clock: SteppedClock | None = None) -> Access:
    """The rules with these keys; without any the service is open."""
    monotonic = (clock or SteppedClock(CREATED)).monotonic
    return Access(keys=KeyRing(lambda: records, monotonic=monotonic), limiter=in_memory(monotonic=monotonic), rate=rate)
