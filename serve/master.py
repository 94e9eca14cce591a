"""The settings and the application of a gunicorn master, at its start and at each HUP."""

from __future__ import annotations

import gc
import logging
from typing import Any

from settings import Settings, SettingsError

_in_force: list[Settings] = []  # of this master; gunicorn.conf.py is run again at each reload
_SETTINGS_REFUSED = "the settings were not reloaded, the earlier ones stay in force: %s"
_NOTHING_RELOADED = "the service was not reloaded, its earlier settings and facts stay in force: %s"


def settings_now() -> Settings:
    """The settings of the environment. Wrong settings end the start; at a reload the earlier ones stay in force."""
    try:
        _in_force[:] = [Settings.from_env()]
    except SettingsError as error:
        if not _in_force:
            raise SystemExit(str(error)) from error
        logging.getLogger("gunicorn.error").error(_SETTINGS_REFUSED, error)  # noqa: TRY400
    return _in_force[0]


def begin() -> None:
    """Collect no garbage while the application is built: nearly all of it stays. The two functions below end this."""
    gc.disable()


def share(server: Any) -> None:
    """Prepare what all workers share, before the first one is forked."""
    app = _application(server)
    if app is not None:
        from serve import preload

        preload.prepare(app)
    gc.enable()


def renew(server: Any, settings: Settings) -> None:
    """Build a new application for the next workers; if that fails, they get the earlier one."""
    gc.enable()
    if _application(server) is None:
        return
    import app
    from serve import preload

    try:
        server.app.callable = app.app = app.configured(settings)
    except SystemExit as error:
        server.log.error(_NOTHING_RELOADED, error)  # noqa: TRY400
    else:
        preload.prepare(app.app)


def follow(worker: Any) -> None:
    """Have a new worker do its part in the background, such as following its facts, even if no request comes."""
    app = _application(worker)
    if app is not None:
        from api.edge.exchange import service_of

        service = service_of(app)
        service.price_refresh.follow()
        service.plans.follow()
        service.publisher.follow()
        service.webhook_sender.follow()
        for background in (service.facts, service.forecasts):
            if background is not None:
                background.follow()


def _application(server: Any) -> Any:
    """The application, if it is ours and the workers share it."""
    app = server.app.wsgi() if server.cfg.preload_app else None
    return app if "carbon-optimizer" in getattr(app, "extensions", ()) else None
