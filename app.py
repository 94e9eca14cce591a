"""The WSGI application: `gunicorn app:app`, `flask --app app run`, or `python app.py` while developing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from apiflask import APIFlask
from flask import Flask
from flask.cli import FlaskGroup
from werkzeug.middleware.proxy_fix import ProxyFix

import web
from api import blueprints
from api.edge import door, logs, problems
from api.edge.access import Access
from api.edge.encoding import OrjsonProvider
from api.foreign import refusals
from api.foreign.paths import ForeignPaths
from api.openapi import document as openapi
from catalog.tables import CatalogError
from cli.accounts import accounts
from cli.backup import backup
from cli.catalog import catalog
from cli.history import history
from cli.keys import keys
from cli.prices import prices
from cli.usage import usage
from engine import Engine
from settings import VERSION, Settings, SettingsError
from wiring import build_service, build_tracer
from wiring_stores import utc_now

if TYPE_CHECKING:
    from api.edge.tracing import Tracer

    app: Flask


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
    most = settings.max_body_bytes
    app.config.from_mapping(openapi.CONFIG, MAX_CONTENT_LENGTH=most, MAX_FORM_MEMORY_SIZE=most)
    app.json = OrjsonProvider(app)
    app.url_map.merge_slashes = False  # a doubled slash is no reason to redirect
    door.install(app, build_service(settings, engine, rules, clock), tracer or build_tracer(settings))
    app.wsgi_app = ForeignPaths(app.wsgi_app, settings.compat_prefix or "")  # type: ignore[method-assign]
    if settings.trusted_proxies:  # each adds one entry to X-Forwarded-For; clients can write the entries before those
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=1)  # type: ignore[method-assign]
    _add_commands(app, settings)
    app.spec_processor(openapi.complete)  # type: ignore[arg-type]  # its format is JSON, so never text
    problems.register(app)
    refusals.register(app)
    for blueprint in (*blueprints(), *web.blueprints(dashboard=settings.dashboard == "on")):
        app.register_blueprint(blueprint)
    return app


def __getattr__(name: str) -> Flask:
    """`app`, built when it is asked for: importing this module reads no settings."""
    if name != "app":
        raise AttributeError(name)
    with _plain_end():
        settings = Settings.from_env()
        application = _commands_alone(settings) if _is_for_command() else configured(settings)
    globals()["app"] = application
    return application


def configured(settings: Settings) -> APIFlask:
    """The application as it is served, with its log. Ends the start if a setting or the overlay cannot be used."""
    logs.configure(settings.log_level)
    with _plain_end():
        return create_app(settings)


def _commands_alone(settings: Settings) -> Flask:
    """Only the operator's commands: they start at once, and work while a wrong overlay keeps the service from it."""
    logs.configure(settings.log_level)
    app = Flask(__name__, static_folder=None)
    _add_commands(app, settings)
    return app


def _add_commands(app: Flask, settings: Settings) -> None:
    groups = (keys, history, usage, accounts, prices, catalog)
    for command in (*(group(settings) for group in groups), *backup(settings)):
        app.cli.add_command(command)


def _is_for_command() -> bool:
    """Whether `flask` looks for a command in the application. For its own ones, such as run, it asks within them."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, FlaskGroup)


@contextmanager
def _plain_end() -> Iterator[None]:
    """One line in place of a traceback where a setting or the overlay cannot be used; every wrong setting in one."""
    try:
        yield
    except (SettingsError, CatalogError) as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    with _plain_end():
        settings = Settings.from_env()
    configured(settings).run(host=settings.host, port=settings.port, threaded=True)
