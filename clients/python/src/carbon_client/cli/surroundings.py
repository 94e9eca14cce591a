"""What a command needs of the world: where it writes, the clock, the environment. Tests give their own."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, TextIO

from carbon_client.cli.processes import replace_by

DEFAULT_URL = "http://127.0.0.1:5000"


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """stdout is for answers alone, stderr for everything else.

    execute: becomes this command, or runs it, with these variables besides; returns its exit code.
    """

    stdin: IO[str] = field(default_factory=lambda: sys.stdin)
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now: Callable[[], datetime] = _utc_now
    sleep: Callable[[float], None] = time.sleep
    execute: Callable[[list[str], Mapping[str, str]], int] = replace_by

    def say(self, text: str) -> None:
        """A line for the person who waits."""
        print(text, file=self.stderr, flush=True)

    def colours(self, stream: TextIO) -> bool:
        """Whether a stream shows colours: a terminal, and NO_COLOR (no-color.org) does not forbid it."""
        return stream.isatty() and not self.environ.get("NO_COLOR") and self.environ.get("TERM") != "dumb"
