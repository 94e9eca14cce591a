"""Paths of other services that differ from ours in case or by a slash at the end, or begin with COMPAT_PREFIX."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from api.foreign import PREFIXED

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEALTH = "/health"  # theirs is below the prefix too
_FOLDERS = tuple(f"{folder}/" for folder in PREFIXED)
UNDER_PREFIX = "carbon.under_prefix"  # in the environment of a request, if it was sent below the prefix


class ForeignPaths:
    """A WSGI application around ours, in which these paths are written in one way: everything behind it, the guard, the
    routes, metrics and the log, knows that way alone.
    """

    def __init__(self, app: WSGIApplication, prefix: str) -> None:
        """prefix: in lower case; empty: none."""
        self._app = app
        self._prefix = prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        sent: str = environ.get("PATH_INFO", "")
        path = sent.lower().removesuffix("/")
        if self._prefix and path.startswith(f"{self._prefix}/"):
            path = path[len(self._prefix) :]
            if path == HEALTH or is_foreign(path):
                script = environ.get("SCRIPT_NAME", "") + self._prefix
                environ |= {"PATH_INFO": path, "SCRIPT_NAME": script, UNDER_PREFIX: True}
        elif is_foreign(path):
            environ["PATH_INFO"] = path
        return self._app(environ, start_response)


def is_foreign(path: str) -> bool:
    """Whether a path in lower case belongs to such a format."""
    return path in PREFIXED or path.startswith(_FOLDERS)
