"""Stores the usage of bills, whatever they come from, and says what was left out."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import click

import ledger_questions
from accounts.aws import AwsRefused
from catalog.usage_prefixes import load_usage_prefixes
from cli.bill_files import UnreadableBill
from planning.ledger.bills.outcome import BillFacts, Mapped, Outcome
from planning.ledger.bills.tally import Sum, Tally, by_cost
from planning.ledger.past_hours import PastHoursCache
from planning.ledger.report import day_number
from planning.ledger.settle import may_improve
from session import Session
from settings import Settings
from store.ledger.decisions import DecisionLedger, DecisionStore
from store.ledger.usage import UsageLedger, UsageStore, Written
from wiring import build_engine, build_facts
from wiring_stores import build_history

BATCH = 5000  # rows that are settled and stored at once


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageImport:
    """One run of a command. name: of the format, which is the origin of the rows. tenant: whose they are."""

    name: str
    tenant: str
    facts: BillFacts
    session: Session
    ledger: UsageStore
    decisions: DecisionStore
    past: PastHoursCache

    def words(self, outcomes: Iterator[Outcome], tally: Tally) -> str:
        """Store the rows; how many, in words. Raises UnreadableBill, AwsRefused, StateUnavailable."""
        before, rows = tally.mapped.lines, _rows(outcomes, tally)
        written = Written()
        try:
            while batch := list(islice(rows, BATCH)):
                written += self._put(batch)
        except (UnreadableBill, AwsRefused) as error:
            so_far = written.added + written.replaced + written.unchanged
            raise type(error)(f"{error}; {so_far:,} rows before it are stored") from None
        count = tally.mapped.lines - before
        doubled = count - written.added - written.replaced - written.unchanged
        more = f"; {doubled:,} have the id of a later one" if doubled else ""
        return (
            f"{count:,} rows of usage: {written.added:,} stored, {written.replaced:,} replaced, "
            f"{written.unchanged:,} there already{more}"
        )

    def _put(self, batch: Iterable[Mapped]) -> Written:
        last_of_each_id = list({one.row.id: one.row for one in batch}.values())
        # As they are stored: with the time of their decision. Only rows that are not there yet are settled.
        rows = ledger_questions.with_submissions(self.decisions, self.tenant, last_of_each_id)
        unchanged = self.ledger.unchanged(self.tenant, rows)
        written = Written(unchanged=len(unchanged))
        if not (fresh := [row for row in rows if row.id not in unchanged]):
            return written
        today = day_number(self.facts.now.date())
        stored = [(one, may_improve(one, today)) for one in ledger_questions.settle(self.session, fresh, self.past)]
        return written + self.ledger.put(self.tenant, self.name, stored, self.facts.now)


def usage_import(settings: Settings, utc_now: Callable[[], datetime], name: str, tenant: str) -> UsageImport:
    """An import of a format into the ledger of a tenant."""
    now, mapping, past = utc_now(), build_facts(settings).mapping, build_history(settings, clock=utc_now)
    session = build_engine(settings, mapping=mapping, history=past).at(now)
    return UsageImport(
        name=name,
        tenant=tenant,
        facts=BillFacts(mapping=mapping, prefixes=load_usage_prefixes(), now=now),
        session=session,
        ledger=UsageLedger(past),
        decisions=DecisionLedger(past),
        past=PastHoursCache(session.grid.past_hours),
    )


def _rows(outcomes: Iterator[Outcome], tally: Tally) -> Iterator[Mapped]:
    """Those that are usage; all are counted."""
    for one in outcomes:
        tally.add(one)
        if isinstance(one, Mapped):
            yield one


@contextmanager
def said(tally: Tally) -> Iterator[None]:
    """Says at the end what was left out, also after an error."""
    try:
        yield
    finally:
        click.echo("\n".join(summary(tally)), nl=bool(tally.ignored or tally.unmapped or tally.notes))


@contextmanager
def frozen() -> Iterator[None]:
    """The collector of garbage does not look again and again at the catalog, which stays as it is."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def summary(tally: Tally) -> Iterator[str]:
    """What was left out, by reason: lines, cost, and for usage its share of the cost of all usage."""
    for title, sums, has_share in (
        ("Ignored, since they are no usage of their own", tally.ignored, False),
        ("Not mapped to a machine, so without grams", tally.unmapped, True),
        ("Stored, but", tally.notes, False),
    ):
        if sums:
            yield f"\n{title}:"
            yield from (_line(tally, reason, one, has_share=has_share) for reason, one in by_cost(sums))
        if sums and has_share:
            yield _line(tally, "in all", _whole(sums.values()), has_share=True)


def _whole(sums: Collection[Sum]) -> Sum:
    whole = Sum(lines=sum(one.lines for one in sums))
    for one in sums:
        for currency, amount in one.cost.items():
            whole.cost[currency] = whole.cost.get(currency, 0.0) + amount
    return whole


def _line(tally: Tally, reason: str, one: Sum, *, has_share: bool) -> str:
    words = [_money(tally, one, currency, has_share=has_share) for currency in sorted(one.cost)]
    return f"{one.lines:>9,}  {', '.join(words) or 'cost not known':<28}  {reason}"


def _money(tally: Tally, one: Sum, currency: str, *, has_share: bool) -> str:
    share = tally.share(one, currency) if has_share else None
    return f"{one.cost[currency]:,.2f} {currency}" + ("" if share is None else f" ({share:.1%})")
