"""What a scheduler of a cluster asks about its nodes before it places one workload, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MAX_SCORE = 10  # of a scheduler extender of Kubernetes


@dataclass(frozen=True, slots=True, kw_only=True)
class NodesQuery:
    """Which nodes are the greenest for work that starts now?

    regions: of each node as provider:region, None where it is not known. deadline: the work has ended by then; None:
    nothing is known of it. duration_hours: of the work; None: not known. interruptible: whether it may pause.
    max_gco2e_per_kwh: no dirtier node is wanted; None: every one is.
    """

    regions: tuple[str | None, ...]
    deadline: datetime | None = None
    duration_hours: float | None = None
    interruptible: bool = False
    max_gco2e_per_kwh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeScore:
    """One node. gco2e_per_kwh: while the work runs; None if it is not known. score: 0 to 10, 10 for the greenest.

    is_wanted: False for a node that is known to be dirtier than the query allows.
    """

    gco2e_per_kwh: float | None
    score: int
    is_wanted: bool
