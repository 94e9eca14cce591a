"""What belongs to one request: its id, its time, the service that answers it, the headers of its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import getrandbits
from time import perf_counter

from flask import Flask, Response, g, has_request_context, request

from api.edge.access import Access
from api.edge.answer_cache import KeptAnswers
from api.edge.metrics import Metrics
from api.shapes.numbers import stamp
from engine import Engine, Session
from mapping import CloudMap
from settings import Settings

_NAME = "carbon-optimizer"  # gunicorn.conf.py knows it
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# A measured value older than this, counted from the end of its interval, is not what a grid is like now.
CURRENT_MINUTES = 60
_POLICY = "Content-Security-Policy"
# An answer is JSON: a browser that is led to it may run, load and frame nothing.
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_KEPT_HEADERS = (*_HEADERS, (_POLICY, "default-src 'none'; frame-ancestors 'none'"))
_API_HEADERS = (*_KEPT_HEADERS, ("Cache-Control", "no-store"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What every request shares. clock: the present as an aware UTC time.

    answers: of the running minute.
    metrics: None where nothing is counted.
    """

    engine: Engine
    settings: Settings
    access: Access
    metrics: Metrics | None
    clock: Callable[[], datetime]
    answers: KeptAnswers = field(default_factory=KeptAnswers)

    @property
    def max_age_minutes(self) -> int:
        """How old a measured value may be to be ranked as current: as configured, but never more than an hour."""
        return min(self.settings.max_age_minutes, CURRENT_MINUTES)


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request.

    came_at: when, in whole seconds; began: the same on the performance counter. now: the start of that minute, the one
    time that decides.
    """

    request_id: str
    came_at: datetime
    began: float
    now: datetime
    service: Service
    _session: Session | None = None

    @property
    def session(self) -> Session:
        """The one session of this request, opened when it is first asked."""
        if self._session is None:
            self._session = self.service.engine.at(self.now)
        return self._session

    @property
    def mapping(self) -> CloudMap:
        return self.session.mapping

    @property
    def data_version(self) -> str:
        """Names what the answer is made from: what was known when the session opened, and what it waited for."""
        return self.session.data_version

    @property
    def keys_configured(self) -> bool:
        """Whether answers are for holders of a key only, so that nobody else may keep them."""
        return self.service.access.keys.configured()

    @property
    def timestamp(self) -> str:
        """The minute an answer stands for."""
        return stamp(self.now)

    def success(self, body: Mapping[str, object]) -> dict[str, object]:
        """The body of a success under /api/v1: equal for equal version, minute and question, but for the id."""
        return {
            "status": "success",
            "request_id": self.request_id,
            "timestamp": self.timestamp,
            "data_version": self.data_version,
            **body,
        }


def service_of(app: Flask) -> Service:
    """The service that an app of create_app answers from."""
    service: Service = app.extensions[_NAME]
    return service


def current() -> Exchange:
    exchange: Exchange = g.exchange
    return exchange


def request_id() -> str:
    """This request's id; "-" outside a request."""
    return current().request_id if has_request_context() and "exchange" in g else "-"


def vary_by(response: Response, header: str) -> None:
    """Tell caches that another value of a request's header may bring another answer."""
    given = response.headers.get("Vary", "")
    if header not in given:
        response.headers["Vary"] = f"{given}, {header}" if given else header


def install(app: Flask, service: Service) -> None:
    """Begin and finish every request of the app, the failed ones included."""

    def begin() -> None:
        given = request.environ.get("HTTP_X_REQUEST_ID", "")
        usable = _USABLE_ID.fullmatch(given)
        own = f"carbon_req_{getrandbits(128):032x}"  # nosec B311
        came_at = service.clock().replace(microsecond=0)
        g.exchange = Exchange(
            request_id=given if usable else own,
            came_at=came_at,
            began=perf_counter(),
            now=came_at.replace(second=0),
            service=service,
        )

    app.extensions[_NAME] = service
    app.before_request(begin)
    app.after_request(_finish)


def _finish(response: Response) -> Response:
    headers = response.headers
    own = _HEADERS if _POLICY in headers else _KEPT_HEADERS if "Cache-Control" in headers else _API_HEADERS
    headers.extend(own)
    exchange = current()
    headers["X-Request-ID"] = exchange.request_id
    if "judgement" in g:  # what is guarded answers from the data
        headers["X-Data-Version"] = exchange.data_version
    return response
