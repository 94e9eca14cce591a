"""Plans that are made in the background: their states, and what whoever makes one hears of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import inf
from typing import Protocol

from carbon.errors import Busy, CarbonError, RateLimited
from carbon.roles import TENANT

LIFETIME = timedelta(days=1)  # of a plan with its answer, from its submission on


class PlanState(StrEnum):
    """What became of a plan."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = frozenset((PlanState.WAITING, PlanState.RUNNING))


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedPlan:
    """A plan of the queue.

    id: cannot be guessed. caller: key/ID, key/ID/TENANT if the tenant is not the default one, or
    address/DIGEST. request_id: of the request that submitted it.
    progress: share of the work done, 0 to 1. worker: name of the process that makes it, as MACHINE/PROCESS; run: the
    name of this attempt; lease_ends_at: until when the attempt may be taken to be alive; all of them while it is
    running, run also later, since it names the answer. deaths: attempts whose worker ended. detail: why it failed.
    """

    id: str
    caller: str
    request_id: str
    created_at: datetime
    state: PlanState = PlanState.WAITING
    progress: float = 0.0
    worker: str | None = None
    run: str | None = None
    lease_ends_at: datetime | None = None
    deaths: int = 0
    detail: str | None = None

    @property
    def tenant(self) -> str:
        """Whose plan it is.

        A part of `caller` says so: earlier releases take a queue whose plans have one more field for an empty one.
        """
        return self.caller.split("/")[2] if self.caller.count("/") == 2 else TENANT

    @property
    def expires_at(self) -> datetime:
        """When the plan is forgotten."""
        return self.created_at + LIFETIME

    @property
    def is_unfinished(self) -> bool:
        """Whether it waits or is being made."""
        return self.state in UNFINISHED

    @property
    def machine(self) -> str | None:
        """The machine whose worker makes it."""
        return None if self.worker is None else self.worker.rpartition("/")[0]


class QueueFull(Busy):
    """The queue of plans is full."""

    retry_after_seconds = 30


class TooManyPlans(RateLimited):
    """One caller has as many plans in the background as anybody may have."""


class WorkStopped(CarbonError):
    """Work in the background was stopped: it was cancelled, its time is over, or its process ends."""


class Watch(Protocol):
    """Follows one piece of work and may stop it. Used by the thread that works."""

    def report(self, share: float) -> None:
        """Say which share of the work is done, 0 to 1; requests of the process may be answered meanwhile.

        Called after each step, at least once a second. Raises WorkStopped.
        """
        ...

    def is_stopped(self) -> bool:
        """Whether to stop, for work in another process, which `report` cannot end."""
        ...

    def seconds_left(self) -> float:
        """How long the work may take from now on, 0 or more; infinity without a limit."""
        ...

    @property
    def is_awaited(self) -> bool:
        """Whether a request waits for the work, which then ends in time with what there is."""
        ...


class Unwatched:
    """Lets the work go on to its end: a request waits for it."""

    is_awaited = True

    def report(self, share: float) -> None:
        """Nothing."""

    def is_stopped(self) -> bool:
        """Never."""
        return False

    def seconds_left(self) -> float:
        """No limit."""
        return inf


UNWATCHED = Unwatched()


class Awaited(Unwatched):
    """Lets the work go on, for which a request waits until `ends_at` of the clock."""

    def __init__(self, ends_at: float, seconds: Callable[[], float]) -> None:
        self._ends_at, self._seconds = ends_at, seconds

    def seconds_left(self) -> float:
        """See Watch."""
        return max(0.0, self._ends_at - self._seconds())


@dataclass(frozen=True, slots=True)
class LaterPart:
    """Follows the rest of a piece of work of which the share `start` is done."""

    watch: Watch
    start: float

    def report(self, share: float) -> None:
        """share: of the rest."""
        self.watch.report(self.start + (1.0 - self.start) * share)

    def is_stopped(self) -> bool:
        """As the whole work."""
        return self.watch.is_stopped()

    def seconds_left(self) -> float:
        """As the whole work."""
        return self.watch.seconds_left()

    @property
    def is_awaited(self) -> bool:
        """As the whole work."""
        return self.watch.is_awaited
