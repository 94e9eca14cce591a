"""Looks at the zones that are listened to, once a minute for all workers and machines, and logs what has changed.

Any worker may do the look: the one that takes the lock of that minute. A worker that ends during its look leaves a lock
that expires, and the log refuses the look of a worker that was too slow: so no change is logged twice or left out.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from carbon.errors import StateUnavailable
from carbon.events import ZoneLook
from pid import process_id
from planning.push.changes import changes, merged
from push.codec import decode_looks, encode_change, encode_looks
from push.listeners import Listeners
from store.push.event_log import EventLog, StoredLook
from store.shared.changes import Store

log = logging.getLogger(__name__)

LOCK = "push:look"
WAKE_SECONDS = 1.0  # between two questions whether a look is due
LOOK_SECONDS = 60.0
TRIES = 5
CLOCK_SKEW_SECONDS = 120.0  # a last look that is further in the future was made by a wrong clock

Look = Callable[[datetime, Sequence[str]], Mapping[str, ZoneLook]]
Zones = Callable[[], Iterable[str]]


class Publisher:
    """The part of one worker. A forked process looks with its own thread.

    listen: adds what tells the zones that this worker's streams or others listen to; it is asked every second.
    """

    def __init__(
        self,
        event_log: EventLog,
        store: Store,
        look: Look,
        *,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """look: at these zones at one time, as answers of the API would show them. store: for the lock and the zones
        that are listened to.
        """
        self.log = event_log
        self._store = store
        self._listeners = Listeners(store)
        self._look = look
        self._utc_now = utc_now
        self._pause = pause
        self._zones: list[Zones] = []
        self._owner: int | None = None
        self._stored = StoredLook()
        self._looks: dict[str, ZoneLook] = {}
        self._unseen: set[str] = set()  # zones that the facts do not have any more

    def listen(self, zones: Zones) -> None:
        """Look at these zones too, as long as the function names them and for an hour after."""
        self._zones.append(zones)

    def follow(self) -> None:
        """Have a thread of this process look from now on. Returns at once; may be called often."""
        if self._owner != process_id():
            self._owner = process_id()
            threading.Thread(target=self._follow, name="push", daemon=True).start()

    def compare_with(self, looks: Mapping[str, ZoneLook]) -> None:
        """Have the next look be compared with these values, of which a client is told as those of the present.

        What is new in them is logged. Without this a value that changes between the answer to the client and the first
        look at its zone would never be told. Raises StateUnavailable.
        """
        minute = self._utc_now().replace(second=0, microsecond=0)
        for _ in range(TRIES):  # others may look at the same time
            stored = self.log.look()
            seen = decode_looks(stored.body)
            news = changes(seen, looks)
            if not news and looks.keys() <= seen.keys():
                return
            body = encode_looks({**seen, **merged(seen, looks)}.values())
            at = stored.at or minute.timestamp() - 1.0  # the look of this minute is still due
            if self.log.append(stored, body, [encode_change(change, minute) for change in news], at):
                return

    def look(self) -> bool:
        """Look if it is due and no other worker does; whether it looked. Raises StateUnavailable."""
        now = self._utc_now()
        zones = {zone for source in self._zones for zone in source()}
        if zones:
            self._listeners.note(sorted(zones), now)
        wanted = self._listeners.zones(now)
        if not wanted or not self._is_due(wanted, now):
            return False
        lock = self._store.lock(LOCK)
        if not lock.acquire(wait=False):
            return False
        try:
            return self._is_due(wanted, now) and self._publish(wanted, now)
        finally:
            with suppress(StateUnavailable):  # it expires
                lock.release()

    def _is_due(self, wanted: Iterable[str], now: datetime) -> bool:
        """Whether the last look was in an earlier minute, or did not see all of these zones."""
        self._read()
        minute, clock = now.replace(second=0, microsecond=0).timestamp(), now.timestamp()
        is_past = self._stored.at < minute or self._stored.at > clock + CLOCK_SKEW_SECONDS
        return is_past or any(zone not in self._looks and zone not in self._unseen for zone in wanted)

    def _read(self) -> None:
        """Read the last look of all workers."""
        stored = self.log.look()
        if stored != self._stored:
            self._stored, self._looks = stored, decode_looks(stored.body)

    def _publish(self, zones: Sequence[str], now: datetime) -> bool:
        minute = now.replace(second=0, microsecond=0)
        looks = self._look(minute, zones)
        self._unseen = set(zones) - looks.keys()
        news = changes(self._looks, looks)
        seen = merged(self._looks, looks)
        body = None if seen == self._looks else encode_looks(seen.values())
        events = [encode_change(change, minute) for change in news]
        return self.log.append(self._stored, body, events, now.timestamp())

    def _follow(self) -> None:
        is_failing = False
        while True:
            self._pause(WAKE_SECONDS)
            try:
                self.look()
                is_failing = False
            except StateUnavailable as error:
                if not is_failing:
                    log.warning("changes of the grid are not published for now: %s", error)
                is_failing = True
            except Exception:  # the thread must go on: the next look may succeed
                log.exception("the grid could not be looked at")
                self._pause(LOOK_SECONDS)
