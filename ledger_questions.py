"""What the ledger asks a session: what past usage emitted, and reports on it."""

from __future__ import annotations

from collections.abc import Sequence

from carbon.ledger import SettledUsage, UsageRow
from carbon.ranges import SURE
from carbon.usage_reports import ReportQuery, UsageReport
from planning.ledger.doubt import doubt
from planning.ledger.median import hours_of_days, in_median_region, median_region
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
