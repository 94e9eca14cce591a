"""The WSGI application: `gunicorn app:app`, `flask --app app run`, or `python app.py` while developing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apiflask import APIFlask
from werkzeug.middleware.proxy_fix import ProxyFix

import cli
from api import blueprints
from api.edge import access, compression, cors, costly, exchange, freshness, logs, problems
from api.edge import request_log as record
from api.edge.encoding import OrjsonProvider
from api.edge.metrics import Metrics
from api.openapi import document as openapi
from engine import Engine
from settings import VERSION, Settings, SettingsError
from telemetry import Silent
from wiring import build_engine, build_keys, build_limiter, build_redis

if TYPE_CHECKING:
    app: APIFlask


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings | None = None,
    engine: Engine | None = None,
    *,
    rules: access.Access | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> APIFlask:
    """A service over an engine.

    settings: from the environment when None. engine, rules: built from the settings when None. clock: aware UTC times.
    """
    settings = settings or Settings.from_env()
    metrics = Metrics() if settings.metrics == "on" else None
    telemetry = metrics or Silent()
    redis = build_redis(settings, telemetry)
    engine = engine or build_engine(settings, redis, telemetry)
    rules = rules or access.Access(
        keys=build_keys(settings, redis), limiter=build_limiter(settings, redis, telemetry), rate=settings.rate_limit
    )
    service = exchange.Service(engine=engine, settings=settings, access=rules, metrics=metrics, clock=clock)
    made = APIFlask(
        __name__,
        title=openapi.TITLE,
        version=VERSION,
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]  # Flask takes it: there are no static files
    )
    made.config.from_mapping(openapi.CONFIG, MAX_CONTENT_LENGTH=settings.max_body_bytes)
    made.json = OrjsonProvider(made)
    made.url_map.merge_slashes = False  # a doubled slash is no reason to redirect
    if settings.trusted_proxies:  # each adds one entry to X-Forwarded-For; what stands before them anybody may write
        made.wsgi_app = ProxyFix(made.wsgi_app, x_for=settings.trusted_proxies, x_proto=0)  # type: ignore[method-assign]
    exchange.install(made, service)
    if settings.tracing == "on":
        _trace(made)
    record.install(made, metrics, access_log=settings.access_log == "on")
    compression.install(made)
    if settings.cors_origins:
        cors.install(made, settings.cors_origins)
    access.install(made, rules)
    costly.install(made, settings.threads)
    freshness.install(made)
    made.cli.add_command(cli.keys(settings))
    made.spec_processor(openapi.complete)  # type: ignore[arg-type]  # its format is JSON, so never text
    problems.register(made)
    for blueprint in blueprints():
        made.register_blueprint(blueprint)
    return made


def _trace(made: APIFlask) -> None:
    """Tracing is an extra: whoever does not switch it on needs not install it."""
    try:
        from api.edge import tracing
    except ModuleNotFoundError as error:
        raise SettingsError(
            [f"TRACING is on, but {error.name} is not installed: install requirements-tracing.txt"]
        ) from error
    tracing.install(made, VERSION)


def __getattr__(name: str) -> APIFlask:
    """`app`, built when a server asks for it: importing this module reads no settings."""
    if name != "app":
        raise AttributeError(name)
    globals()["app"] = made = configured(_settings())
    return made


def _settings() -> Settings:
    """The settings; ends the start, naming every wrong one."""
    try:
        return Settings.from_env()
    except SettingsError as error:
        raise SystemExit(str(error)) from error


def configured(settings: Settings) -> APIFlask:
    """The application as it is served, with its log. Ends the start where a setting cannot be used."""
    logs.configure(settings.log_level)
    try:
        return create_app(settings)
    except SettingsError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    chosen = _settings()
    configured(chosen).run(host=chosen.host, port=chosen.port, threaded=True)
