"""The only composition root: picks the grid sources, caches, stores and observers. Knows no routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import budget_questions
from api.edge import costly
from api.edge.access import Access
from api.edge.exchange import Service
from api.edge.metrics import Metrics
from api.edge.signatures import Signatures
from api.endpoints.plan import background_answer
from api.shapes.budget_message import budget_body
from api.shapes.webhook_body import webhook_body
from background.desk import PlanDesk
from background.runner import PlanRunner
from carbon.budgets import BudgetState
from carbon.events import ZoneLook
from carbon.queued_plans import Watch
from engine import Engine
from grid.plausibility import plausible_floors
from grid.registry import build_reader
from mapping import CloudMap
from outbound.hosts import HostRules
from outbound.poster import Poster
from pricing.refresh.background import PriceRefresh
from push.hub import Hub
from push.places import Places
from push.publisher import Publisher
from push.webhooks.budget_intake import BudgetIntake
from push.webhooks.desk import WebhookDesk
from push.webhooks.intake import Intake
from push.webhooks.place import ledger_at
from push.webhooks.sender import Sender
from renewal.hourly import Hourly
from renewal.keeper import FactsKeeper
from renewal.last_overlay import LastOverlay
from renewal.layers import Folders
from settings import VERSION, Settings, SettingsError
from solving.process import SolverProcess
from store.history.history import History
from store.keys.ring import KeyRing
from store.keys.secret import SecretFile
from store.keys.table import KeyTable
from store.ledger.accounts import Accounts
from store.ledger.budgets import BudgetLedger
from store.ledger.decisions import DecisionLedger
from store.ledger.usage import UsageLedger, UsageStore
from store.limits.rate_limit import RateLimiter
from store.push.event_log import EventLog
from telemetry import SILENT, Telemetry
from usage_keeper import improve_usage
from wiring_stores import (
    build_counter,
    build_event_log,
    build_history,
    build_key_store,
    build_redis,
    build_store,
    utc_now,
)

if TYPE_CHECKING:
    from api.edge.tracing import Tracer
    from store.redis_link import RedisLink

PRICES, OVERLAY = "prices", "overlay"  # folders below DATA_DIR


def build_service(
    settings: Settings,
    engine: Engine | None = None,
    rules: Access | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Service:
    """Everything that requests share. Opens no store and calls no source.

    engine, rules: built from the settings if None; facts and forecasts of an engine that is given are never renewed.
    clock: aware UTC times. Raises SettingsError, and CatalogError for a wrong overlay.
    """
    metrics = Metrics() if settings.metrics == "on" else None
    telemetry = metrics or SILENT
    redis = build_redis(settings, telemetry)
    history = build_history(settings, telemetry, clock)
    facts = forecasts = None
    if engine is None:
        facts = build_facts(settings, telemetry)
        engine = build_engine(settings, redis, telemetry, facts.mapping, history)
        facts.on_change = engine.swap
        forecasts = build_forecasts(settings, engine, UsageLedger(history), clock)
    access = rules or build_access(settings, redis, telemetry)
    publisher = build_publisher(settings, engine, redis, clock)
    look = partial(budget_questions.present_states, budgets := BudgetLedger(history), engine)
    sender = build_webhook_sender(settings, publisher.log, redis, telemetry, clock, look)
    publisher.listen(sender.zones)
    service: Service = Service(
        engine=engine,
        settings=settings,
        access=access,
        metrics=metrics,
        clock=clock,
        facts=facts,
        costly_places=costly.places(settings.threads),
        price_refresh=PriceRefresh(settings, telemetry=telemetry, utc_now=clock),
        plans=build_plans(settings, redis, telemetry, clock, lambda *asked: background_answer(service, *asked)),
        webhooks=WebhookDesk(ledger_at(settings.data_dir, redis), most=settings.webhooks, utc_now=clock),
        webhook_sender=sender,
        hosts=HostRules.of(settings.webhook_allow),
        signatures=build_signatures(settings),
        publisher=publisher,
        hub=build_hub(settings, publisher, access, clock),
        usage=UsageLedger(history),
        accounts=Accounts(history),
        decisions=DecisionLedger(history),
        budgets=budgets,
        forecasts=forecasts,
    )
    return service


def build_plans(
    settings: Settings,
    redis: RedisLink | None,
    telemetry: Telemetry,
    clock: Callable[[], datetime],
    answer: Callable[[bytes, str, Watch], bytes],
) -> PlanRunner:
    """What makes plans in the background, once a worker has it follow the queue. Opens nothing."""
    desk = PlanDesk(build_store(settings, redis), telemetry=telemetry, utc_now=clock)
    return PlanRunner(desk, answer, limit_seconds=settings.plan_background_seconds)


def build_tracer(settings: Settings) -> Tracer | None:
    """What traces requests, if TRACING is on. Its packages are an extra. Raises SettingsError if they are missing."""
    if settings.tracing != "on":
        return None
    try:
        from api.edge.tracing import Tracer
    except ModuleNotFoundError as error:
        missing = f"TRACING is on, but {error.name} is not installed: install requirements-tracing.txt"
        raise SettingsError([missing]) from error
    return Tracer(VERSION)


def overlay_folder(settings: Settings) -> Path:
    """Where the operator's own figures are; it need not exist."""
    return settings.overlay_dir or settings.data_dir / OVERLAY


def build_facts(settings: Settings, telemetry: Telemetry = SILENT) -> FactsKeeper:
    """The shipped facts with refreshed prices and the operator's overlay. Raises CatalogError for a wrong overlay."""
    folders = Folders(settings.data_dir / PRICES, overlay_folder(settings))
    return FactsKeeper(folders, last_overlay=LastOverlay(settings.data_dir), telemetry=telemetry)


def build_publisher(
    settings: Settings, engine: Engine, redis: RedisLink | None, clock: Callable[[], datetime] = utc_now
) -> Publisher:
    """What looks at the zones that are listened to, and logs their changes for all workers. Opens nothing."""

    def look(now: datetime, zones: Sequence[str]) -> Mapping[str, ZoneLook]:
        session = engine.at(now)
        return session.grid.looks([zone for zone in zones if zone in session.mapping.zones])

    return Publisher(build_event_log(settings, redis), build_store(settings, redis), look, utc_now=clock)


def build_hub(settings: Settings, publisher: Publisher, access: Access, clock: Callable[[], datetime]) -> Hub:
    """The streams of one process; the publisher looks at the zones that they follow."""
    places = Places(settings.streams, settings.streams_per_caller)
    publisher.listen(places.zones)
    return Hub(publisher.log, places=places, may_follow=access.still_allows, utc_seconds=lambda: clock().timestamp())


def build_webhook_sender(
    settings: Settings,
    event_log: EventLog,
    redis: RedisLink | None,
    telemetry: Telemetry = SILENT,
    clock: Callable[[], datetime] = utc_now,
    budgets: Callable[[str, datetime], Sequence[BudgetState]] = lambda _tenant, _now: (),
) -> Sender:
    """What sends to webhooks, once a worker has it follow the log. Opens nothing. budgets: the states of a tenant's."""
    ledger, poster = ledger_at(settings.data_dir, redis), Poster(HostRules.of(settings.webhook_allow))
    intake = Intake(ledger, event_log, webhook_body)
    return Sender(
        ledger,
        intake,
        poster.post,
        budgets=BudgetIntake(ledger, budgets, budget_body),
        is_on=settings.webhooks > 0,
        telemetry=telemetry,
        utc_now=clock,
    )


def build_engine(
    settings: Settings,
    redis: RedisLink | None = None,
    telemetry: Telemetry = SILENT,
    mapping: CloudMap | None = None,
    history: History | None = None,
) -> Engine:
    """An engine over the facts, by default the shipped ones, and the live sources the settings allow."""
    mapping = mapping or CloudMap.load()
    history = history or build_history(settings, telemetry)
    record, keep = (history.record, history.keep) if settings.history_days else (None, None)
    floors = plausible_floors(mapping)
    reader = build_reader(
        settings,
        store=build_store(settings, redis),
        telemetry=telemetry,
        floors=floors,
        record=record,
        keep=keep,
        zones=mapping.zones,
        profiles=mapping.profiles,
    )
    solve = SolverProcess(settings.data_dir, settings.plan_seconds)
    return Engine(mapping, reader, history, history.scores, solve)


def build_forecasts(
    settings: Settings, engine: Engine, usage: UsageStore, clock: Callable[[], datetime] = utc_now
) -> Hourly | None:
    """What renews our own forecasts and settles usage anew; None where no readings are stored."""
    if settings.live != "on" or not settings.history_days:
        return None

    def renew(now: datetime) -> Iterator[bool]:
        yield from chain(engine.renew_forecasts(now), engine.renew_skills(now))
        yield from improve_usage(usage, engine.at(now), now)

    return Hourly(renew, utc_now=clock)


def build_access(settings: Settings, redis: RedisLink | None, telemetry: Telemetry = SILENT) -> Access:
    """The rules of access. Keys are read, and files made, when the first request needs them."""
    store = build_key_store(settings, redis, busy_seconds=0.1)
    behind = (lambda: False) if isinstance(store, KeyTable) else (lambda: store.behind)
    limiter = RateLimiter(
        build_counter(settings, redis), on_store_error=settings.rate_limit_on_store_error, telemetry=telemetry
    )
    return Access(keys=KeyRing(store.records, behind=behind), limiter=limiter, rate=settings.rate_limit)


def build_signatures(settings: Settings) -> Signatures:
    """What signs cookies and forms: by SECRET_KEY, or by a secret in DATA_DIR that is made when it is first needed."""
    if settings.secret_key is None:
        return Signatures(SecretFile(settings.data_dir).read)
    secret = settings.secret_key.encode()
    return Signatures(lambda: secret)
