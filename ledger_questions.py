"""What the ledger asks a session: what past usage emitted, and reports on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from carbon.ci import CiQuery, CiReport
from carbon.errors import UnknownInstanceType
from carbon.ledger import SettledUsage, UsageRow
from carbon.ranges import SURE
from carbon.usage_reports import ReportQuery, UsageReport
from mapping import CloudMap
from planning.ledger import ci
from planning.ledger.doubt import doubt
from planning.ledger.median import hours_of_days, in_median_region, median_region, middle_region
from planning.ledger.report import in_question, report
from planning.ledger.settle import hours_of, settled
from session import Session
from store.ledger.usage import UsageTotal


def settle(session: Session, rows: Sequence[UsageRow]) -> list[SettledUsage]:
    """What rows of usage emitted, from the hours of the grid in which they ran.

    No row is refused because its power or intensity is not known. Raises UnknownInstanceType, StateUnavailable.
    """
    first, last = hours_of(rows)
    zones = {session.mapping.regions[row.region].zone for row in rows}
    past = {zone: session.grid.past_hours(zone, first, last) for zone in sorted(zones)}
    return list(settled(rows, session.mapping, past))


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


def is_in_catalog(row: UsageRow, mapping: CloudMap) -> bool:
    """Whether the catalog still has the region and type; figures of other rows cannot be made anew."""
    region = mapping.regions.get(row.region)
    if region is None:
        return False
    try:
        return row.instance_type is None or bool(mapping.instance_type(region.provider, row.instance_type))
    except UnknownInstanceType:
        return False
