"""The ledger of several machines: in Redis, with a copy in a file of each machine, since Redis may restart empty."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from secrets import token_hex

from carbon.errors import StateUnavailable
from store.webhooks.file_ledger import FileLedger
from store.webhooks.ledger import Due, Ledger, Place, Write

log = logging.getLogger(__name__)

EPOCH: Place = ("copy", "epoch")  # a random name of the content of Redis, new after it was lost
PASSING = "sender"  # a folder of which nothing but the cursor outlives Redis
CURSOR = "cursor"
FOLLOWED_SECONDS = 60.0
LATE_SECONDS = 600.0  # an entry of the copy that was due so long ago may have changed on another machine
MOST_ROUNDS = 20


class CopiedLedger:
    """A Ledger in Redis. Every write of this machine goes into its copy too.

    An empty Redis gets what the copies of all machines hold. What was removed on another machine leaves this copy
    within a minute; until then a Redis that is lost may bring it back. While Redis does not answer, nothing is read or
    written.
    """

    def __init__(self, shared: Ledger, copy: FileLedger, *, folders: Sequence[str]) -> None:
        """folders: those in which this machine follows all writes of the others."""
        self._shared = shared
        self._copy = copy
        self._folders = folders
        self._followed_at = 0.0

    def get(self, folder: str, name: str) -> bytes | None:
        """See Ledger."""
        return self._shared.get(folder, name)

    def folder(self, folder: str) -> Mapping[str, bytes]:
        """See Ledger."""
        return self._shared.folder(folder)

    def count(self, folder: str) -> int:
        """See Ledger."""
        return self._shared.count(folder)

    def first_due(self, now: float, most: int) -> Sequence[Due]:
        """See Ledger."""
        return self._shared.first_due(now, most)

    def commit(self, writes: Sequence[Write], expected: Mapping[Place, bytes | None] | None = None) -> bool:
        """See Ledger."""
        if not self._shared.commit(writes, expected):
            return False
        kept = [one for one in writes if _outlives(one.folder, one.name)]
        if kept:
            with suppress(StateUnavailable):  # Redis has it
                self._copy.commit(kept)
        return True

    def remove_folder(self, folder: str) -> None:
        """See Ledger."""
        self._shared.remove_folder(folder)
        with suppress(StateUnavailable):
            self._copy.remove_folder(folder)

    def tend(self) -> None:
        """See Ledger."""
        epoch = self._shared.get(*EPOCH)
        if epoch is None:
            epoch = token_hex(8).encode()
            if not self._shared.commit([Write(*EPOCH, epoch)], {EPOCH: None}):
                return  # another process has named it: see the next time
        with suppress(StateUnavailable):  # a copy that cannot be used stops nothing
            self._tend_copy(epoch)

    def _tend_copy(self, epoch: bytes) -> None:
        if self._copy.get(*EPOCH) != epoch:
            self._restore(epoch)
        elif not 0 <= time.monotonic() - self._followed_at < FOLLOWED_SECONDS:
            self._followed_at = time.monotonic()
            self._follow()

    def _restore(self, epoch: bytes) -> None:
        count = 0
        for one in self._copy.entries():
            if (one.folder, one.name) != EPOCH:
                count += self._shared.commit([one], {(one.folder, one.name): None})
        self._copy.commit([Write(*EPOCH, epoch)])
        if count:
            log.info("Redis had lost %d entries of webhooks and was given them again", count)

    def _follow(self) -> None:
        """Let the copy have what other machines have written, as far as it must."""
        for folder in self._folders:
            there, here = self._shared.folder(folder), self._copy.folder(folder)
            gone = [Write(folder, name, None) for name in here.keys() - there.keys()]
            news = [Write(folder, name, value) for name, value in there.items() if here.get(name) != value]
            if gone or news:
                self._copy.commit([*gone, *news])
        for _ in range(MOST_ROUNDS):
            late = self._copy.first_due(time.time() - LATE_SECONDS, 1000)
            if not late:
                return
            for one in late:  # it comes back with the next write of this machine, if it is still there
                self._copy.commit([Write(one.folder, one.name, None)])


def _outlives(folder: str, name: str) -> bool:
    return folder != PASSING or name == CURSOR
