"""What decisions that are kept ask a session: what an answer promised, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import ledger_questions
from carbon.decisions import Decision, Promise
from carbon.jobs import ScheduleQuery
from carbon.ledger import SettledUsage
from carbon.schedules import Schedule
from planning.ledger.promises import Both, Naming, of_schedule
from planning.ledger.report import day_number
from planning.ledger.settle import may_improve
from planning.placing.machine_type import modelled_machine
from planning.placing.phases import power_over_time
from planning.scheduling.power import Power
from session import Session


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
