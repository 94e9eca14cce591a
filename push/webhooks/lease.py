"""Which process of all workers and machines sends: the one that holds the lease."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex

from pid import has_ended, process_name
from store.webhooks.ledger import Ledger, Place, Write

FOLDER = "sender"
OWNER: Place = (
    FOLDER,
    "owner",
)  # changes only when another process takes the lease: the sender expects it
ENDS = "ends"
LEASE_SECONDS = 20.0
RENEWED_SECONDS = 5.0  # how often the holder renews it


class Lease:
    """The part of one process, for one thread. Methods raise StateUnavailable."""

    def __init__(self, ledger: Ledger, *, has_ended: Callable[[str], bool] = has_ended) -> None:
        """has_ended: whether the process of a name is known to have ended; its lease is free at once."""
        self._ledger = ledger
        self._has_ended = has_ended
        self._own = b""
        self._renewed_at = 0.0

    def hold(self, now: float) -> bytes | None:
        """Take or renew the lease; what the entry OWNER holds meanwhile, or None if another process sends.

        now: seconds of the epoch.
        """
        owner = self._ledger.get(*OWNER)
        if owner is not None and owner == self._own:
            if abs(now - self._renewed_at) >= RENEWED_SECONDS and not self._write(owner, owner, now):
                return None
            return owner
        if owner is not None and not self._is_free(owner, now):
            return None
        own = f"{process_name()}:{token_hex(8)}".encode()
        return own if self._write(own, owner, now) else None

    def release(self) -> None:
        """Let another process take it at once."""
        if self._own:
            self._ledger.commit([Write(*OWNER, None), Write(FOLDER, ENDS, None)], {OWNER: self._own})
            self._own = b""

    def _write(self, own: bytes, before: bytes | None, now: float) -> bool:
        ends = repr(now + LEASE_SECONDS).encode()
        if not self._ledger.commit([Write(*OWNER, own), Write(FOLDER, ENDS, ends)], {OWNER: before}):
            return False
        self._own, self._renewed_at = own, now
        return True

    def _is_free(self, owner: bytes, now: float) -> bool:
        """Whether it has run out, or its holder has ended. One that ends too late was written by a wrong clock."""
        if self._has_ended(owner.decode(errors="replace").rpartition(":")[0]):
            return True
        try:
            ends = float(self._ledger.get(FOLDER, ENDS) or b"0")
        except ValueError:
            return True
        return not now < ends <= now + 2 * LEASE_SECONDS
