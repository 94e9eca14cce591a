"""The secret that signs what browsers hold, made once in DATA_DIR for all workers of a machine."""

from __future__ import annotations

import logging
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from carbon.errors import StateUnavailable
from store.database import OWNER_ONLY

log = logging.getLogger(__name__)
# The dot keeps it out of backups: who holds the secret can sign in with the id of any key, and nobody misses the secret
# of another machine: people sign in again.
FILE = ".signing-secret"
BYTES = 32


class SecretFile:
    """Reads the secret when it is first needed, and makes it where there is none."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._secret: bytes | None = None
        self._failing = False

    def read(self) -> bytes:
        """The same bytes in every process. Raises StateUnavailable if the file cannot be used."""
        if self._secret is None:
            try:
                self._secret = _read(self._path)
            except (OSError, ValueError) as error:
                if not self._failing:
                    log.error("nobody can sign in to the pages: %s cannot be used (%s)", self._path, error)  # noqa: TRY400
                self._failing = True
                raise StateUnavailable(FILE) from error
        return self._secret


def _read(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    if stat.S_IMODE(path.stat().st_mode) != OWNER_ONLY:
        with suppress(PermissionError):  # it belongs to another owner, who lets us read it
            path.chmod(OWNER_ONLY)
    secret = path.read_bytes()
    if len(secret) != BYTES:
        raise ValueError(f"it has {len(secret)} bytes in place of {BYTES}: remove it, and a new one is made")
    return secret


def _make(path: Path) -> None:
    """Give the file its name only when it is complete; of several processes the first one wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # for the owner alone
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(BYTES))
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)  # noqa: PTH108
