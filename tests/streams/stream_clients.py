"""Clients of streams over real connections, and events that are written into the log as the publisher writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from carbon.events import Change
from carbon.intensity import CarbonIntensity, Provenance, Quality
from push.codec import encode_change
from store.push.sqlite_log import SqliteLog
from tests.fakes.patience import PATIENCE_SECONDS

STREAM = "/api/v1/stream"


@dataclass(frozen=True, slots=True)
class SentEvent:
    """One event of a stream of server-sent events. id: None if it has none."""

    name: str
    id: str | None
    data: dict[str, Any]


def sent_events(lines: Iterator[str]) -> Iterator[SentEvent]:
    """The events among the lines of a stream, as the HTML standard reads them; comments are left out."""
    fields: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield SentEvent(fields.get("event", "message"), fields.get("id"), json.loads(fields["data"]))
            fields = {}


class Client:
    """One stream over HTTP, read event by event."""

    def __init__(self, response: requests.Response) -> None:
        response.encoding = "utf-8"
        self.response = response
        self._events = sent_events(response.iter_lines(chunk_size=1, decode_unicode=True))

    def next(self) -> SentEvent:
        return next(self._events)

    def take(self, count: int) -> list[SentEvent]:
        return [self.next() for _ in range(count)]

    def rest(self) -> list[SentEvent]:
        """What comes until the server ends the stream."""
        return list(self._events)


@contextmanager
def following(port: int, query: str, *, last_event_id: str | None = None, key: str | None = None) -> Iterator[Client]:
    """A stream that was accepted."""
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    if key is not None:
        headers["X-API-Key"] = key
    url = f"http://127.0.0.1:{port}{STREAM}?{query}"
    with requests.get(url, headers=headers, stream=True, timeout=PATIENCE_SECONDS) as response:
        assert response.status_code == 200, response.text
        yield Client(response)


def intensity(grams: float | None) -> CarbonIntensity:
    """A value that a source has measured."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    origin = Provenance(quality=Quality.MEASURED, source="a-source", starts_at=now, age_seconds=0)
    return CarbonIntensity(gco2e_per_kwh=grams, provenance=origin)


class Newsroom:
    """Writes events into the log of a service."""

    def __init__(self, folder: Path) -> None:
        self.log = SqliteLog(folder)
        self._grams: dict[str, float | None] = {}

    def tell(self, zone: str, *grams: float | None, ago_seconds: float = 0.0) -> None:
        """The zone gets one value after the other, all in one look."""
        now = datetime.now(UTC)
        changes = [self._change(zone, value) for value in grams]
        bodies = [encode_change(change, now.replace(second=0, microsecond=0)) for change in changes]
        while not self.log.append(self.log.look(), None, bodies, now.timestamp() - ago_seconds):
            pass  # the publisher has looked meanwhile

    def ids(self) -> Sequence[str]:
        """Of all events in the log."""
        return [str(event_id) for event_id, _ in self.log.behind(0, 10_000).events]

    def _change(self, zone: str, grams: float | None) -> Change:
        before, self._grams[zone] = self._grams.get(zone), grams
        return Change(kind="intensity", zone=zone, now=intensity(grams), before=intensity(before))
