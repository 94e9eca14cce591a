"""The process that refreshes prices in the background: it ends with its work, and its memory with it.

Its arguments are names of refreshers. It prints a line of JSON for each outcome.
"""

from __future__ import annotations

import os
import subprocess  # nosec B404
import sys
import threading
from collections.abc import Generator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import orjson

from carbon.errors import CarbonError
from pricing.refresh.registry import selected
from pricing.refresh.run import Run
from settings import Settings

ROOT = Path(__file__).resolve().parents[2]
NICENESS = 10  # requests come first
# Not as a module: the folder of the project need not be the working folder, from which .env and DATA_DIR are found.
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from pricing.refresh.child import main; main()"


class RefreshFailed(CarbonError):
    """The process ended early; the log has its last words."""


def outcomes(names: Sequence[str], lock: int) -> Generator[dict[str, str]]:
    """Run refreshers in a process of their own; what each did, as run.Outcome has it. Raises OSError, RefreshFailed.

    lock: the descriptor of a lock that holds as long as that process lives.
    """
    command = [sys.executable, "-P", "-c", START, str(ROOT), *names]
    with subprocess.Popen(  # noqa: S603 - our own program, and names of the registry  # nosec B603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=(lock,)
    ) as process:
        if process.stdout is not None:
            yield from map(orjson.loads, process.stdout)
    if process.returncode:
        raise RefreshFailed(f"the process that refreshes prices ended with status {process.returncode}")


def main() -> None:
    """Refresh what the arguments name. Ends at once if the process ends that started this one."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(NICENESS)
    settings = Settings.from_env()
    run = Run(settings=settings, clock=lambda: datetime.now(UTC), quiet=True)
    for outcome in run.each(selected(sys.argv[1:], settings)):
        sys.stdout.buffer.write(orjson.dumps(asdict(outcome)) + b"\n")
        sys.stdout.buffer.flush()


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing is ever sent: this returns when the other end is closed
    os._exit(1)
