"""The settings and the application of a gunicorn master, at its start and at each HUP."""

from __future__ import annotations

import logging
from typing import Any

from settings import Settings, SettingsError

_in_force: list[Settings] = []  # of this master; gunicorn.conf.py is run again at each reload
_RELOAD_REFUSED = "the settings were not reloaded, the earlier ones stay in force: %s"


def settings_now() -> Settings:
    """The settings of the environment. Wrong settings end the start; at a reload the earlier ones stay in force."""
    try:
        _in_force[:] = [Settings.from_env()]
    except SettingsError as error:
        if not _in_force:
            raise SystemExit(str(error)) from error
        logging.getLogger("gunicorn.error").error(_RELOAD_REFUSED, error)  # noqa: TRY400
    return _in_force[0]


def share(server: Any) -> None:
    """Prepare what all workers share, before the first one is forked."""
    app = _application(server)
    if app is not None:
        from serve import preload

        preload.prepare(app)


def renew(server: Any, settings: Settings) -> None:
    """Build a new application for the next workers; if that fails, they get the earlier one."""
    if _application(server) is None:
        return
    import app
    from serve import preload

    try:
        server.app.callable = app.app = app.configured(settings)
    except SystemExit as error:
        server.log.error(_RELOAD_REFUSED, error)  # noqa: TRY400
    else:
        preload.prepare(app.app)


def _application(server: Any) -> Any:
    """The application, if it is ours and the workers share it."""
    app = server.app.wsgi() if server.cfg.preload_app else None
    return app if "carbon-optimizer" in getattr(app, "extensions", ()) else None
