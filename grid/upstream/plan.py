"""What the key's plan covers, asked once a day for all workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from grid.records import CLOCK_SKEW_SECONDS, HORIZON, PLAN, Fact, Plan
from grid.source import NotAsked
from store.shared.state import SharedState

DAY_SECONDS = 86_400.0
Grants = Mapping[str, frozenset[str]]  # the requests that a key may make, by zone


class PlanBook:
    """The plan and the longest forecast horizon of one source's key."""

    def __init__(self, source: str, shared: SharedState, *, clock: Callable[[], float]) -> None:
        """clock: seconds since 1970."""
        self._source = source
        self._shared = shared
        self._clock = clock
        self._lock = threading.Lock()

    def grants(self, ask: Callable[[], Grants | None]) -> Grants | None:
        """What the plan covers, from `ask` once a day; None when the upstream does not tell.

        Raises what `ask` raises, and NotAsked while another worker is asking.
        """

        def of_today(known: Plan | None) -> Plan:
            if known is not None and self._is_of_today(known):
                return known
            turn = 1 if known is None else known.turn + 1
            return Plan(grants=ask(), at=self._clock(), turn=turn)

        plan = self._known()
        if not self._is_of_today(plan):
            with self._lock:
                plan = self._shared.refresh(PLAN, self._source, of_today)
        if plan is None:
            raise NotAsked("late", "another worker is asking what the plan covers")
        return plan.grants

    def known(self) -> Grants | None:
        """What the plan covers, as far as any worker knows; asks nothing."""
        plan = self._known()
        return None if plan is None else plan.grants

    def horizon_hours(self) -> int | None:
        """The horizon that worked in the last day."""
        known: Fact | None = self._shared.snapshot().of(HORIZON).get(self._source)
        return int(known.figure) if known is not None and self._is_of_today(known) else None

    def keep_horizon(self, hours: int) -> None:
        if self.horizon_hours() != hours:
            self._shared.put(HORIZON, self._source, Fact(at=self._clock(), figure=hours))

    def _known(self) -> Plan | None:
        return self._shared.snapshot().of(PLAN).get(self._source)

    def _is_of_today(self, known: Plan | Fact | None) -> bool:
        return known is not None and -CLOCK_SKEW_SECONDS <= self._clock() - known.at < DAY_SECONDS
