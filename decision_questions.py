"""What decisions that are kept ask a session: what an answer promised, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import ledger_questions
from carbon.decisions import Decision, Promise
from carbon.jobs import ScheduleQuery
from carbon.ledger import SettledUsage
from carbon.placements import Placement, PlacementRow
from carbon.schedules import Schedule
from carbon.workload import OptimizeQuery, Priority
from planning.ledger.promises import Both, Naming, of_placement, of_schedule
from planning.ledger.report import day_number
from planning.ledger.settle import may_improve
from planning.placing.machine_type import modelled_machine
from planning.placing.phases import power_over_time
from planning.scheduling.power import Power
from session import Session

MOST_OTHERS = 20  # rows of each order that are looked at, until one fits into a budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a promise. may_change: whether better readings may still come."""

    settled: SettledUsage
    may_change: bool


def promises_of_schedule(session: Session, query: ScheduleQuery, schedule: Schedule, naming: Naming) -> Both:
    """As promises.of_schedule, with the power of the machines in each place in which the job runs."""
    powers = dict[str, Power | None]()
    run = query.run
    if run is not None and run.load.phases:
        runs = [one.schedule for one in schedule.occurrences] or [schedule]
        for region in {one.region for one in runs if one is not None}:
            machine = modelled_machine(replace(run, region=region), session.mapping)
            powers[region] = power_over_time(machine, run.load)
    return of_schedule(query, schedule, powers, naming)


def other_placements(
    session: Session, query: OptimizeQuery, placement: Placement, naming: Naming
) -> Iterator[Sequence[Promise]]:
    """What could run in place of the first row: the other rows, then the rows of least emissions, then the cheapest."""
    yield from (_alone(query, placement, row, naming) for row in placement.rows[1:])
    for priority in (Priority.CARBON, Priority.COST):
        wider = session.optimize(replace(query, priority=priority, limit=MOST_OTHERS))
        yield from (_alone(query, wider, row, naming) for row in wider.rows)


def _alone(query: OptimizeQuery, placement: Placement, row: PlacementRow, naming: Naming) -> Sequence[Promise]:
    return of_placement(query, replace(placement, rows=(row,), baseline=None), naming)[0]


def other_windows(
    session: Session, query: ScheduleQuery, schedule: Schedule, naming: Naming
) -> Iterator[Sequence[Promise]]:
    """The next best windows of a job that runs once, in the same place."""
    if not schedule.occurrences:
        for window in schedule.alternatives:
            yield promises_of_schedule(session, query, replace(schedule, best=window), naming)[0]


def outcomes(session: Session, decision: Decision) -> Mapping[int, Outcome]:
    """What came of the promises of a decision whose hours are over, by their place: first those that were placed.

    session: by the signal of the decision. A promise in a region that the catalog has no more has none.
    Raises StateUnavailable.
    """
    promises = (*decision.placed, *decision.instead)
    over = {place: one for place, one in enumerate(promises) if _is_over(session, one)}
    if not over:
        return {}
    rows = [_settleable(session, one) for one in over.values()]
    today = day_number(session.now.date())
    return {
        place: Outcome(settled=settled, may_change=may_improve(settled, today))
        for place, settled in zip(over, ledger_questions.settle(session, [one.row for one in rows]), strict=True)
    }


def _is_over(session: Session, promise: Promise) -> bool:
    return promise.row.end <= session.now and promise.row.region in session.mapping.regions


def _settleable(session: Session, promise: Promise) -> Promise:
    """Without a machine type that the catalog has no more: the energy is that of the promise."""
    row = promise.row
    provider = row.region.partition(":")[0]
    if row.instance_type is None or session.mapping.catalog.find_type(provider, row.instance_type) is not None:
        return promise
    return replace(promise, row=replace(row, instance_type=None))
