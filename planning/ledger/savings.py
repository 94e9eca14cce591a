"""What following decisions saved: each by what came, and sums by group and time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from carbon.decisions import Decision, Promise
from carbon.intensity import Signal
from carbon.ledger import SettledUsage, UsageRow
from carbon.savings import Outcome, OutcomeState, SavedSums, Saving, SavingsReport, SavingsRow, SavingsSums
from carbon.usage_reports import ReportQuery
from planning.ledger.report import TAG, date_of, day_number, step_of

SEVERAL = "several"  # in place of a region or provider


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """Sums of settled rows; None: unknown."""

    grams: float | None
    usual_g: float
    kwh: float | None
    usd: float | None
    machine_hours: float


def without_figures(decision: Decision, now: datetime) -> Outcome | None:
    """The outcome of a decision that needs no look at the hours that came; None: it does."""
    promised = (*decision.placed, *decision.instead)
    if decision.ends_at > now:
        return Outcome(decision=decision, state=OutcomeState.PENDING)
    if not decision.instead or not decision.placed:
        return Outcome(decision=decision, state=OutcomeState.NO_COMPARISON)
    if any(promise.co2_emissions_g is None for promise in promised):
        return Outcome(decision=decision, state=OutcomeState.UNKNOWN)
    return None


def outcome(
    decision: Decision,
    placed: Sequence[SettledUsage],
    instead: Sequence[SettledUsage],
    ran: Sequence[SettledUsage],
) -> Outcome:
    """What a decision whose hours are over saved.

    placed, instead: its promises by the grid that came. ran: usage that names it; empty: none does. The comparison
    counts for as much energy as ran, and its price for as many machine-hours, so that a part of the work is compared
    with the same part.
    """
    if ran and not all(_is_as_placed(one.row, decision.placed) for one in ran):
        return Outcome(decision=decision, state=OutcomeState.NOT_FOLLOWED)
    here, there, done = _side(placed), _side(instead), _side(ran or placed)
    if here.grams is None or there.grams is None or done.grams is None or not here.kwh or done.kwh is None:
        return Outcome(decision=decision, state=OutcomeState.UNKNOWN)
    share = done.kwh / here.kwh
    has_machines = all(one.row.instance_type or one.row.machine for one in ran)
    usd_share = done.machine_hours / here.machine_hours if has_machines else share
    saving = Saving(
        promised_g=_promised(decision, "co2_emissions_g") or 0.0,
        realised_g=_difference(there.grams * share, done.grams),
        compared_g=there.grams * share + done.grams,
        usual_g=there.usual_g * share + done.usual_g,
        promised_usd=_promised(decision, "cost_usd"),
        realised_usd=None if there.usd is None or done.usd is None else _difference(there.usd * usd_share, done.usd),
    )
    state = OutcomeState.FOLLOWED if ran else OutcomeState.NOT_REPORTED
    return Outcome(decision=decision, state=state, saving=saving)


def _is_as_placed(row: UsageRow, placed: Sequence[Promise]) -> bool:
    """Whether it ran in a region and on a machine that the decision named; energy alone names no machine."""
    is_alone = row.instance_type is None and row.machine is None
    return any(
        row.region == promise.row.region
        and (is_alone or (row.instance_type, row.machine) == (promise.row.instance_type, promise.row.machine))
        for promise in placed
    )


def _side(rows: Sequence[SettledUsage]) -> _Side:
    days = [day for row in rows for day in row.days]
    return _Side(
        grams=_whole(day.operational_g for day in days),
        usual_g=sum(day.usual_g or 0.0 for day in days),
        kwh=_whole(day.energy_kwh for day in days),
        usd=_whole(day.cost_usd for day in days),
        machine_hours=sum(one.row.hours * one.row.count for one in rows),
    )


def _promised(decision: Decision, name: str) -> float | None:
    there, here = (_whole(getattr(one, name) for one in some) for some in (decision.instead, decision.placed))
    return None if there is None or here is None else there - here


def _difference(there: float, here: float) -> float:
    """0 for two sums that only differ in how they were added up, so that these are no loss."""
    return 0.0 if abs(there - here) <= 1e-9 * max(there, here) else there - here


def _whole(parts: Iterable[float | None]) -> float | None:
    """The sum; None if a part is unknown."""
    total = 0.0
    for part in parts:
        if part is None:
            return None
        total += part
    return total


def _only(values: Iterable[str]) -> str | None:
    distinct = set(values)
    return SEVERAL if len(distinct) > 1 else next(iter(distinct), None)


SAVINGS_DIMENSIONS: Mapping[str, Callable[[Decision], str | None]] = {
    "kind": lambda decision: decision.kind.value,
    "region": lambda decision: _only(one.row.region for one in decision.placed),
    "provider": lambda decision: _only(one.row.region.partition(":")[0] for one in decision.placed),
}


def is_in_question(query: ReportQuery, decision: Decision, signal: Signal) -> bool:
    """Whether it was made by this signal and has all tags of the question."""
    return decision.signal is signal and all(decision.tags.get(name) == value for name, value in query.tags)


@dataclass(slots=True)
class SavingsTally:
    """Sums over outcomes, which come one after the other."""

    query: ReportQuery
    signal: Signal
    _groups: dict[tuple[int, int, tuple[str | None, ...]], SavingsSums] = field(default_factory=dict)
    _total: SavingsSums = field(default_factory=SavingsSums)

    def add(self, one: Outcome) -> None:
        """Count a decision that is in the question."""
        day = day_number(one.decision.made_at.astimezone(UTC).date())
        group = tuple(_value(one.decision, name) for name in self.query.by)
        key = (*step_of(self.query, day), group)
        self._groups[key] = _with(self._groups.get(key, SavingsSums()), one)
        self._total = _with(self._total, one)

    def report(self) -> SavingsReport:
        """The report on all that were counted."""
        rows = [
            SavingsRow(starts_on=date_of(first), ends_on=date_of(last), group=group, sums=sums)
            for (first, last, group), sums in self._groups.items()
        ]
        return SavingsReport(
            query=self.query, signal=self.signal, rows=tuple(sorted(rows, key=_order)), total=self._total
        )


def _order(row: SavingsRow) -> tuple[date, float, tuple[str, ...]]:
    promised = row.sums.followed.promised_g + row.sums.not_reported.promised_g
    return row.starts_on, -promised, tuple(value or "" for value in row.group)


def _value(decision: Decision, name: str) -> str | None:
    read = SAVINGS_DIMENSIONS.get(name)
    return decision.tags.get(name.removeprefix(TAG)) if read is None else read(decision)


def _with(sums: SavingsSums, one: Outcome) -> SavingsSums:
    name = one.state.value
    before = getattr(sums, name)
    added: Any = before + 1 if one.saving is None else _with_saving(before, one.saving)
    return replace(sums, decisions=sums.decisions + 1, **{name: added})


def _with_saving(sums: SavedSums, saving: Saving) -> SavedSums:
    usd = (saving.promised_usd, saving.realised_usd)
    promised_usd, realised_usd = (0.0, 0.0) if usd[0] is None or usd[1] is None else (usd[0], usd[1])
    return SavedSums(
        decisions=sums.decisions + 1,
        losses=sums.losses + (saving.realised_g < 0),
        promised_g=sums.promised_g + saving.promised_g,
        saved_g=sums.saved_g + max(saving.realised_g, 0.0),
        lost_g=sums.lost_g + max(-saving.realised_g, 0.0),
        compared_g=sums.compared_g + saving.compared_g,
        usual_g=sums.usual_g + saving.usual_g,
        no_price=sums.no_price + (None in usd),
        promised_usd=sums.promised_usd + promised_usd,
        saved_usd=sums.saved_usd + max(realised_usd, 0.0),
        lost_usd=sums.lost_usd + max(-realised_usd, 0.0),
    )
