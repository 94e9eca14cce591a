"""The settings and the application of a running gunicorn master: at its start, and at each HUP."""

from __future__ import annotations

import logging
from typing import Any

from settings import Settings, SettingsError

_in_force: list[Settings] = []  # of this master; gunicorn.conf.py is run anew at each reload
_RELOAD_REFUSED = "the settings were not reloaded, the earlier ones stay in force: %s"


def settings_now() -> Settings:
    """The settings of the environment. Wrong ones end the start; at a reload the earlier ones stay in force."""
    try:
        _in_force[:] = [Settings.from_env()]
    except SettingsError as error:
        if not _in_force:
            raise SystemExit(str(error)) from error
        logging.getLogger("gunicorn.error").error(_RELOAD_REFUSED, error)  # noqa: TRY400
    return _in_force[0]


def share(server: Any) -> None:
    """Prepare what all workers share; none of them is forked yet."""
    served = _served(server)
    if served is not None:
        from serve import preload

        preload.prepare(served)


def renew(server: Any, settings: Settings) -> None:
    """Build the application anew for the next workers; if that fails, they get the earlier one."""
    if _served(server) is None:
        return
    import app
    from serve import preload

    try:
        server.app.callable = app.app = app.configured(settings)
    except SystemExit as error:
        server.log.error(_RELOAD_REFUSED, error)  # noqa: TRY400
    else:
        preload.prepare(app.app)


def _served(server: Any) -> Any:
    """The application, if the workers share it and it is ours."""
    served = server.app.wsgi() if server.cfg.preload_app else None
    return served if "carbon-optimizer" in getattr(served, "extensions", ()) else None
