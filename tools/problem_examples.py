"""A real problem of every kind that the service answers, by the name of its type."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask

from api.edge.access import Access
from api.edge.exchange import service_of
from app import create_app
from carbon.errors import StateUnavailable
from carbon.roles import Role
from carbon.workload import CalculateQuery
from engine import Engine
from grid.chain import ChainReader
from session import Session
from settings import Settings
from store.keys.ring import KeyRing
from store.keys.table import KeyRecord, digest_of
from store.limits.rate_limit import in_memory

NOW = datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
REQUEST_ID = "carbon_req_4f1c0a52d7e84b0f9a6be1d3c2f7a905"
JSON = "application/json"
WORKLOADS = "/api/v1/workloads"
USAGE = "/api/v1/usage/build-4711"
DEFAULTS = Settings()

GETS = {
    "ambiguous-region": "/api/v1/regions/fra",
    "unknown-region": "/api/v1/regions/ca-centrl-1",
    "unknown-zone": "/api/v1/zones/CA-QB",
    "unknown-provider": "/v1/by-provider/asw",
    "unknown-country": "/v1/by-country/XX",
    "unknown-airport": "/v1/by-iata/QQQ",
    "unknown-plan": "/api/v1/plans/6f1c0f7f2f0e4c58a9d1d5b3c7e80a42",
    "unknown-webhook": "/api/v1/webhooks/wh_5f0c2d9be6a14a7c8f3e1b20",
    "unknown-decision": "/api/v1/decisions/dec_6f1c0f7f2f0e4c58a9d1d5b3c7e80a42",
    "unknown-budget": "/api/v1/budgets/search",
    "unknown-usage": "/api/v1/usage/build-4712",
    "nothing-found": "/v1/by-country/AQ?format=text",
    "not-found": "/api/v1/region",
    "method-not-allowed": "/api/v1/calculate",
}
POSTS = {
    "invalid-request": (
        "/api/v1/calculate",
        b'{"region":"us-esat-1","instance_type":"m7g.lrge","utilisation":2}',
        JSON,
    ),
    "body-too-large": ("/api/v1/calculate", b" " * 1_048_577, JSON),
    "unsupported-media-type": ("/api/v1/calculate", b"region=us-east-1", "application/x-www-form-urlencoded"),
    "power-not-modelled": ("/api/v1/calculate", b'{"region":"us-east-1","instance_type":"c6gn.metal"}', JSON),
    "no-feasible-placement": (
        "/api/v1/optimize",
        b'{"workload":"general","priority":"carbon","max_carbon_intensity":1}',
        JSON,
    ),
    "history-incomplete": (
        "/api/v1/calculate",
        b'{"region":"us-west-2","instance_type":"m7g.large","start_at":"2026-02-11T00:00:00Z","duration_hours":2}',
        JSON,
    ),
    "intensity-unknown": (
        "/api/v1/calculate",
        b'{"region":"us-east-1","instance_type":"m7g.large","signal":"marginal"}',
        JSON,
    ),
    "does-not-fit": (
        "/api/v1/schedule",
        b'{"region":"us-west-2","duration_hours":4,"deadline":"2026-02-11T12:00:00Z"}',
        JSON,
    ),
}

EVERYWHERE = ("/api/v1/optimize", b'{"workload":"general","priority":"carbon","providers":"all"}', JSON)
TABLES = ("text/plain", "text/csv")


def problem_examples(engine: Engine) -> dict[str, Any]:
    """Every example by the name of its problem type."""
    app = app_over(engine)
    answers = {name: ask(app, "GET", path) for name, path in GETS.items()}
    answers |= {name: ask(app, "POST", path, body, kind) for name, (path, body, kind) in POSTS.items()}
    answers["range-not-satisfiable"] = ask(app, "GET", "/docs/swagger-ui.css", HTTP_RANGE="bytes=9999999-")
    answers["form-refused"] = ask(app, "POST", "/sign-in", b"", "application/x-www-form-urlencoded", HTTP_ACCEPT=JSON)
    answers["busy"] = _busy(engine)
    answers["png-unavailable"] = _without_png(engine)
    answers["webhook-conflict"] = _webhook_conflict(engine)
    answers["budget-exceeded"] = _budget_exceeded(engine)
    return answers | _refusals(engine) | _failures(engine)


def _budget_exceeded(engine: Engine) -> Any:
    with TemporaryDirectory() as folder:
        app = app_over(engine, settings=replace(DEFAULTS, data_dir=Path(folder)))
        ask(app, "PUT", "/api/v1/budgets/search", b'{"period":"day","limit_kg":0.001,"on_exceed":"refuse"}', JSON)
        question = b'{"workload":"general","priority":"performance","duration_hours":2,"record":true,"budget":"search"}'
        return ask(app, "POST", "/api/v1/optimize", question, JSON)


def app_over(
    engine: Engine, read_keys: Callable[[], Sequence[KeyRecord]] = tuple, settings: Settings = DEFAULTS
) -> Flask:
    """The service with the default rate limit and these keys; it looks for none on this machine."""
    rules = Access(keys=KeyRing(read_keys), limiter=in_memory(), rate=settings.rate_limit)
    return create_app(settings, engine, rules=rules, clock=lambda: NOW)


def ask(app: Flask, method: str, path: str, body: bytes = b"", content_type: str = "", **environ: str) -> Any:
    """The JSON that a request is answered with."""
    response = app.test_client().open(
        path,
        method=method,
        data=body or None,
        content_type=content_type or None,
        headers={"X-Request-ID": REQUEST_ID},
        environ_overrides=environ,
    )
    return response.get_json(force=True)


def _refusals(engine: Engine) -> dict[str, Any]:
    """The answers to who may not ask, to who asks too often, and to everybody while the keys cannot be read."""
    key = KeyRecord(id="5e0c11a7", name="ci", sha256=digest_of("a"), created_at=NOW, revoked_at=None, rate=None)

    def unreadable_records() -> Sequence[KeyRecord]:
        raise StateUnavailable("keys.sqlite3")

    reader = replace(key, role=Role.READ)
    open_to_all, closed = app_over(engine), app_over(engine, lambda: (key,))
    for _ in range(60):
        ask(open_to_all, "GET", WORKLOADS)
    limited = ask(open_to_all, "GET", WORKLOADS)  # at once: it says how long to wait
    with _silence():
        unreadable = ask(app_over(engine, unreadable_records), "GET", WORKLOADS)
    return {
        "key-required": ask(closed, "GET", WORKLOADS),
        "role-insufficient": ask(app_over(engine, lambda: (reader,)), "DELETE", USAGE, HTTP_X_API_KEY="a"),
        "key-refused": ask(closed, "GET", WORKLOADS, HTTP_X_API_KEY="cao_0"),
        "rate-limited": limited,
        "state-unavailable": unreadable,
    }


def _busy(engine: Engine) -> Any:
    """The answer to a costly request while as many as may be are under way."""
    app = app_over(engine)
    while service_of(app).costly_places.acquire(blocking=False):
        pass
    return ask(app, "POST", *EVERYWHERE)


def _webhook_conflict(engine: Engine) -> Any:
    """The answer to a second webhook under the idempotency key of the first."""
    with TemporaryDirectory() as folder:
        rules = Access(keys=KeyRing(tuple), limiter=in_memory(), rate=Settings().rate_limit)
        app = create_app(Settings(data_dir=Path(folder)), engine, rules=rules, clock=lambda: NOW)
        for zone in (b"DE", b"FR"):
            body = b'{"url":"https://ci.example.org/hooks/carbon","zone":"%b"}' % zone
            answer = ask(app, "POST", "/api/v1/webhooks", body, JSON, HTTP_IDEMPOTENCY_KEY="deploy-17")
    return answer


def _without_png(engine: Engine) -> Any:
    """The answer where the library that draws PNG is not installed."""
    library = sys.modules.get("resvg_py")
    sys.modules["resvg_py"] = None  # type: ignore[assignment]  # an import of it fails
    try:
        return ask(app_over(engine), "GET", "/charts/map.png")
    finally:
        del sys.modules["resvg_py"]
        if library is not None:
            sys.modules["resvg_py"] = library


def _failures(engine: Engine) -> dict[str, Any]:
    """The answers to a fault of the service, and to a type that is missing although the question was checked."""

    class Failing(Session):
        def calculate(self, query: CalculateQuery) -> Any:
            raise RuntimeError("broken for the documentation")

    class Forgetful(Session):
        def calculate(self, query: CalculateQuery) -> Any:
            self.mapping.instance_type("aws", "m7g.lrge")

    class Faulty(Engine):
        def __init__(self, session: type[Session]) -> None:
            super().__init__(engine.mapping, ChainReader(unconfigured={"electricity-maps": "no key is set"}))
            self._session = session

        def at(self, now: datetime) -> Session:
            sound = super().at(now)
            return self._session(**{field.name: getattr(sound, field.name) for field in fields(sound)})

    question = ("POST", "/api/v1/calculate", b'{"region":"us-east-1","instance_type":"m7g.large"}', JSON)
    with _silence():
        return {
            "internal-error": ask(app_over(Faulty(Failing)), *question),
            "unknown-instance-type": ask(app_over(Faulty(Forgetful)), *question),
        }


@contextmanager
def _silence() -> Iterator[None]:
    """No log lines for failures that are meant."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def tables(app: Flask, path: str, **question: Any) -> dict[str, str]:
    """The answer in each form beside JSON that it is to be had in, by media type."""
    method, client = "POST" if question else "GET", app.test_client()
    answers = [client.open(path, method=method, headers={"Accept": kind}, **question) for kind in TABLES]
    return {kind: answer.text for kind, answer in zip(TABLES, answers, strict=True) if answer.mimetype == kind}
