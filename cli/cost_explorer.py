"""`flask --app app usage cost-explorer`: usage from AWS Cost Explorer, where there is no Cost and Usage Report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import click

from accounts import aws
from accounts.cost_explorer import CALLS_A_MONTH, SERVICE, USD_A_CALL, Calls, machines, other_services, spans
from cli.errors import plain_errors
from cli.progress import counted
from cli.tenant_option import tenant_option
from cli.usage_import import said, usage_import
from planning.ledger.bills import cost_explorer as bill
from planning.ledger.bills.outcome import Outcome
from planning.ledger.bills.tally import Tally
from settings import Settings

ORIGIN = "cost-explorer"  # of the rows
DAY = click.DateTime(formats=["%Y-%m-%d"])


def cost_explorer(
    settings: Settings,
    utc_now: Callable[[], datetime],
    clients: Callable[[str, str], Any] = aws.client,
) -> click.Command:
    """The command. clients: makes a client of an AWS service."""

    @click.command("cost-explorer")
    @click.option("--from", "first", type=DAY, required=True, help="First UTC day, such as 2026-10-01.")
    @click.option("--to", "last", type=DAY, help="Last UTC day, included. Default: yesterday, which is the latest.")
    @click.option("--dry-run", is_flag=True, help="Say how many calls it takes, and make none.")
    @click.option("--max-calls", type=click.IntRange(1, 100_000), default=100, show_default=True)
    @tenant_option
    def command(first: datetime, last: datetime | None, dry_run: bool, max_calls: int, tenant: str) -> None:
        """Store the usage of machines of all accounts, by day, account and usage type, from AWS Cost Explorer.

        Only for accounts without a Cost and Usage Report: what a bill has brought would be counted twice. AWS charges
        for each call. Days may be imported again: figures that AWS has corrected replace those that were stored.
        """
        yesterday = utc_now().date() - timedelta(days=1)
        end = yesterday if last is None else last.date()
        if not first.date() <= end <= yesterday:
            raise click.BadParameter(f"must be from --from to yesterday, {yesterday}", param_hint="--to")
        months = spans(first.date(), end)
        least = CALLS_A_MONTH * len(months)
        click.echo(
            f"{first.date()} to {end}: {least:,} calls or more, of about {USD_A_CALL:.2f} USD each; "
            f"long answers take more, at most {max_calls:,} in all (--max-calls)"
        )
        if dry_run:
            return
        if least > max_calls:
            raise click.BadParameter(f"must be at least {least:,} for these days", param_hint="--max-calls")
        with plain_errors(), counted("calls") as progress:
            store, tally = usage_import(settings, utc_now, ORIGIN, tenant), Tally()
            asked, calls = (
                clients(SERVICE, settings.aws_cost_explorer_base_url),
                Calls(most=max_calls, progress=progress),
            )
            with said(tally):
                for span in months:
                    lines = (bill.outcome(line, store.facts) for line in machines(asked, span, calls))
                    outcomes: Iterator[Outcome] = chain(lines, other_services(asked, span, calls))
                    click.echo(f"{span[0]:%Y-%m}: {store.words(outcomes, tally)}")
                click.echo(f"{calls.count:,} calls were made")

    return command
