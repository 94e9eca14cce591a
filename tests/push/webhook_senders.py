"""Senders over one ledger and one log of events, their common clock, and what a receiver is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.shapes.webhook_body import webhook_body
from carbon.events import Change, IssuedForecast
from carbon.intensity import CarbonIntensity, Provenance, Quality
from carbon.webhooks import Delivery, Subscription, Webhook, WebhookEvent
from outbound.poster import PostReply
from push.codec import encode_change
from push.webhooks.desk import WebhookDesk
from push.webhooks.intake import Intake
from push.webhooks.sender import Sender
from store.push.event_log import EventLog
from store.push.redis_log import RedisLog
from store.push.sqlite_log import SqliteLog
from store.redis_link import RedisLink
from store.webhooks.file_ledger import FileLedger
from store.webhooks.ledger import Ledger
from store.webhooks.redis_ledger import RedisLedger
from telemetry import SILENT
from tests.fakes.clock import SteppedClock
from tests.fakes.patience import HANG_SECONDS, eventually
from tests.fakes.telemetry import Counts
from tests.store.shared_places import Place

NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)
TENANT = "default"
URL = "https://hooks.example.org/carbon"
CROSSING = Subscription(url=URL, events=(WebhookEvent.CROSSING,), zone="DE", below=100.0, hysteresis=10.0)
ALL_KINDS = Subscription(
    url=URL, events=(WebhookEvent.INTENSITY, WebhookEvent.FORECAST, WebhookEvent.CROSSING), zone="DE", below=100.0
)


@dataclass(frozen=True)
class Sent:
    """One attempt."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def delivery(self) -> str:
        return self.headers["X-Carbon-Delivery"]


Reply = Callable[[Sent], PostReply]


def replying(status: int, retry_after_seconds: float | None = None) -> Reply:
    return lambda _: PostReply(status=status, retry_after_seconds=retry_after_seconds)


@dataclass
class World:
    """What all processes share."""

    place: Place
    clock: SteppedClock = field(default_factory=lambda: SteppedClock(NOON))
    sent: list[Sent] = field(default_factory=list)
    reply: Reply = field(default_factory=lambda: replying(200))
    counts: Counts = field(default_factory=Counts)
    jitter: float = 0.5  # the wait as it is, neither shortened nor lengthened
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ledger(self) -> Ledger:
        if self.place.redis is None:
            return FileLedger(Path(self.place.where))
        return RedisLedger(self._link())

    def log(self) -> EventLog:
        return SqliteLog(Path(self.place.where)) if self.place.redis is None else RedisLog(self._link())

    def _link(self) -> RedisLink:
        return RedisLink(self.place.where, telemetry=SILENT, timeout_seconds=HANG_SECONDS)

    def desk(self) -> WebhookDesk:
        return WebhookDesk(self.ledger(), most=100, utc_now=self.clock.utc_now)

    def create(self, subscription: Subscription = CROSSING) -> Webhook:
        return self.desk().create(TENANT, subscription)

    def sender(self, **changes: object) -> Sender:
        """Another process, which sees no other as ended."""
        intake = Intake(self.ledger(), self.log(), webhook_body)
        named = {"has_ended": lambda _: False, "telemetry": self.counts, "jitter": lambda: self.jitter, **changes}
        clock = self.clock
        return Sender(self.ledger(), intake, self.post, utc_now=clock.utc_now, monotonic=clock.monotonic, **named)  # type: ignore[arg-type]

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> PostReply:
        sent = Sent(url, headers, body)
        with self._lock:
            self.sent.append(sent)
        return self.reply(sent)

    def happen(self, now: float | None, before: float | None = None, *, zone: str = "DE", minutes: float = 1.0) -> None:
        """A minute passes and the value of a zone changes."""
        self.clock.advance(60 * minutes)
        self._append(Change(kind="intensity", zone=zone, now=value(now), before=value(before)))

    def renew(self, zone: str = "DE") -> None:
        """The forecast of a zone is renewed."""
        self.clock.advance(60)
        forecast = IssuedForecast(source="entsoe", starts_at=NOON, gco2e_per_kwh=(90.0, None))
        self._append(Change(kind="forecast", zone=zone, now=value(80.0), before=value(80.0), forecast=forecast))

    def _append(self, change: Change) -> None:
        log, now = self.log(), self.clock.utc_now()
        body = encode_change(change, now.replace(second=0, microsecond=0))
        assert log.append(log.look(), b"[]", [body], now.timestamp())

    def deliveries(self, webhook: Webhook) -> list[Delivery]:
        """The oldest first."""
        return list(self.desk().deliveries(TENANT, webhook.id))[::-1]

    def step(self, sender: Sender, *, seconds: float = 0.0) -> bool:
        """A look after so many seconds, and the end of all that it began."""
        self.clock.advance(seconds)
        is_sending = sender.look()
        assert eventually(lambda: sender.is_idle)
        return is_sending

    def run(self, sender: Sender, *, seconds: float, every: float) -> None:
        """Looks over some time."""
        ends = self.clock.utc_now() + timedelta(seconds=seconds)
        while self.clock.utc_now() < ends:
            self.step(sender, seconds=every)


def value(gco2e_per_kwh: float | None) -> CarbonIntensity:
    provenance = Provenance(quality=Quality.MEASURED, source="entsoe", starts_at=NOON, age_seconds=60)
    return CarbonIntensity(gco2e_per_kwh=gco2e_per_kwh, provenance=provenance)
