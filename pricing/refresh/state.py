"""What became of the refreshes: one small file beside the tables, and the lock that one process of all holds."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from pricing.refresh.tables import replace_file

NAME = "state.json"
VERSION = 1  # of the file; one without a version has the refreshers at its top
LOCK = ".lock"
RETRY_SHARE = 4  # a failed refresh is tried again after a quarter of the usual time


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshState:
    """The last attempt of one refresher. Times are as 2026-11-29T01:05:00Z.

    outcome: "replaced", "unchanged" or "refused". reason, detail: of a refusal, else empty. succeeded_at: of the last
    attempt that was not refused; None where none was. edition: of the list at that time, empty where it has none.
    """

    attempted_at: str
    outcome: str
    reason: str = ""
    detail: str = ""
    succeeded_at: str | None = None
    edition: str = ""
    rows: int = 0


def read_state(folder: Path) -> dict[str, RefreshState]:
    """The state by refresher; none where there is no readable file, or one of a newer release."""
    try:
        body = orjson.loads((folder / NAME).read_bytes())
        if body.get("version", VERSION) != VERSION:
            return {}
        states = body["refreshers"] if "version" in body else body
        return {str(name): RefreshState(**fields) for name, fields in states.items()}
    except (OSError, orjson.JSONDecodeError, TypeError, AttributeError, KeyError):
        return {}


def write_state(folder: Path, state: Mapping[str, RefreshState]) -> None:
    """Replace the file. Raises OSError."""
    refreshers = {name: asdict(one) for name, one in sorted(state.items())}
    replace_file(folder / NAME, orjson.dumps({"version": VERSION, "refreshers": refreshers}))


def is_due(state: RefreshState | None, now: datetime, every_hours: float) -> bool:
    """Whether a refresher should run: never tried, long ago, or refused a while ago."""
    if state is None:
        return True
    hours = every_hours if state.outcome != "refused" else every_hours / RETRY_SHARE
    return now - datetime.fromisoformat(state.attempted_at) >= timedelta(hours=hours)


@contextmanager
def only_process(folder: Path) -> Iterator[int | None]:
    """The descriptor of the lock if this process alone refreshes now, else None. Raises OSError.

    The lock ends with the last process that has the descriptor, however that ends.

    Removes what a process left that was killed while it wrote.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            _remove_remains(folder)
            yield handle
    finally:
        os.close(handle)


def _remove_remains(folder: Path) -> None:
    for path in folder.glob(".*"):
        if path.name != LOCK:
            path.unlink(missing_ok=True)
