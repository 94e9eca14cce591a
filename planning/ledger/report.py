"""Sums over rows of usage, by group and time, and how sure they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import hypot
from typing import Any

from carbon.ledger import SettledUsage, UsageDay
from carbon.ranges import Factors
from carbon.usage_reports import MedianRegion, ReportQuery, ReportRow, ReportStep, UsageReport, UsageSums
from store.ledger.usage import UsageTotal

# The ranges of grid and power of a total, by the number of days on which something ran in its zone.
Doubt = Callable[[UsageTotal, int], tuple[Factors, Factors]]
TAG = "tag:"  # before the name of a tag that is named like a dimension
DIMENSIONS: Mapping[str, Callable[[UsageTotal], str | None]] = {
    "region": lambda total: total.region,
    "provider": lambda total: total.region.partition(":")[0],
    "zone": lambda total: total.zone,
    "machine": lambda total: total.machine or None,
}
EPOCH = date(1970, 1, 1)
FIGURES = ("energy_kwh", "measured_g", "estimated_g", "usual_g", "embodied_g", "cost_usd")


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def date_of(day: int) -> date:
    """The date of a day since 1970."""
    return EPOCH + timedelta(days=day)


def in_question(query: ReportQuery, totals: Sequence[UsageTotal]) -> list[UsageTotal]:
    """Those with all tags of the question."""
    return [total for total in totals if all(total.tags.get(name) == value for name, value in query.tags)]


def report(
    query: ReportQuery,
    totals: Sequence[UsageTotal],
    doubt: Doubt,
    median: MedianRegion | None,
) -> UsageReport:
    """The report of the totals that are in the question."""
    groups: dict[tuple[int, int, tuple[str | None, ...]], list[UsageTotal]] = {}
    for one in totals:
        key = (*step_of(query, one.day), tuple(_value(one, name) for name in query.by))
        groups.setdefault(key, []).append(one)
    rows = [
        ReportRow(starts_on=date_of(first), ends_on=date_of(last), group=group, sums=_sums(parts, doubt))
        for (first, last, group), parts in groups.items()
    ]
    total = _sums(totals, doubt)
    units = query.functional_units
    return UsageReport(
        query=query,
        rows=tuple(sorted(rows, key=_order)),
        total=total,
        median=median,
        sci_g=None if not units or total.total_g is None else total.total_g / units,
    )


def _order(row: ReportRow) -> tuple[date, float, tuple[str, ...]]:
    return row.starts_on, -(row.sums.total_g or 0.0), tuple(value or "" for value in row.group)


def _value(total: UsageTotal, name: str) -> str | None:
    read = DIMENSIONS.get(name)
    return total.tags.get(name.removeprefix(TAG)) if read is None else read(total)


def step_of(query: ReportQuery, day: int) -> tuple[int, int]:
    """The first and last day of the step that holds a day, within the span of the question."""
    first, last = day_number(query.first), day_number(query.last)
    if query.step is ReportStep.DAY:
        return day, day
    if query.step is ReportStep.TOTAL:
        return first, last
    month = date_of(day).replace(day=1)
    next_month = (month + timedelta(days=31)).replace(day=1)
    return max(first, day_number(month)), min(last, day_number(next_month) - 1)


def _sums(totals: Sequence[UsageTotal], doubt: Doubt) -> UsageSums:
    sums: dict[str, Any] = {name: _sum(getattr(total.figures, name) for total in totals) for name in FIGURES}
    return UsageSums(
        rows=sum(total.rows for total in totals),
        hours=sum(total.figures.hours for total in totals),
        **sums,
        unknown_hours=sum(total.unknown_hours for total in totals),
        no_price_hours=sum(total.no_price_hours for total in totals),
        no_embodied_hours=sum(total.no_embodied_hours for total in totals),
        submission_g=_sum(total.figures.at_submission_g for total in totals),
        without_submission_rows=sum(total.without_submission_rows for total in totals),
        without_submission_g=sum(total.without_submission_g for total in totals),
        range=_range(totals, doubt),
    )


def _sum(parts: Iterable[float | None]) -> float | None:
    numbers = [part for part in parts if part is not None]
    return sum(numbers) if numbers else None


def _range(totals: Sequence[UsageTotal], doubt: Doubt) -> Factors | None:
    """The range of the sum of the operational grams.

    What rows share does not average out: grams in one zone are too high or too low together, and so are those of one
    machine type. Zones stray independently of each other, and so do types.
    """
    by_zone: dict[str, tuple[float, float]] = {}
    by_machine: dict[str, tuple[float, float]] = {}
    whole = 0.0
    days = Counter(zone for zone, _ in {(total.zone, total.day) for total in totals})
    for total in totals:
        grams = _known_grams(total.figures)
        grid, power = doubt(total, days[total.zone])
        whole += grams
        for sides, key, factors in ((by_zone, total.zone, grid), (by_machine, total.machine, power)):
            low, high = sides.get(key, (0.0, 0.0))
            sides[key] = low + grams * (1 - factors.low), high + grams * (factors.high - 1)
    if whole <= 0:
        return None
    low, high = (hypot(*(sides[side] for part in (by_zone, by_machine) for sides in part.values())) for side in (0, 1))
    return Factors(low=max(0.0, 1 - low / whole), high=1 + high / whole)


def _known_grams(day: UsageDay) -> float:
    return (day.measured_g or 0.0) + (day.estimated_g or 0.0) + (day.usual_g or 0.0)


def sums_of(rows: Sequence[SettledUsage]) -> UsageSums:
    """The sums of rows over all their days, without a range."""
    days = [day for row in rows for day in row.days]
    alone = [day.operational_g for day in days if day.operational_g is not None and day.at_submission_g is None]
    sums: dict[str, Any] = {name: _sum(getattr(day, name) for day in days) for name in FIGURES}
    return UsageSums(
        rows=len(rows),
        hours=sum(row.row.hours for row in rows),
        **sums,
        unknown_hours=sum(day.hours for day in days if day.operational_g is None),
        no_price_hours=sum(day.hours for day in days if day.cost_usd is None),
        no_embodied_hours=sum(day.hours for day in days if day.embodied_g is None),
        submission_g=_sum(day.at_submission_g for day in days),
        without_submission_rows=len(alone),
        without_submission_g=sum(alone),
    )
