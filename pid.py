"""The id of this process, without a system call each time, and names by which others can tell that it ended."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_process = {"id": os.getpid()}


def _forked() -> None:
    _process["id"] = os.getpid()


os.register_at_fork(after_in_child=_forked)


def process_id() -> int:
    """The same as os.getpid(), which is a system call."""
    return _process["id"]


def is_running(pid: int) -> bool:
    """Whether the process exists; True as well if this cannot be found out."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def process_name() -> str:
    """A name of this process among all that may write to one folder, also from other containers and machines."""
    return f"{_place()}/{process_id()}"


def has_ended(name: str) -> bool:
    """Whether the process of this name is known to have ended: one of another container or machine never is."""
    place, _, pid = name.rpartition("/")
    return bool(place) and place == _place() and pid.isdecimal() and not is_running(int(pid))


@cache
def _place() -> str:
    """The start of this machine and the namespace of its process ids; empty where the system does not tell."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}-{Path('/proc/self/ns/pid').stat().st_ino}"
    except (OSError, ValueError):
        return ""
