"""Refreshes prices by itself while the service runs, in one process of all, and never while a request waits for it."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from pid import process_id
from pricing.refresh.child import outcomes
from pricing.refresh.figure import Refresher
from pricing.refresh.registry import selected
from pricing.refresh.run import REFUSED, SKIPPED
from pricing.refresh.state import RefreshState, is_due, only_process, read_state
from pricing.refresh.tables import FOLDER
from settings import Settings
from telemetry import SILENT, Telemetry

log = logging.getLogger(__name__)

# A new service is quiet at first: neither its first minutes nor the restart of many at once should call the lists.
FIRST_SECONDS = (300.0, 900.0)
LOOK_SECONDS = (60.0, 180.0)
AFTER_A_FAILURE_SECONDS = (3600.0, 7200.0)  # of this program or its disk; a refused list has its own pause

Spans = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """A price list. outcome: of the last attempt; "untried", or "skipped" where `reason` names a missing setting.

    prices: figures stored. succeeded_at: of the last attempt that was not refused.
    """

    name: str
    provider: str
    outcome: str
    reason: str | None
    attempted_at: datetime | None
    succeeded_at: datetime | None
    prices: int


class PriceRefresh:
    """Looks now and then whether a list is due. The first worker that finds one refreshes it for all of the machine.

    A forked process looks with its own thread. Nothing is started where LIVE is off or PRICE_REFRESH_HOURS is 0.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        telemetry: Telemetry = SILENT,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
        run: Callable[[Sequence[str], int], Generator[dict[str, str]]] = outcomes,
        first_seconds: Spans = FIRST_SECONDS,
        look_seconds: Spans = LOOK_SECONDS,
    ) -> None:
        """run: refreshes lists by name while a lock's descriptor is open. *_seconds: shortest and longest pause."""
        self._settings = settings
        self._telemetry = telemetry
        self._utc_now = utc_now
        self._run = run
        self._first_seconds = first_seconds
        self._look_seconds = look_seconds
        self._owner: int | None = None

    @property
    def is_on(self) -> bool:
        """Whether prices are refreshed without a command."""
        return self._settings.live == "on" and self._settings.price_refresh_hours > 0

    def follow(self) -> None:
        """Have a thread of this process look from now on. Returns at once; may be called often."""
        if self.is_on and self._owner != process_id():
            self._owner = process_id()
            threading.Thread(target=self._follow, name="prices", daemon=True).start()

    def look(self) -> list[str]:
        """Refresh the lists that are due, unless another process does; which ones these were.

        Raises OSError, RefreshFailed.
        """
        folder = self._settings.data_dir / FOLDER
        if not self._due():
            return []
        with only_process(folder) as lock:
            names = [] if lock is None else self._due()  # another process may have been faster
            if lock is not None and names:
                with closing(self._run(names, lock)) as results:
                    for outcome in results:
                        self._note(outcome)
        return names

    def lists(self) -> list[ListState]:
        """Every price list, with its state for all workers of this machine."""
        states = read_state(self._settings.data_dir / FOLDER)
        return [_list_state(one, states.get(one.name), self._settings) for one in selected((), self._settings)]

    def _due(self) -> list[str]:
        states = read_state(self._settings.data_dir / FOLDER)
        now, hours = self._utc_now(), self._settings.price_refresh_hours
        return [
            one.name
            for one in selected((), self._settings)
            if one.missing(self._settings) is None and is_due(states.get(one.name), now, hours)
        ]

    def _note(self, outcome: dict[str, str]) -> None:
        result = outcome["outcome"]
        self._telemetry.price_refresh(outcome["refresher"], outcome["reason"] if result == REFUSED else result)
        if result == REFUSED:
            log.warning(
                "prices were not refreshed: %s (%s): %s", outcome["refresher"], outcome["reason"], outcome["detail"]
            )

    def _follow(self) -> None:
        wait, seconds = threading.Event().wait, self._first_seconds
        while True:
            wait(random.uniform(*seconds))  # noqa: S311 - spreads load, no secret  # nosec B311
            seconds = self._look_seconds
            try:
                if names := self.look():
                    log.info("prices were refreshed: %s", ", ".join(names))
            except Exception:  # the thread must go on: the next look may succeed
                log.exception("prices could not be refreshed")
                seconds = AFTER_A_FAILURE_SECONDS


def _list_state(one: Refresher, state: RefreshState | None, settings: Settings) -> ListState:
    missing = one.missing(settings)
    return ListState(
        name=one.name,
        provider=one.provider,
        outcome=SKIPPED if missing else state.outcome if state else "untried",
        reason=missing or (state.reason if state else "") or None,
        attempted_at=_moment(state.attempted_at if state else None),
        succeeded_at=_moment(state.succeeded_at if state else None),
        prices=state.rows if state else 0,
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
