"""Where webhooks and their deliveries are stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from push.webhooks.records import STATES, WEBHOOKS
from store.webhooks.file_ledger import FileLedger
from store.webhooks.ledger import Ledger

if TYPE_CHECKING:
    from store.redis_link import RedisLink


def ledger_at(folder: Path, redis: RedisLink | None) -> Ledger:
    """In a file of this machine; with Redis there, and the file is a copy. Opens nothing."""
    file = FileLedger(folder)
    if not redis:
        return file
    from store.webhooks.copied_ledger import CopiedLedger
    from store.webhooks.redis_ledger import RedisLedger

    return CopiedLedger(RedisLedger(redis), file, folders=(WEBHOOKS, STATES))
