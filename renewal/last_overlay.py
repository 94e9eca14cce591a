"""The last overlay that was in force, so that a process that starts while a wrong one is there can go on with it."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from catalog.overlay.files import FILES, OverlayFiles

log = logging.getLogger(__name__)

NAME = "overlay-in-force.json"
VERSION = 1  # of the file; one without a version has the texts at its top


class LastOverlay:
    """A copy of the overlay's files in DATA_DIR, written when one came into force."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / NAME
        self._digest = b""

    def write(self, overlay: OverlayFiles) -> None:
        """Keep a copy. A folder that cannot be written to is logged, and changes nothing else."""
        if overlay.digest == self._digest or not (overlay.contents or self._path.exists()):
            return
        texts = {name: content.decode("utf-8", "replace") for name, content in overlay.contents.items()}
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(
                "w", dir=self._path.parent, prefix=f".{NAME}.", delete=False, encoding="utf-8"
            ) as file:
                json.dump({"version": VERSION, "files": texts}, file)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(self._path)
        except OSError as error:
            log.warning("no copy of the overlay could be kept: %s", error.strerror)
        self._digest = overlay.digest

    def read(self) -> OverlayFiles | None:
        """The copy; None without a readable one, or if a newer release wrote it."""
        try:
            body = json.loads(self._path.read_text(encoding="utf-8"))
            if body.get("version", VERSION) != VERSION:
                return None
            texts = body["files"] if "version" in body else body
            return OverlayFiles({name: texts[name].encode() for name in FILES if name in texts})
        except (OSError, ValueError, AttributeError, TypeError, KeyError):
            return None
