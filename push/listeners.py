"""Which zones anybody listens to, over all workers: only at these does the publisher look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import orjson

from store.shared.changes import Store

KEY = "push:zones"
NOTED_EVERY = timedelta(minutes=1)
LIFETIME = timedelta(hours=1)  # after the last listener, so that one who comes back has missed nothing

Times = Mapping[str, float]  # seconds since 1970 by zone


class Listeners:
    """The zones with the time at which they were last listened to. Methods raise StateUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, zones: Iterable[str], now: datetime) -> None:
        """Say that somebody listens to these zones. Writes at most once a minute."""
        zones, noted = tuple(zones), self._times()
        since = (now - NOTED_EVERY).timestamp()
        if all(since < noted.get(zone, 0.0) <= now.timestamp() for zone in zones):
            return

        def change(raw: bytes | None) -> bytes:
            return orjson.dumps({**_recent(_decode(raw), now), **dict.fromkeys(zones, now.timestamp())})

        self._store.swap(KEY, change)

    def zones(self, now: datetime) -> tuple[str, ...]:
        """The zones that were listened to within the last hour."""
        return tuple(sorted(_recent(self._times(), now)))

    def _times(self) -> Times:
        return _decode(self._store.get([KEY])[0])


def _recent(times: Times, now: datetime) -> dict[str, float]:
    since = (now - LIFETIME).timestamp()
    return {zone: at for zone, at in times.items() if at > since}


def _decode(raw: bytes | None) -> Times:
    """Empty if there are none, or none that this release can read."""
    try:
        return {str(zone): float(at) for zone, at in orjson.loads(raw or b"{}").items()}
    except (ValueError, TypeError, AttributeError):
        return {}
