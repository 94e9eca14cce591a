"""The ledger beside what a provider itself says that the same accounts emitted, by month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from carbon.accounts import ACCOUNT, Account, ProviderFootprint
from carbon.footprint_comparisons import (
    Compared,
    ComparedMonth,
    ComparisonQuery,
    FootprintComparison,
    MonthParts,
    ProviderSums,
)
from carbon.ranges import SURE
from carbon.usage_reports import ReportQuery, ReportStep, UsageSums
from planning.ledger.report import date_of, report
from store.ledger.usage import UsageTotal

SERVICE = "service"  # the tag of rows of usage with the service of a bill
Pair = tuple[str | None, str | None]  # account, region
Key = tuple[date, str | None, str | None]  # month, account, region


def comparison(
    query: ComparisonQuery,
    provider: str,
    totals: Sequence[UsageTotal],
    footprints: Sequence[ProviderFootprint],
    accounts: Mapping[str, Account],
) -> FootprintComparison:
    """Both, by month, and by month, account and region. totals: on days of these months; of any provider."""
    totals = [one for one in totals if one.region.startswith(f"{provider}:")]
    ours = dict(_ours(query, totals, (ACCOUNT, "region")))
    theirs: dict[Key, list[ProviderFootprint]] = {}
    for one in footprints:
        region = f"{provider}:{one.region}" if one.region else None
        theirs.setdefault((one.month, one.account, region), []).append(one)
    rows = [
        Compared(
            month=key[0],
            account=key[1],
            account_name=None if key[1] is None or key[1] not in accounts else accounts[key[1]].name,
            region=key[2],
            ours=ours.get(key),
            theirs=_provider_sums(theirs[key]) if key in theirs else None,
        )
        for key in ours.keys() | theirs.keys()
    ]
    whole = {key[0]: sums for key, sums in _ours(query, totals, ())}
    months = [
        _month(month, whole.get(month), [row for row in rows if row.month == month], totals, footprints)
        for month in _months(query)
    ]
    return FootprintComparison(query=query, months=tuple(months), rows=tuple(sorted(rows, key=_order)))


def _months(query: ComparisonQuery) -> Iterable[date]:
    month = query.first
    while month <= query.last:
        yield month
        month = after(month)


def after(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)


def _order(row: Compared) -> tuple[date, float, str, str]:
    ours = 0.0 if row.ours is None else row.ours.total_g or 0.0
    theirs = 0.0 if row.theirs is None else row.theirs.location_based_g or 0.0
    return row.month, -max(ours, theirs), row.account or "", row.region or ""


def _ours(query: ComparisonQuery, totals: Sequence[UsageTotal], by: tuple[str, ...]) -> list[tuple[Key, UsageSums]]:
    last = after(query.last) - timedelta(days=1)
    question = ReportQuery(first=query.first, last=last, by=by, step=ReportStep.MONTH)
    rows = report(question, totals, lambda _total, _days: (SURE, SURE), None).rows
    return [((row.starts_on, *(row.group or (None, None))), row.sums) for row in rows]  # type: ignore[misc]


def _provider_sums(footprints: Sequence[ProviderFootprint]) -> ProviderSums:
    return ProviderSums(
        model_versions=tuple(sorted({one.model_version for one in footprints if one.model_version})),
        location_based_g=_sum(one.location_based_g for one in footprints),
        market_based_g=_sum(one.market_based_g for one in footprints),
        scope_1_g=_sum(one.scope_1_g for one in footprints),
        scope_2_g=_sum(one.scope_2_g for one in footprints),
        scope_3_g=_sum(one.scope_3_g for one in footprints),
    )


def _sum(parts: Iterable[float | None]) -> float | None:
    """The sum; None if one of them is unknown."""
    total = 0.0
    for part in parts:
        if part is None:
            return None
        total += part
    return total


def _month(
    month: date,
    ours: UsageSums | None,
    rows: Sequence[Compared],
    totals: Sequence[UsageTotal],
    footprints: Sequence[ProviderFootprint],
) -> ComparedMonth:
    of_month = [one for one in footprints if one.month == month]
    theirs = _provider_sums(of_month) if of_month else None
    whole = Compared(month=month, ours=ours, theirs=theirs)
    both = {(row.account, row.region) for row in rows if row.ours is not None and row.theirs is not None}
    named = {one.tags.get(SERVICE) for one in totals if date_of(one.day).replace(day=1) == month}
    return ComparedMonth(whole=whole, parts=_parts(whole, rows, of_month, both, named), is_published=bool(of_month))


def _parts(
    whole: Compared,
    rows: Sequence[Compared],
    footprints: Sequence[ProviderFootprint],
    both: set[Pair],
    named: set[str | None],
) -> MonthParts:
    """named: the services of the ledger's rows in this month."""
    theirs = whole.theirs
    if theirs is None:
        return MonthParts(
            theirs_without_usage_g=None,
            ours_without_figure_g=None,
            other_services_g=None,
            remaining_g=None,
            purchases_g=None,
        )
    unmet = _sum(row.theirs.location_based_g for row in rows if row.theirs is not None and row.ours is None)
    extra = _sum(row.ours.total_g for row in rows if row.ours is not None and row.theirs is None)
    others = _other_services(footprints, _is_in(both), named)
    remaining = None
    if whole.difference_g is not None and unmet is not None and extra is not None:
        remaining = whole.difference_g + unmet - extra + (others or 0.0)
    is_known = theirs.market_based_g is not None and theirs.location_based_g is not None
    return MonthParts(
        theirs_without_usage_g=unmet,
        ours_without_figure_g=extra,
        other_services_g=others,
        remaining_g=remaining,
        purchases_g=(theirs.market_based_g or 0.0) - (theirs.location_based_g or 0.0) if is_known else None,
    )


def _is_in(both: set[Pair]) -> Callable[[ProviderFootprint], bool]:
    places = {(account, None if region is None else region.partition(":")[2]) for account, region in both}
    return lambda one: (one.account, one.region or None) in places


def _other_services(
    footprints: Sequence[ProviderFootprint], is_in_both: Callable[[ProviderFootprint], bool], named: set[str | None]
) -> float | None:
    """None where no name of a service is in both, as then both may name the same services otherwise."""
    services = {one.service for one in footprints if one.service}
    if not services & named or None in named:
        return None
    return _sum(one.location_based_g for one in footprints if is_in_both(one) and one.service not in named)
