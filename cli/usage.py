"""`flask --app app usage import`: bills and lists of usage into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from pydantic import ValidationError

from api.questions.names import Facts
from api.questions.usage import UsageFields, fields_of_cells
from cli.bill_files import lines
from cli.cost_explorer import cost_explorer
from cli.errors import plain_errors
from cli.tenant_option import tenant_option
from cli.usage_import import frozen, said, usage_import
from planning.ledger.bills import cur, focus
from planning.ledger.bills.outcome import BillFacts, Cost, Line, Mapped, Outcome, Unmapped
from planning.ledger.bills.tally import Tally
from settings import Settings

OWN_COLUMNS = frozenset({"id", "start", "region"})
OTHER_CELLS = Unmapped(reason="more or fewer cells than the header", cost=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How files of a format are read. columns: that a file must have, by the names that `column` makes.

    is_read: whether a column says anything; the cells of others are skipped.
    """

    columns: frozenset[str]
    column: Callable[[str], str]
    is_read: Callable[[str], bool]
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


CUR = Format(columns=cur.COLUMNS, column=cur.column, is_read=cur.is_read, outcome=cur.outcome)
FORMATS = {
    "csv": Format(columns=OWN_COLUMNS, column=str, is_read=lambda _: True, outcome=_own_row),
    "cur": CUR,
    "cur2": CUR,
    "focus": Format(columns=focus.COLUMNS, column=focus.column, is_read=focus.is_read, outcome=focus.outcome),
}


def usage(settings: Settings, utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> click.Group:
    """The group of commands about the ledger."""

    @click.group("usage")
    def group() -> None:
        """Import what was used into the ledger."""

    @group.command("import")
    @click.option("--format", "name", type=click.Choice(list(FORMATS)), required=True, help="How FILES are written.")
    @tenant_option
    @click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def import_(name: str, tenant: str, files: tuple[Path, ...]) -> None:
        """Store the usage of FILES, CSV, CSV compressed with gzip, or Parquet: bills of AWS (cur, cur2) or in FOCUS, or
        csv with the columns of POST /api/v1/usage. A file may be imported again: what is there already is not changed.

        At the end: how many lines were left out for which reason, and which share of the cost of all usage they are.
        """
        with plain_errors():
            store = usage_import(settings, utc_now, name, tenant)
            tally = Tally()
            with said(tally), frozen():
                for file in files:
                    click.echo(f"{file.name}: {store.words(_outcomes(FORMATS[name], file, store.facts), tally)}")

    group.add_command(cost_explorer(settings, utc_now))
    return group


def _outcomes(form: Format, file: Path, facts: BillFacts) -> Iterator[Outcome]:
    """What becomes of each line of a file. Raises UnreadableBill."""
    for line in lines(file, form.column, form.columns, form.is_read):
        yield OTHER_CELLS if line is None else form.outcome(line, facts)
