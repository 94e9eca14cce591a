"""Becomes another program, so that its exit code, its signals and its terminal are its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess  # nosec B404
from collections.abc import Mapping

from carbon_client.cli import exit_codes


def is_executable(command: str, path: str | None) -> bool:
    """Whether the system finds such a program. path: the PATH to search."""
    return shutil.which(command, path=path) is not None


def replace_by(command: list[str], environ: Mapping[str, str]) -> int:
    """Run a command in place of this process, with this environment. Where the system cannot, run it and wait.

    Returns an exit code only if it could not become the command.
    """
    try:
        if os.name == "nt":
            return subprocess.run(command, env=dict(environ), check=False).returncode  # noqa: S603  # nosec B603
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and the command would inherit that
        os.execvpe(command[0], command, dict(environ))  # noqa: S606  # nosec B606
    except FileNotFoundError:
        return exit_codes.NOT_FOUND
    except OSError:
        return exit_codes.CANNOT_RUN
