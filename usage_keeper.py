"""Rows of usage are settled anew when better readings of their hours have come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from carbon.ledger import SettledUsage
from ledger_questions import settle
from planning.ledger.grid_days import ALWAYS, DAY_HOURS, changed_from, grid_days
from planning.ledger.past_hours import PastHoursCache
from planning.ledger.report import day_number
from planning.ledger.settle import CORRECTED_DAYS, LATE_DAYS, is_in_catalog, may_improve
from session import Session
from store.ledger.grid_days import GridDays
from store.ledger.usage import LedgerRow, Standing, UsageStore

AT_ONCE = 200  # rows of a step, so that each is short
MOST_HOURS = 100_000  # of all zones that are kept in memory: 6 MB


def improve_usage(usage: UsageStore, session: Session, now: datetime) -> Iterator[bool]:
    """Settle rows anew whose hours, or the facts, have changed since; rows that were stored since; and, for the last
    time, rows of which no better readings will come.

    In one process of all, once an hour, step by step for a thread in the background; a step yields False, as no
    forecast is made. Raises StateUnavailable.
    """
    if not usage.is_due(now):
        return
    today = day_number(now.date())
    past = PastHoursCache(session.grid.past_hours, MOST_HOURS)
    before, regions, grid = usage.grid_days(), usage.regions(), dict[str, GridDays]()
    for zone in sorted({session.mapping.regions[name].zone for name in regions if name in session.mapping.regions}):
        first = today - LATE_DAYS
        hours = past(zone, first * DAY_HOURS, (today + 1) * DAY_HOURS)
        grid[zone] = grid_days(hours, first, today, session.mapping.version)
        yield False
    changed = _changed_regions(regions, session, before, grid)
    for standing, ended_before in (
        (Standing.ON_READINGS, today - CORRECTED_DAYS),
        (Standing.ON_USUAL, today - LATE_DAYS),
        (Standing.NEW, today),
    ):
        after = 0
        while stored := usage.improvable(standing, ended_before, changed, after, AT_ONCE):
            after = stored[-1][0]
            usage.improve(_improved(stored, session, past, today), now)
            yield False
    # Only now: what ends before it is done all over again. The grid was read before the rows were settled by it.
    usage.keep_grid_days(grid)


def _changed_regions(
    regions: Sequence[str], session: Session, before: Mapping[str, GridDays], grid: Mapping[str, GridDays]
) -> dict[str, int]:
    """The first UTC day on which the grid of a region has changed; ALWAYS for regions that are gone."""
    changed: dict[str, int] = {}
    for name in regions:
        region = session.mapping.regions.get(name)
        day = ALWAYS if region is None else changed_from(before.get(region.zone), grid[region.zone])
        if day is not None:
            changed[name] = day
    return changed


def _improved(
    stored: Sequence[tuple[int, str, LedgerRow]], session: Session, past: PastHoursCache, today: int
) -> list[tuple[int, SettledUsage, Standing]]:
    """Rows with number, present figures and standing. Those of a type that is gone keep their figures for good."""
    rows = {number: one.settled for number, _, one in stored}
    present = [number for number, one in rows.items() if is_in_catalog(one.row, session.mapping)]
    settled = settle(session, [rows[number].row for number in present], past) if present else []
    better = [(number, one, _standing(one, today)) for number, one in zip(present, settled, strict=True)]
    return [*better, *((number, rows[number], Standing.FINAL) for number in rows.keys() - set(present))]


def _standing(settled: SettledUsage, today: int) -> Standing:
    if not may_improve(settled, today):
        return Standing.FINAL
    return Standing.ON_USUAL if settled.rests_on_usual else Standing.ON_READINGS
