"""What one client follows, and its messages as JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

import orjson

from api.shapes.stream import StreamEvent, Told, ToldCrossing
from carbon.events import Event, Side, Threshold, ZoneLook
from planning.push.crossing import crossing
from push.messages import Message
from push.stream import NEVER

_GAP = orjson.dumps(
    {
        "event": "gap",
        "detail": "events after this id are not stored any more, or the id is of another service; the present values "
        "follow",
    }
)


class ZoneFollower:
    """A Follower of zones, with limits whose crossings are told to this client.

    places: the regions that it follows by their zones. kinds: of events. known: the number of an event and of its part
    up to which the client was told everything; None for one that begins. The state of a limit begins with the first
    value that the client is told, and of one that goes on with the value before the first event that it missed.
    """

    def __init__(
        self,
        places: Mapping[str, tuple[str, ...]],
        *,
        caller: str,
        thresholds: Sequence[Threshold] = (),
        kinds: Collection[str] = (),
        expires_at: float = NEVER,
    ) -> None:
        self.zones = frozenset(places)
        self.caller = caller
        self.expires_at = expires_at
        self.first: Sequence[Message] = ()
        self.cursor = 0
        self._places = places
        self._thresholds = thresholds
        self._kinds = kinds
        self._known: tuple[int, int] | None = None
        self._states: dict[str, list[bool | None]] = {}

    def begin(self, looks: Mapping[str, ZoneLook], at: datetime, cursor: int, *, is_gap: bool) -> None:
        """Begin with the present values. cursor: the newest event when they were read; the last message carries it.

        is_gap: whether the client missed events that cannot be told any more.
        """
        self.cursor = cursor
        messages = [Message(kind="gap", body=_GAP)] if is_gap else []
        last = next(reversed(list(looks)), None)
        for zone, look in looks.items():
            states = self._states[zone] = [
                crossing(threshold, None, look.now.gco2e_per_kwh)[0] for threshold in self._thresholds
            ]
            event_id = str(cursor) if zone == last and cursor else None
            told = Told(event="current", id=event_id, at=at, zone=zone, regions=self._places[zone], now=look.now)
            if self._thresholds:
                told = replace(told, crossed=self._crossed(states))
            messages.append(_message(told))
        self.first = messages

    def go_on(self, known: tuple[int, int]) -> None:
        """Go on behind what the client was told."""
        self._known = known
        self.cursor = known[0] - 1 if self._thresholds else known[0]

    def messages(self, event: Event) -> Sequence[Message]:
        """See Follower. An event is told before the crossings that it brings, which are its parts 1 and 2."""
        parts = self._parts(event)
        if self._known is not None and self._known[0] == event.id:
            known = self._known[1]
            return [message for number, message in parts if number > known]
        return [message for _, message in parts]

    def _parts(self, event: Event) -> list[tuple[int, Message]]:
        regions = self._places[event.zone]
        parts = []
        if not self._kinds or event.kind in self._kinds:
            parts.append((0, _message_of(event, regions)))
        if event.kind == "intensity":
            for number, told in self._crossings(event):
                if not self._kinds or "crossing" in self._kinds:
                    event_id = f"{event.id}.{number}"
                    crossed = Told(
                        event="crossing", id=event_id, at=event.at, zone=event.zone, regions=regions, now=event.now
                    )
                    parts.append((number, _message(replace(crossed, crossing=told))))
        return parts

    def _crossings(self, event: Event) -> Iterator[tuple[int, ToldCrossing]]:
        states = self._states.get(event.zone)
        if states is None:
            before = event.before.gco2e_per_kwh
            states = self._states[event.zone] = [crossing(one, None, before)[0] for one in self._thresholds]
        for index, threshold in enumerate(self._thresholds):
            states[index], news = crossing(threshold, states[index], event.now.gco2e_per_kwh)
            if news is not None:
                yield index + 1, ToldCrossing(threshold=threshold, state=news)

    def _crossed(self, states: Sequence[bool | None]) -> tuple[Side, ...]:
        return tuple(one.side for one, state in zip(self._thresholds, states, strict=True) if state)


@lru_cache(maxsize=512)
def _message_of(event: Event, regions: tuple[str, ...]) -> Message:
    """Of an event of the log; the same for all clients that follow these regions."""
    return _message(
        Told(
            event=event.kind,
            id=str(event.id),
            at=event.at,
            zone=event.zone,
            regions=regions,
            now=event.now,
            before=event.before if event.kind == "intensity" else None,
            forecast=event.change.forecast,
        )
    )


def _message(told: Told) -> Message:
    return Message(kind=told.event, body=orjson.dumps(StreamEvent.of(told)), id=told.id)
