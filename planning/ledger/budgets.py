"""Budgets: their periods, what a decision takes of them, whether it fits, and which thresholds are passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from carbon.budgets import (
    MICRODOLLARS,
    MICROGRAMS_PER_GRAM,
    MICROGRAMS_PER_KG,
    Budget,
    BudgetExceeded,
    BudgetPeriod,
    BudgetState,
    Claim,
    Limited,
    Span,
    amount,
)
from carbon.decisions import Promise

LEAST_PACE = timedelta(hours=1)  # of a period, before its pace says anything
_MONTHS = {BudgetPeriod.MONTH: 1, BudgetPeriod.QUARTER: 3, BudgetPeriod.YEAR: 12}


def span_of(budget: Budget, moment: datetime) -> Span:
    """The period that holds a moment, from midnight to midnight in the time zone of the budget."""
    zone = ZoneInfo(budget.time_zone)
    first = _first_day(budget.period, moment.astimezone(zone).date())
    return Span(_midnight(first, zone), _midnight(_next(budget.period, first), zone))


def span_before(budget: Budget, span: Span) -> Span:
    """The period before."""
    return span_of(budget, span.starts_at - timedelta(microseconds=1))


def _first_day(period: BudgetPeriod, day: date) -> date:
    if period is BudgetPeriod.DAY:
        return day
    if period is BudgetPeriod.WEEK:
        return day - timedelta(days=day.weekday())
    months = _MONTHS[period]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def _next(period: BudgetPeriod, first: date) -> date:
    if period in (BudgetPeriod.DAY, BudgetPeriod.WEEK):
        return first + timedelta(days=1 if period is BudgetPeriod.DAY else 7)
    month = first.month - 1 + _MONTHS[period]
    return first.replace(year=first.year + month // 12, month=month % 12 + 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Where clocks skip midnight, the moment at which they do; where they show it twice, the first."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def claims_of(placed: Sequence[Promise]) -> list[Claim]:
    """What promises take, each rounded up, so that many small ones are not too little together."""
    return [
        Claim(
            starts_at=promise.row.start,
            ends_at=promise.row.end,
            machine_hours=promise.row.count * promise.row.hours,
            operational_ug=_whole(promise.co2_emissions_g, MICROGRAMS_PER_GRAM),
            embodied_ug=_whole(promise.embodied_emissions_g, MICROGRAMS_PER_GRAM),
            cost_microusd=_whole(promise.cost_usd, MICRODOLLARS),
        )
        for promise in placed
    ]


def _whole(amount: float | None, unit: int) -> int | None:
    return None if amount is None else ceil(round(amount * unit, 3))  # 3: not up because of a binary digit


def spans_of(budget: Budget, claims: Sequence[Claim]) -> list[Span]:
    """The periods in which claims lie, the earliest first."""
    spans = set[Span]()
    for claim in claims:
        moment = claim.starts_at
        while moment < claim.ends_at:
            span = span_of(budget, moment)
            spans.add(span)
            moment = span.ends_at
    return sorted(spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Why claims do not fit into a period. needed, left: micrograms or millionths of a dollar; needed None: unknown."""

    state: BudgetState
    limited: Limited
    needed: int | None
    left: int


def lacks(budget: Budget, states: Mapping[Span, BudgetState], claims: Sequence[Claim]) -> list[Lack]:
    """What keeps claims from fitting into what is left of their periods; empty if they fit.

    A window over a boundary is split by its hours. An amount that is not known fits into no limit. states: of all
    periods in which claims lie, without these claims.
    """
    missing = []
    for span, state in states.items():
        parts = [part for part in (claim.within(span) for claim in claims) if part is not None]
        for limited in budget.limits:
            amounts = [amount(part, budget, limited) for part in parts]
            numbers = [one for one in amounts if one is not None]
            needed = sum(numbers) if len(numbers) == len(amounts) else None
            left = state.left(limited) or 0
            if needed is None or needed > left:
                missing.append(Lack(state=state, limited=limited, needed=needed, left=left))
    return missing


def refuse(budget: Budget, states: Mapping[Span, BudgetState], missing: Sequence[Lack]) -> BudgetExceeded:
    """The error of claims that do not fit."""
    facts = [
        {
            "period_start": lack.state.span.starts_at,
            "period_end": lack.state.span.ends_at,
            "limit": lack.limited.value,
            "needed": None if lack.needed is None else in_units(lack.limited, lack.needed),
            "left": in_units(lack.limited, lack.left),
        }
        for lack in missing
    ]
    sentence = "; ".join(map(_in_words, missing))
    return BudgetExceeded(f"{sentence}; budget {budget.name} refuses what does not fit", budget, states, facts)


def _in_words(lack: Lack) -> str:
    unit = lack.limited.value
    day = lack.state.span.starts_at.astimezone(ZoneInfo(lack.state.budget.time_zone)).date()
    left = f"{in_units(lack.limited, max(lack.left, 0)):g} {unit} of the period from {day} are left"
    if lack.needed is None:
        return f"it is not known how many {unit} the placement takes, and {left}"
    return f"the placement takes {in_units(lack.limited, lack.needed):g} {unit}, and {left}"


def in_units(limited: Limited, number: int) -> float:
    """Kilograms or dollars."""
    return number / (MICRODOLLARS if limited is Limited.USD else MICROGRAMS_PER_KG)


def projected(state: BudgetState, limited: Limited, now: datetime) -> float | None:
    """What the whole period comes to if usage goes on as so far, in kilograms or dollars.

    What was spent over the share of the period that is over; of a period that is over, what was spent. None within its
    first hour.
    """
    spent, span = in_units(limited, state.spent_of(limited)), state.span
    gone = min(now, span.ends_at) - span.starts_at
    return None if gone < LEAST_PACE else spent * (span.seconds / gone.total_seconds())


def used_percent(state: BudgetState, limited: Limited) -> float | None:
    """How much of a limit is spent or reserved; None without the limit, or with one of 0 of which nothing is used."""
    limit = state.budget.limits.get(limited)
    if limit is None:
        return None
    used = state.spent_of(limited) + state.reserved_of(limited)
    if limit == 0:
        return None if used == 0 else float("inf")
    return 100.0 * used / limit


def passed(state: BudgetState, limited: Limited) -> list[float]:
    """The thresholds that are reached, rising."""
    percent = used_percent(state, limited)
    return [] if percent is None else [one for one in state.budget.thresholds if percent >= one]
