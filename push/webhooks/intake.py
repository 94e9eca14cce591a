"""From events of the log to deliveries: each event becomes those of every webhook once, whatever process is killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import blake2b

from carbon.events import Event
from carbon.webhooks import Delivery, Webhook
from planning.push.fanout import News, news
from push.codec import decode_event
from push.webhooks.lease import FOLDER, OWNER
from push.webhooks.records import STATES, delivery_write
from store.push.event_log import MICROSECONDS, EventLog
from store.webhooks.ledger import Ledger, Place, Write

CURSOR: Place = (FOLDER, "cursor")  # the id of the newest event that was taken
MOST_EVENTS = 200  # taken at once
CLOCK_SKEW = 120 * MICROSECONDS  # a cursor that is so far ahead of all events is of a wrong clock
_STATE_NAMES = {True: b"true", False: b"false"}

Body = Callable[[Webhook, str, News, Event], str]


class Intake:
    """Reads the log behind a cursor. Deliveries, the states of thresholds and the cursor are written in one step."""

    def __init__(self, ledger: Ledger, event_log: EventLog, body: Body) -> None:
        """body: the JSON of a delivery, by its id."""
        self._ledger = ledger
        self._log = event_log
        self._body = body

    def take(self, webhooks: Mapping[str, Webhook], owner: bytes, now: datetime) -> int:
        """Make the deliveries of all new events; how many events there were. Raises StateUnavailable.

        owner: see Lease; nothing is written once another process holds it.
        """
        count = 0
        while (taken := self._take(webhooks, owner, now)) > 0:
            count += taken
        return count

    def _take(self, webhooks: Mapping[str, Webhook], owner: bytes, now: datetime) -> int:
        raw = self._ledger.get(*CURSOR)
        cursor = _number(raw)
        part = self._log.behind(cursor, MOST_EVENTS)
        if not part.events:
            if 0 < part.newest < cursor - CLOCK_SKEW:
                self._ledger.commit([Write(*CURSOR, str(part.newest).encode())], {CURSOR: raw, OWNER: owner})
            return 0
        events = filter(None, (decode_event(*row) for row in part.events))
        writes = [*self._writes(webhooks, events, now), Write(*CURSOR, str(part.events[-1][0]).encode())]
        return len(part.events) if self._ledger.commit(writes, {CURSOR: raw, OWNER: owner}) else 0

    def _writes(self, webhooks: Mapping[str, Webhook], events: Iterator[Event], now: datetime) -> list[Write]:
        stored = self._ledger.folder(STATES)
        before = {name: _state(stored.get(name)) for name in webhooks}
        after, deliveries = dict(before), list[Write]()
        for event in events:
            for webhook in webhooks.values():
                if webhook.subscription.zone != event.zone or event.id <= _created(webhook):
                    continue
                after[webhook.id], told = news(webhook.subscription, after[webhook.id], event)
                deliveries += (delivery_write(self._delivery(webhook, one, event, now)) for one in told)
        states = ((name, state) for name, state in after.items() if state is not None and state != before[name])
        return [*deliveries, *(Write(STATES, name, _STATE_NAMES[state]) for name, state in states)]

    def _delivery(self, webhook: Webhook, told: News, event: Event, now: datetime) -> Delivery:
        delivery_id = delivery_id_of(webhook.id, told, event)
        return Delivery(
            id=delivery_id,
            webhook_id=webhook.id,
            event=told.event,
            event_id=event.id,
            body=self._body(webhook, delivery_id, told, event),
            created_at=event.at,
            since=now,
            due_at=now,
        )


def delivery_id_of(webhook_id: str, told: News, event: Event) -> str:
    """The id of a delivery: always the same for the same event."""
    name = f"{webhook_id}/{told.event.value}/{event.id}"
    return f"dlv_{blake2b(name.encode(), digest_size=12).hexdigest()}"


def _created(webhook: Webhook) -> int:
    """The smallest id that an event after the creation of the webhook may have."""
    return round(webhook.created_at.timestamp() * MICROSECONDS)


def _number(raw: bytes | None) -> int:
    try:
        return int(raw or b"0")
    except ValueError:
        return 0


def _state(raw: bytes | None) -> bool | None:
    return None if raw is None else raw == _STATE_NAMES[True]
