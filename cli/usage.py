"""`flask --app app usage import`: bills and lists of usage into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import click
from pydantic import ValidationError

import ledger_questions
from api.questions.names import Facts
from api.questions.usage import UsageFields, fields_of_cells
from carbon.roles import TENANT
from catalog.usage_prefixes import load_usage_prefixes
from cli.bill_files import UnreadableBill, lines
from cli.errors import plain_errors
from planning.ledger.bills import cur, focus
from planning.ledger.bills.outcome import BillFacts, Cost, Line, Mapped, Outcome, Unmapped
from planning.ledger.bills.tally import Sum, Tally, by_cost
from planning.ledger.report import day_number
from planning.ledger.settle import may_improve
from session import Session
from settings import Settings
from store.keys.table import NAME_RULE, is_name
from store.ledger.usage import UsageLedger, UsageStore, Written
from wiring import build_engine, build_facts
from wiring_stores import build_history

BATCH = 1000  # rows that are settled and stored at once
OWN_COLUMNS = frozenset({"id", "start", "region"})
OTHER_CELLS = Unmapped(reason="more or fewer cells than the header", cost=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How files of a format are read. columns: that a file must have, by the names that `column` makes."""

    columns: frozenset[str]
    column: Callable[[str], str]
    outcome: Callable[[Line, BillFacts], Outcome]


def _own_row(line: Line, facts: BillFacts) -> Outcome:
    """A line in the columns of POST /api/v1/usage."""
    try:
        row = UsageFields.model_validate(
            fields_of_cells(line), context=Facts(mapping=facts.mapping, now=facts.now, max_age_minutes=0)
        ).row()
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        return Unmapped(reason=f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}", cost=None)
    return Mapped(row=row, cost=None if row.cost_usd is None else Cost(amount=row.cost_usd))


CUR = Format(columns=cur.COLUMNS, column=cur.column, outcome=cur.outcome)
FORMATS = {
    "csv": Format(columns=OWN_COLUMNS, column=str, outcome=_own_row),
    "cur": CUR,
    "cur2": CUR,
    "focus": Format(columns=focus.COLUMNS, column=focus.column, outcome=focus.outcome),
}


def usage(settings: Settings, utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> click.Group:
    """The group of commands about the ledger."""

    @click.group("usage")
    def group() -> None:
        """Import what was used into the ledger."""

    @group.command("import")
    @click.option("--format", "name", type=click.Choice(list(FORMATS)), required=True, help="How FILES are written.")
    @click.option(
        "--tenant", default=TENANT, show_default=True, callback=_tenant, help="Whose usage it is, as its keys say."
    )
    @click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def import_(name: str, tenant: str, files: tuple[Path, ...]) -> None:
        """Store the usage of FILES, CSV or CSV compressed with gzip: bills of AWS (cur, cur2) or in FOCUS, or csv
        with the columns of POST /api/v1/usage. A file may be imported again: what is there already is not changed.

        At the end: how many lines were left out for which reason, and which share of the cost of all usage they are.
        """
        with plain_errors():
            now = utc_now()
            mapping = build_facts(settings).mapping
            past = build_history(settings, clock=utc_now)
            store = _Import(
                name=name,
                tenant=tenant,
                facts=BillFacts(mapping=mapping, prefixes=load_usage_prefixes(), now=now),
                session=build_engine(settings, mapping=mapping, history=past).at(now),
                ledger=UsageLedger(past),
            )
            tally = Tally()
            try:
                for file in files:
                    click.echo(f"{file.name}: {store.words(file, tally)}")
            finally:
                click.echo("\n".join(summary(tally)), nl=bool(tally.ignored or tally.unmapped or tally.notes))

    return group


def _tenant(context: click.Context, parameter: click.Parameter, text: str) -> str:
    if not is_name(text):
        raise click.BadParameter(NAME_RULE)
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Import:
    """One run of the command. name: of the format, which is the origin of the rows. tenant: whose they are."""

    name: str
    tenant: str
    facts: BillFacts
    session: Session
    ledger: UsageStore

    def words(self, file: Path, tally: Tally) -> str:
        """Store a file's rows; how many. Raises UnreadableBill, StateUnavailable."""
        form, before = FORMATS[self.name], tally.mapped.lines
        outcomes = self._outcomes(lines(file, form.column, form.columns), form.outcome, tally)
        written = Written()
        try:
            while batch := list(islice(outcomes, BATCH)):
                written += self._put(batch)
        except UnreadableBill as error:
            so_far = written.added + written.replaced + written.unchanged
            raise UnreadableBill(f"{error}; {so_far:,} rows before it are stored") from error
        rows = tally.mapped.lines - before
        doubled = rows - written.added - written.replaced - written.unchanged
        more = f"; {doubled:,} have the id of a later one" if doubled else ""
        return (
            f"{rows:,} rows of usage: {written.added:,} stored, {written.replaced:,} replaced, "
            f"{written.unchanged:,} there already{more}"
        )

    def _put(self, batch: Iterable[Mapped]) -> Written:
        settled = ledger_questions.settle(self.session, [one.row for one in batch])
        today = day_number(self.facts.now.date())
        stored = [(one, may_improve(one, today)) for one in settled]
        return self.ledger.put(self.tenant, self.name, stored, self.facts.now)

    def _outcomes(
        self, cells: Iterable[Line | None], outcome: Callable[[Line, BillFacts], Outcome], tally: Tally
    ) -> Iterator[Mapped]:
        """The lines that are usage; all are counted."""
        for line in cells:
            one = OTHER_CELLS if line is None else outcome(line, self.facts)
            tally.add(one)
            if isinstance(one, Mapped):
                yield one


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
    if tally.unmapped:
        whole = Sum(lines=sum(one.lines for one in tally.unmapped.values()))
        for one in tally.unmapped.values():
            for currency, amount in one.cost.items():
                whole.cost[currency] = whole.cost.get(currency, 0.0) + amount
        yield _line(tally, "in all", whole, has_share=True)


def _line(tally: Tally, reason: str, one: Sum, *, has_share: bool) -> str:
    words = [_money(tally, one, currency, has_share=has_share) for currency in sorted(one.cost)]
    return f"{one.lines:>9,}  {', '.join(words) or 'cost not known':<28}  {reason}"


def _money(tally: Tally, one: Sum, currency: str, *, has_share: bool) -> str:
    share = tally.share(one, currency) if has_share else None
    return f"{one.cost[currency]:,.2f} {currency}" + ("" if share is None else f" ({share:.1%})")
