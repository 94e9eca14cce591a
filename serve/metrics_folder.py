"""The folder in which the workers count together; prometheus_client must find it when it is imported."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from shutil import rmtree

MARKER, VARIABLE, PREFIX = "CAO_METRICS_COUNTED", "PROMETHEUS_MULTIPROC_DIR", "cao-metrics-"


def prepare() -> None:
    """Name and empty the folder: the operator's, or one of this process's own, on a tmpfs where there is one.

    The marker says for which process and folder this was done: a reload keeps the counts, and so does a master that
    takes over (USR2) an operator's folder. Raises SystemExit if the operator's folder is a symbolic link.
    """
    chosen, done = os.environ.get(VARIABLE, ""), os.environ.get(MARKER, "")
    ours = Path(chosen).name.startswith(PREFIX)
    if done == f"{os.getpid()} {chosen}":
        return
    if ours or not chosen:
        memory = Path("/dev/shm")  # noqa: S108  # nosec B108
        parent = memory if memory.is_dir() else Path(tempfile.gettempdir())
        for folder in parent.glob(f"{PREFIX}*"):
            if not _lives(folder.name.removeprefix(PREFIX)):  # of a master that was killed
                rmtree(folder, ignore_errors=True)
        folder = parent / f"{PREFIX}{os.getpid()}"
    else:
        folder = Path(chosen)
    if not done.endswith(f" {folder}"):
        if folder.is_symlink():
            raise SystemExit(f"{folder} must not be a symbolic link")
        rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
    os.environ |= {VARIABLE: str(folder), MARKER: f"{os.getpid()} {folder}"}


def remove() -> None:
    """Remove the folder if this process made it."""
    folder = Path(os.environ.get(VARIABLE, ""))
    if folder.name == f"{PREFIX}{os.getpid()}":
        rmtree(folder, ignore_errors=True)


def forget(pid: int) -> None:
    """Mark a worker as ended; its counts stay."""
    if os.environ.get(VARIABLE):  # without it the library raises
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def _lives(pid: str) -> bool:
    """Whether there is such a process, or it cannot be told."""
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (ValueError, OSError):
        return True
    return True
