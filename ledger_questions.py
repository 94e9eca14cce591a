"""What the ledger asks a session: what past usage emitted, and reports on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import islice

from carbon.ci import CiQuery, CiReport
from carbon.decisions import Decision
from carbon.intensity import Signal
from carbon.ledger import SettledUsage, UsageRow
from carbon.ranges import SURE
from carbon.savings import Outcome, OutcomeState, SavingsReport
from carbon.usage_reports import ReportQuery, UsageReport
from planning.ledger import ci
from planning.ledger.doubt import doubt
from planning.ledger.median import hours_of_days, in_median_region, median_region, middle_region
from planning.ledger.past_hours import ReadPast
from planning.ledger.report import in_question, report
from planning.ledger.savings import SavingsTally, is_in_question, outcome, without_figures
from planning.ledger.settle import hours_of, is_in_catalog, settled, with_submission
from session import Session
from store.ledger.decisions import DecisionStore
from store.ledger.usage import UsageStore, UsageTotal


def settle(session: Session, rows: Sequence[UsageRow], read: ReadPast | None = None) -> list[SettledUsage]:
    """What rows of usage emitted, from the hours of the grid in which they ran.

    read: the hours of a zone; None: from the session. No row is refused because its power or intensity is not known.
    Raises UnknownInstanceType, StateUnavailable.
    """
    by_zone: dict[str, list[UsageRow]] = {}
    for row in rows:
        by_zone.setdefault(session.mapping.regions[row.region].zone, []).append(row)
    read = read or session.grid.past_hours
    past = {zone: read(zone, *hours_of(some)) for zone, some in sorted(by_zone.items())}
    return list(settled(rows, session.mapping, past))


def with_submissions(decisions: DecisionStore, tenant: str, rows: Sequence[UsageRow]) -> list[UsageRow]:
    """The rows; those that name a decision and no submission have its time. Raises StateUnavailable."""
    ids = {row.decision_id for row in rows if row.decision_id is not None and row.submitted_at is None}
    made_at = decisions.made_at(tenant, sorted(ids))
    return [with_submission(row, made_at) for row in rows]


def usage_report(session: Session, query: ReportQuery, totals: Sequence[UsageTotal]) -> UsageReport:
    """Sums of the ledger's totals, and the same in the median region. Raises StateUnavailable."""
    totals = in_question(query, totals)
    region, median = median_region(totals, session.mapping), None
    if region is not None:
        past = session.grid.past_hours(region.zone, *hours_of_days(totals))
        median = in_median_region(totals, region, past, session.mapping)
    return report(query, totals, lambda total, days: doubt(total, session.mapping, days), median)


def usage_by_step(query: ReportQuery, totals: Sequence[UsageTotal]) -> UsageReport:
    """The same sums for charts, without ranges and the median region."""
    return report(query, in_question(query, totals), lambda _total, _days: (SURE, SURE), None)


def ci_report(
    session: Session, query: CiQuery, stored: Mapping[str, float | None]
) -> tuple[CiReport, list[SettledUsage]]:
    """What the jobs of a pipeline emitted, and their rows of usage, in the order of the jobs.

    stored: grams of the pipeline's rows of the last week, by id. Raises StateUnavailable.
    """
    hours = ci.year_of(query)
    middles = {cloud: middle_region([cloud], *hours, session.mapping) for cloud in ci.clouds_without_region(query)}
    jobs = ci.placed(query, {cloud: region.key for cloud, region in middles.items() if region is not None})
    rows = settle(session, [ci.usage_row(query, one.job, one.region) for one in jobs])
    median = middle_region({row.row.region.partition(":")[0] for row in rows}, *hours, session.mapping)
    moved = [] if median is None else ci.moved(rows, median.key, session.mapping)
    there = settle(session, moved) if moved else []
    return ci.report(query, jobs, rows, there, ci.last_week(query, stored)), rows


AT_ONCE = 1000  # decisions that are in memory together


def moments_of(query: ReportQuery) -> tuple[datetime, datetime]:
    """The first second of the days of a question and the last one."""
    first, after = (datetime.combine(day, time(), UTC) for day in (query.first, query.last + timedelta(days=1)))
    return first, after - timedelta(seconds=1)


def savings(
    session: Session, query: ReportQuery, decisions: DecisionStore, usage: UsageStore, tenant: str
) -> SavingsReport:
    """What a tenant's decisions by the session's signal saved. Raises StateUnavailable."""
    tally, offset = SavingsTally(query, session.grid.signal), 0
    while page := decisions.decisions(tenant, *moments_of(query), offset=offset, limit=AT_ONCE):
        offset += len(page)
        asked = [one for one in page if is_in_question(query, one, session.grid.signal)]
        ran = usage.of_decisions(tenant, [one.id for one in asked])
        for one in outcomes(session, [(decision, ran.get(decision.id, ())) for decision in asked]):
            tally.add(one)
    return tally.report()


def outcomes(session: Session, decisions: Sequence[tuple[Decision, Sequence[SettledUsage]]]) -> Iterator[Outcome]:
    """What became of decisions by the session's signal, each with the usage that names it; in another order.

    Raises StateUnavailable.
    The figures of usage are those that are stored, which are of the average signal; by another one they are made here.
    """
    is_average = session.grid.signal is Signal.AVERAGE_LIFECYCLE
    over: list[tuple[Decision, list[UsageRow], Sequence[SettledUsage]]] = []
    for decision, ran in decisions:
        rows = [one.row for one in (*decision.placed, *decision.instead)]
        rows += [] if is_average else [one.row for one in ran]
        early = without_figures(decision, session.now)
        if early is not None:
            yield early
        elif not all(is_in_catalog(row, session.mapping) for row in rows):
            yield Outcome(decision=decision, state=OutcomeState.UNKNOWN)
        else:
            over.append((decision, rows, ran))
    together = [row for _, rows, _ in over for row in rows]
    figures = iter(settle(session, together) if together else ())
    for decision, _, ran in over:
        placed, instead = (list(islice(figures, len(part))) for part in (decision.placed, decision.instead))
        yield outcome(decision, placed, instead, ran if is_average else list(islice(figures, len(ran))))
