"""The folder in which all workers count; prometheus_client must find it when it is imported."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from shutil import rmtree

from pid import is_running

MARKER, VARIABLE, PREFIX = "CAO_METRICS_COUNTED", "PROMETHEUS_MULTIPROC_DIR", "cao-metrics-"


def prepare() -> None:
    """Name and empty the folder: the operator's, or one of this process, on a tmpfs if there is one.

    The marker says for which process and folder this was done: a reload keeps the counts, and so does a master that
    takes over (USR2) an operator's folder. Raises SystemExit if the operator's folder is a symbolic link.
    """
    name, marker = os.environ.get(VARIABLE, ""), os.environ.get(MARKER, "")
    is_ours = Path(name).name.startswith(PREFIX)
    if marker == f"{os.getpid()} {name}":
        return
    if is_ours or not name:
        memory = Path("/dev/shm")  # noqa: S108  # nosec B108
        parent = memory if memory.is_dir() else Path(tempfile.gettempdir())
        for folder in parent.glob(f"{PREFIX}*"):
            pid = folder.name.removeprefix(PREFIX)
            if pid.isdecimal() and not is_running(int(pid)):  # of a master that was killed
                rmtree(folder, ignore_errors=True)
        folder = parent / f"{PREFIX}{os.getpid()}"
    else:
        folder = Path(name)
    if not marker.endswith(f" {folder}"):
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
