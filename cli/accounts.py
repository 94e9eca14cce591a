"""`flask --app app accounts ...`: names of accounts, and what their provider itself says that they emitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from accounts import footprint_export, organizations, sustainability
from accounts.aws import AwsRefused, client
from carbon.accounts import ProviderFootprint
from cli.bill_files import UnreadableBill, lines
from cli.errors import plain_errors
from cli.progress import counted
from cli.tenant_option import tenant_option
from settings import Settings
from store.ledger.accounts import Accounts
from wiring_stores import build_history

AWS = "aws"
MONTH = click.DateTime(formats=["%Y-%m"])
CSV_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def accounts(
    settings: Settings,
    utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clients: Callable[[str, str], Any] = client,
) -> click.Group:
    """The group of commands about accounts. clients: makes a client of an AWS service."""
    desk = _Desk(settings=settings, utc_now=utc_now, clients=clients)

    @click.group("accounts")
    def group() -> None:
        """Learn the names of accounts, and what AWS itself says that they emitted."""

    @group.command("refresh")
    @click.option("--tags/--no-tags", default=True, help="Also the tags of accounts, with a call for each account.")
    @tenant_option
    def refresh(tags: bool, tenant: str) -> None:
        """Read names, organizational units and tags of all accounts from AWS Organizations.

        Reports can then be by account_name, ou and account:TAG, of usage that is there already too.
        """
        with plain_errors():
            click.echo(desk.refresh(tenant, tags=tags))

    @group.command("footprint")
    @click.option("--from", "first", type=MONTH, required=True, help="First month, such as 2026-01.")
    @click.option("--to", "last", type=MONTH, help="Last month, included. Default: the present one.")
    @tenant_option
    def footprint(first: datetime, last: datetime | None, tenant: str) -> None:
        """Read what AWS itself says that each account emitted, by month, region and service.

        AWS publishes months late and corrects them: a month that is read again is replaced.
        """
        end = (last or utc_now()).date().replace(day=1)
        if end < first.date():
            raise click.BadParameter("must not be before --from", param_hint="--to")
        with plain_errors():
            click.echo(desk.footprint(tenant, first.date(), (end + timedelta(days=31)).replace(day=1)))

    @group.command("import-footprint")
    @tenant_option
    @click.argument("files", nargs=-1, required=True, type=CSV_FILE)
    def import_footprint(tenant: str, files: tuple[Path, ...]) -> None:
        """Read the same from FILES: the carbon table of AWS Data Exports, CSV or CSV compressed with gzip."""
        with plain_errors():
            for file in files:
                click.echo(f"{file.name}: {desk.import_footprint(tenant, file)}")

    return group


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What the commands do; each returns what it did in words. Raises AwsRefused, UnreadableBill, StateUnavailable."""

    settings: Settings
    utc_now: Callable[[], datetime]
    clients: Callable[[str, str], Any]

    @property
    def store(self) -> Accounts:
        return Accounts(build_history(self.settings, clock=self.utc_now))

    def refresh(self, tenant: str, *, tags: bool) -> str:
        with counted("accounts") as progress:
            asked = self.clients(organizations.SERVICE, self.settings.aws_organizations_base_url)
            found = organizations.accounts(asked, progress, tags=tags)
        changed = self.store.put(tenant, found)
        count = sum(one.status == "SUSPENDED" for one in found)
        return f"{len(found):,} accounts, {count:,} of them suspended: {changed:,} new or changed"

    def footprint(self, tenant: str, first: date, after: date) -> str:
        with counted("rows") as progress:
            asked = self.clients(sustainability.SERVICE, self.settings.aws_sustainability_base_url)
            found = sustainability.footprints(asked, first, after, progress)
        return self._stored(tenant, found)

    def import_footprint(self, tenant: str, file: Path) -> str:
        try:
            return self._stored(tenant, footprint_export.footprints(lines(file, str, footprint_export.COLUMNS)))
        except AwsRefused as error:
            raise UnreadableBill(f"{file.name}: {error}") from None

    def _stored(self, tenant: str, found: list[ProviderFootprint]) -> str:
        if not found:
            return "AWS has published no figures of these months"
        changed = self.store.put_footprints(tenant, AWS, found)
        months = sorted({one.month for one in found})
        span = f"{months[0]:%Y-%m} to {months[-1]:%Y-%m}" if len(months) > 1 else f"{months[0]:%Y-%m}"
        return f"{len(found):,} figures of {span}: {changed:,} new or changed"
