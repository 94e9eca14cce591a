"""What the plan of a key covers, fetched once a day for all workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from grid.records import CLOCK_SKEW_SECONDS, HORIZON, PLAN, Fact, Plan
from grid.source import RefreshInProgress
from store.shared.state import SharedState

DAY_SECONDS = 86_400.0
Grants = Mapping[str, frozenset[str]]  # the requests that a key allows, by zone, in words of the upstream


class PlanBook:
    """The plan and the longest forecast horizon of one source's key."""

    def __init__(self, source: str, shared: SharedState, *, clock: Callable[[], float]) -> None:
        """clock: seconds since 1970."""
        self._source = source
        self._shared = shared
        self._clock = clock
        self._lock = threading.Lock()

    def grants(self, fetch: Callable[[], Grants | None]) -> Grants | None:
        """What the plan covers, from `fetch` once a day; None when the upstream does not tell.

        Raises the exceptions of `fetch`, and RefreshInProgress while another worker fetches the first plan.
        """

        def plan_of_today(shared: Plan | None) -> Plan:
            if shared is not None and self._is_of_today(shared):
                return shared
            return Plan(grants=fetch(), at=self._clock(), turn=1 if shared is None else shared.turn + 1)

        plan = self._stored_plan()
        if not self._is_of_today(plan):
            with self._lock:
                plan = self._shared.refresh(PLAN, self._source, plan_of_today)
        if plan is None:
            raise RefreshInProgress("late", "another worker is asking what the plan covers")
        return plan.grants

    def current(self) -> Grants | None:
        """What the plan covers, as far as a worker has fetched it; sends no call."""
        plan = self._stored_plan()
        return None if plan is None else plan.grants

    def horizon_hours(self) -> int | None:
        """The horizon that worked in the last day."""
        horizon: Fact | None = self._shared.snapshot().of(HORIZON).get(self._source)
        return int(horizon.figure) if horizon is not None and self._is_of_today(horizon) else None

    def keep_horizon(self, hours: int) -> None:
        if self.horizon_hours() != hours:
            self._shared.put(HORIZON, self._source, Fact(at=self._clock(), figure=hours))

    def _stored_plan(self) -> Plan | None:
        return self._shared.snapshot().of(PLAN).get(self._source)

    def _is_of_today(self, record: Plan | Fact | None) -> bool:
        return record is not None and -CLOCK_SKEW_SECONDS <= self._clock() - record.at < DAY_SECONDS
