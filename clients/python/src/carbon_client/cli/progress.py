"""Tells the person who waits how long it takes: a bar on a terminal, otherwise a line when something changes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from carbon_client.durations import in_words, written

if TYPE_CHECKING:
    from carbon_client.cli.surroundings import Surroundings
    from carbon_client.cli.window import Window

CELLS = 24
ERASE = "\r\x1b[K"


class Progress:
    """Writes to standard error alone. began_at: when the wait began."""

    def __init__(self, around: Surroundings, began_at: datetime) -> None:
        self.began_at = began_at
        self._around = around
        self._has_bar = around.stderr.isatty() and around.environ.get("TERM") != "dumb"

    def announce(self, window: Window) -> None:
        """Where and when the command will run."""
        now = self._around.now()
        mean = "unknown intensity" if window.intensity is None else f"{window.intensity:.0f} gCO2e/kWh"
        start = f"starts {written(window.starts_at)}, in {in_words(window.starts_at - now)}"
        self.say(f"{window.region}: {mean}; {start if window.starts_at > now else 'starts now'}")

    def show(self, window: Window, now: datetime) -> None:
        if self._has_bar:
            self._around.stderr.write(ERASE + bar(self.began_at, window.starts_at, now))
            self._around.stderr.flush()

    def end(self, now: datetime) -> None:
        if self._has_bar and now > self.began_at:
            self._around.stderr.write(ERASE)
            self._around.stderr.flush()

    def say(self, text: str) -> None:
        self._around.say((ERASE if self._has_bar else "") + text)


def bar(began_at: datetime, starts_at: datetime, now: datetime) -> str:
    """Such as [######------]  50 %  1 h 30 min left."""
    share = min(1.0, max(0.0, (now - began_at) / (starts_at - began_at)))
    full = int(share * CELLS)
    return f"[{'#' * full}{'-' * (CELLS - full)}] {share:4.0%}  {in_words(starts_at - now)} left"
