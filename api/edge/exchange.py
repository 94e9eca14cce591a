"""What belongs to one request: its id, its time, its caller, and the service that answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from random import getrandbits
from threading import BoundedSemaphore
from time import perf_counter
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask, Response

from api.edge.access import Access, Judgement
from api.edge.answer_cache import AnswerCache
from api.edge.metrics import Metrics
from api.edge.signatures import Signatures, Visit
from api.questions.names import Facts
from api.shapes.fact_notes import fact_notes
from api.shapes.numbers import stamp
from api.shapes.reading import Json
from api.shapes.zone_notes import zone_notes
from background.runner import PlanRunner
from carbon.intensity import Signal, SignalName
from carbon.queued_plans import Awaited
from carbon.roles import TENANT, Role, RoleInsufficient
from carbon.workload import ZoneNote
from engine import Engine
from mapping import CloudMap
from outbound.hosts import HostRules
from pricing.refresh.background import PriceRefresh
from push.hub import Hub
from push.publisher import Publisher
from push.webhooks.desk import WebhookDesk
from push.webhooks.sender import Sender
from renewal.former import FormerFacts
from renewal.hourly import Hourly
from renewal.keeper import FactsKeeper
from session import Session
from settings import Settings
from store.ledger.accounts import AccountStore
from store.ledger.budgets import BudgetStore
from store.ledger.decisions import DecisionStore
from store.ledger.usage import UsageStore

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

NAME = "carbon-optimizer"  # the service among the extensions of its Flask app
JSON = "application/json"
# A measured value older than this, counted from the end of its interval, is not what a grid is like now.
CURRENT_MINUTES = 60
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What every request shares.

    metrics: None where nothing is counted. clock: the present as an aware UTC time. costly_places: one for each costly
    request that may run at once. price_refresh: renews prices in the background, once a worker has it follow the lists.
    facts: renews those of the engine; None where they never change. forecasts: renews our own from the stored
    readings, once a worker has it follow them; None where none are stored. plans: makes those in the background.
    signatures: of cookies and forms. publisher: looks for changes in zones that are listened to. hub: the
    streams of this process. webhooks: those of all tenants; webhook_sender: sends to them; hosts: that it may send to.
    usage: the rows of the ledger. accounts: names and providers' figures. decisions: answers that are kept;
    former_facts: that they rest on. answers: of the current minute.
    budgets: those of all tenants.
    """

    engine: Engine
    settings: Settings
    access: Access
    metrics: Metrics | None
    clock: Callable[[], datetime]
    costly_places: BoundedSemaphore
    price_refresh: PriceRefresh
    plans: PlanRunner
    webhooks: WebhookDesk
    webhook_sender: Sender
    hosts: HostRules
    signatures: Signatures
    publisher: Publisher
    hub: Hub
    usage: UsageStore
    accounts: AccountStore
    decisions: DecisionStore
    budgets: BudgetStore
    facts: FactsKeeper | None = None
    forecasts: Hourly | None = None
    former_facts: FormerFacts = field(default_factory=FormerFacts)
    answers: AnswerCache = field(default_factory=AnswerCache)

    @property
    def max_age_minutes(self) -> int:
        """How old a measured value may be to be ranked as current: as configured, but never more than an hour."""
        return min(self.settings.max_age_minutes, CURRENT_MINUTES)


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request.

    environ: as WSGI describes it. path: as Flask's request.path. came_at: in whole seconds; started_seconds: the
    same moment on the performance counter. now: the start of that minute, the one time that decides.
    route: the template of the path; None before routing, and where no route matches. judgement: None where access is
    not guarded. failure: what went wrong before Flask was asked; Flask raises it, so that its handlers answer it.
    preflight: whether a browser asks if a page may send its request. tag: names the answer, if it has a tag.
    holds_costly_place: whether this request counts as costly. headers: of this answer, beside those of every answer.
    span: of the trace, if requests are traced. zone_notes: zones that were named in place of their region.
    visit: of the browser, once its cookie was looked at. cookie: that the answer sets; empty to remove it.
    is_personal: whether the answer is for this browser alone, because it holds a form or a cookie.
    """

    environ: WSGIEnvironment
    method: str
    path: str
    request_id: str
    came_at: datetime
    started_seconds: float
    now: datetime
    service: Service
    route: str | None = None
    judgement: Judgement | None = None
    failure: Exception | None = None
    preflight: bool = False
    tag: str | None = None
    holds_costly_place: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    span: Any = None
    visit: Visit | None = None
    cookie: str | None = None
    is_personal: bool = False
    zone_notes: list[ZoneNote] = field(default_factory=list)
    _session: Session | None = None

    @classmethod
    def begin(cls, environ: WSGIEnvironment, service: Service) -> Exchange:
        """The exchange of a request that has just arrived."""
        requested_id = environ.get("HTTP_X_REQUEST_ID", "")
        usable = requested_id and _USABLE_ID.fullmatch(requested_id)
        came_at = service.clock().replace(microsecond=0)
        return cls(
            environ=environ,
            method=environ.get("REQUEST_METHOD", "GET").upper(),
            path=path_of(environ),
            request_id=requested_id if usable else f"carbon_req_{getrandbits(128):032x}",  # nosec B311
            came_at=came_at,
            started_seconds=perf_counter(),
            now=came_at.replace(second=0),
            service=service,
        )

    @property
    def session(self) -> Session:
        """The one session of this request, opened when it is first needed."""
        if self._session is None:
            self._session = self.service.engine.at(self.now)
        return self._session

    def use(self, session: Session) -> None:
        """Answer from this session from now on: one that is recorded, or replayed."""
        self._session = session

    def about(self, signal: SignalName) -> Session:
        """The session of this request from now on, by the signal that its question asks for."""
        self._session = self.session.about(signal.counted)
        return self._session

    @property
    def mapping(self) -> CloudMap:
        return self.session.mapping

    @property
    def data_version(self) -> str:
        """Names the data of the answer: those of when the session was opened, and those it has waited for since."""
        return self.session.data_version

    @property
    def tenant(self) -> str:
        """Whose answers these are; no other tenant is given them."""
        return TENANT if self.judgement is None else self.judgement.tenant

    @property
    def role(self) -> Role:
        """What the caller may do."""
        return Role.ADMIN if self.judgement is None else self.judgement.role

    def require(self, role: Role) -> None:
        """Raises RoleInsufficient unless the caller may do what needs this role."""
        if not self.role.includes(role):
            raise RoleInsufficient(role, self.role)

    @property
    def caller(self) -> str:
        """Who sent the request, as it was counted: key/ID or address/ADDRESS."""
        return "" if self.judgement is None else self.judgement.caller

    @property
    def facts(self) -> Facts:
        """What the question of this request is checked against."""
        return Facts(
            mapping=self.mapping,
            now=self.now,
            max_age_minutes=self.service.max_age_minutes,
            zone_notes=self.zone_notes,
            hosts=self.service.hosts,
        )

    @property
    def keys_configured(self) -> bool:
        """Whether only holders of a key get answers, so that shared caches must not store them."""
        return self.service.access.keys.configured()

    @property
    def watch(self) -> Awaited:
        """Ends a plan for which this request waits, PLAN_SECONDS after it arrived."""
        return Awaited(self.started_seconds + self.service.settings.plan_seconds, perf_counter)

    @property
    def timestamp(self) -> str:
        """The minute that the answer is for."""
        return stamp(self.now)

    def success(self, body: Mapping[str, object]) -> Response:
        """A success under /api/v1; equal for equal data version, minute and question, apart from the id."""
        return Response(orjson.dumps({**self.head(self.session), **body, **self.notes()}), content_type=JSON)

    def head(self, session: Session) -> Json:
        """What every success begins with. session: that answered."""
        return {
            "status": "success",
            "request_id": self.request_id,
            "timestamp": self.timestamp,
            "data_version": session.data_version,
        }

    def notes(self) -> Json:
        """What the answer says beside its figures: absent where there is nothing to say."""
        return notes_of(self.session, self.zone_notes)


def notes_of(session: Session, zones: list[ZoneNote]) -> Json:
    """What an answer of a session says beside its figures. zones: that were named in place of their region."""
    notes: Json = {}
    if zones:
        notes["zone_notes"] = zone_notes(zones)
    if session.grid.signal is Signal.MARGINAL:
        notes["signal"] = SignalName.MARGINAL.value
    if session.notes:
        notes["fact_notes"] = fact_notes(session.notes)
    return notes


def path_of(environ: WSGIEnvironment) -> str:
    """The path as Flask and its routes see it: UTF-8, with one slash at the start."""
    text: str = environ.get("PATH_INFO", "")
    return "/" + text.encode("latin-1").decode("utf-8", "replace").lstrip("/")


def service_of(app: Flask) -> Service:
    """The service that an app of create_app answers from."""
    service: Service = app.extensions[NAME]
    return service


_exchange: ContextVar[Exchange] = ContextVar("exchange")
current = _exchange.get  # raises LookupError outside a request
enter, leave = _exchange.set, _exchange.reset


def request_id() -> str:
    """The id of the current request; "-" outside a request."""
    exchange = _exchange.get(None)
    return "-" if exchange is None else exchange.request_id
