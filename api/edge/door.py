"""The one layer between the server and Flask: every request passes it on its way in and its answer on its way out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from api.edge import access, compression, cors, costly, freshness, request_log, roles, visits
from api.edge.exchange import NAME, Exchange, Service, current, enter, leave
from api.edge.guard import Guard, is_api
from api.foreign import WITH_PASSWORDS
from api.questions.parse import UNREADABLE
from carbon.roles import RoleInsufficient

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from api.edge.tracing import Tracer

_POLICY = "Content-Security-Policy"
_NO_CONTENT = (_POLICY, "default-src 'none'; frame-ancestors 'none'")
_NO_STORE = ("Cache-Control", "no-store")
# An answer is JSON: a browser that is led to it may run, load and frame nothing.
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


def install(app: Flask, service: Service, tracer: Tracer | None = None) -> None:
    """Put the door in front of an app. Flask keeps routing, endpoints and error handlers."""
    app.extensions[NAME] = service
    app.before_request(_admit)
    app.after_request(lambda response: _finished(response, current()))
    app.wsgi_app = Door(app.wsgi_app, service, tracer, app.url_map)  # type: ignore[method-assign]


class Door:
    """A WSGI application around Flask's.

    It begins the exchange, checks key and rate limit, answers from the cache, adds the headers that every answer has,
    and counts and logs the request. The body of an answer passes unchanged, so an answer may be streamed.
    """

    def __init__(self, app: WSGIApplication, service: Service, tracer: Tracer | None, routes: Map) -> None:
        self._app = app
        self._routes = routes
        self._service = service
        self._tracer = tracer
        self._access_log = service.settings.access_log == "on"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._service.facts is not None:
            self._service.facts.follow()
        if self._service.forecasts is not None:
            self._service.forecasts.follow()
        exchange = Exchange.begin(environ, self._service)
        token = enter(exchange)
        try:
            answer = _cached_answer(exchange, self._guard, self._tracer) or self._app
            return answer(environ, partial(self._start, exchange, start_response))
        finally:
            costly.end(exchange)
            leave(token)

    @cached_property
    def _guard(self) -> Guard:
        """Made by the first request, when the application has all its routes."""
        return Guard.over((rule.rule, rule.endpoint) for rule in self._routes.iter_rules())

    def _start(
        self,
        exchange: Exchange,
        start_response: StartResponse,
        status: str,
        headers: list[tuple[str, str]],
        *error: Any,
    ) -> Any:
        """Complete the headers of the answer and record it."""
        names = dict(headers)
        headers += _HEADERS if _POLICY not in names else [pair for pair in _HEADERS if pair[0] not in names]
        if _POLICY not in names:
            headers.append(_NO_CONTENT)
            if "Cache-Control" not in names:
                headers.append(_NO_STORE)
        headers.append(("X-Request-ID", exchange.request_id))
        headers += exchange.headers
        size = names.get("Content-Length")
        self._record(exchange, int(status[:3]), None if size is None else int(size))
        return start_response(status, headers, *error)

    def _record(self, exchange: Exchange, status: int, size_bytes: int | None) -> None:
        seconds = perf_counter() - exchange.started_seconds
        metrics, judgement = self._service.metrics, exchange.judgement
        if metrics is not None:
            metrics.request(exchange.method, exchange.route, status, seconds)
            if judgement is not None and judgement.limited:
                metrics.rate_limited(judgement.caller.partition("/")[0])
        if self._access_log:
            request_log.write(exchange, status, size_bytes, seconds)
        if self._tracer is not None and exchange.span is not None:
            self._tracer.end(exchange, status)


def _cached_answer(exchange: Exchange, guard: Guard, tracer: Tracer | None) -> Response | None:
    """Judge the request; the answer if no work is needed for it. Flask raises what fails here, and answers it."""
    service = exchange.service
    try:
        if tracer is not None:
            tracer.begin(exchange)
        if service.settings.cors_origins and cors.is_preflight(exchange):
            exchange.preflight = True
            return None
        if guard.covers(exchange.path):
            key = access.key_of(exchange.environ, as_password=exchange.path.startswith(WITH_PASSWORDS))
            ticket = visits.ticket_of(exchange) if key is None else None
            judgement = service.access.judge(key, access.address_of(exchange.environ), ticket)
            exchange.judgement, exchange.failure = judgement, judgement.refusal
        if exchange.failure is None:
            exchange.tag = freshness.tag_of(exchange)
            response = freshness.cached_response(exchange)
            return None if response is None else _finished(response, exchange)
    except Exception as error:
        exchange.failure = error
    return None


def _admit() -> Response | None:
    """What Flask does before it calls an endpoint."""
    exchange, rule = current(), request.url_rule
    if rule is not None:
        exchange.route = rule.rule
    if exchange.failure is not None:
        _discard_body()
        raise exchange.failure
    if exchange.preflight:
        return cors.preflight()
    if rule is not None and exchange.method not in roles.SAFE and not is_api(exchange.path):
        visits.check_form(exchange)  # here, so that no page can forget it
    if rule is not None:
        _check_role(exchange, current_app.view_functions[rule.endpoint])
    return freshness.not_modified() if rule is not None and freshness.is_held(exchange) else None


def _check_role(exchange: Exchange, view: Callable[..., Any]) -> None:
    """Raises RoleInsufficient where the key may not do what the view does."""
    try:
        exchange.require(roles.needed(view, exchange.method))
    except RoleInsufficient:
        _discard_body()
        raise


def _finished(response: Response, exchange: Exchange) -> Response:
    """The answer with its tag, readable by pages of other origins if they may, compressed if it is long."""
    response = freshness.describe(response, exchange)
    visits.set_cookie(response, exchange)
    if exchange.service.settings.cors_origins:
        cors.permit(response, exchange)
    compression.compress(response, exchange.environ)
    if exchange.judgement is not None:  # guarded paths answer from the data
        exchange.headers = (*exchange.judgement.headers, ("X-Data-Version", exchange.data_version))
    return response


def _discard_body() -> None:
    """Read up to MAX_BODY_BYTES: a server hangs up on a body that is not read, and the answer may be lost with it."""
    with suppress(HTTPException, *UNREADABLE):  # the body is larger or was cut short
        while request.stream.read(65_536):
            pass
