"""The WSGI application: `gunicorn app:app`, `flask --app app run`, or `python app.py` while developing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apiflask import APIFlask
from werkzeug.middleware.proxy_fix import ProxyFix

from api import blueprints
from api.edge import door, logs, problems
from api.edge.access import Access
from api.edge.encoding import OrjsonProvider
from api.openapi import document as openapi
from cli.backup import backup
from cli.history import history
from cli.keys import keys
from engine import Engine
from settings import VERSION, Settings, SettingsError
from wiring import build_service, build_tracer, utc_now

if TYPE_CHECKING:
    from api.edge.tracing import Tracer

    app: APIFlask


class App(APIFlask):
    """Flask without coroutines: no endpoint is one, and Flask would check this for each function it calls."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(
    settings: Settings | None = None,
    engine: Engine | None = None,
    *,
    rules: Access | None = None,
    clock: Callable[[], datetime] = utc_now,
    tracer: Tracer | None = None,
) -> APIFlask:
    """A service over an engine.

    settings: from the environment if None. engine, rules, tracer: built from the settings if None. clock: aware UTC
    times.
    """
    settings = settings or Settings.from_env()
    app = App(
        __name__,
        title=openapi.TITLE,
        version=VERSION,
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]  # Flask takes it: there are no static files
    )
    app.config.from_mapping(openapi.CONFIG, MAX_CONTENT_LENGTH=settings.max_body_bytes)
    app.json = OrjsonProvider(app)
    app.url_map.merge_slashes = False  # a doubled slash is no reason to redirect
    door.install(app, build_service(settings, engine, rules, clock), tracer or build_tracer(settings))
    if settings.trusted_proxies:  # each adds one entry to X-Forwarded-For; clients can write the entries before those
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0)  # type: ignore[method-assign]
    for command in (keys(settings), history(settings), *backup(settings)):
        app.cli.add_command(command)
    app.spec_processor(openapi.complete)  # type: ignore[arg-type]  # its format is JSON, so never text
    problems.register(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    return app


def __getattr__(name: str) -> APIFlask:
    """`app`, built when a server asks for it: importing this module reads no settings."""
    if name != "app":
        raise AttributeError(name)
    globals()["app"] = application = configured(_settings())
    return application


def _settings() -> Settings:
    """The settings. Ends the start, naming every wrong one."""
    try:
        return Settings.from_env()
    except SettingsError as error:
        raise SystemExit(str(error)) from error


def configured(settings: Settings) -> APIFlask:
    """The application as it is served, with its log. Ends the start if a setting cannot be used."""
    logs.configure(settings.log_level)
    try:
        return create_app(settings)
    except SettingsError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    settings = _settings()
    configured(settings).run(host=settings.host, port=settings.port, threaded=True)
