"""Commands for the operator: `flask --app app keys create|list|revoke`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from carbon.errors import CarbonError
from settings import RATE, Settings
from store.keys import KeyRecord, Keys, UnreadableKeys
from wiring import build_key_store, build_redis


def keys(settings: Settings) -> click.Group:
    """The group of commands about the API keys."""
    table: Keys = build_key_store(settings, build_redis(settings))

    @click.group("keys")
    def group() -> None:
        """API keys. As soon as there is one, /v1 and /api/v1 need a key, even when all are revoked later."""

    @group.command("create")
    @click.argument("name")
    @click.option("--rate", callback=_rate, help='Its own rate limit, such as "600 per minute", or off.')
    def create(name: str, rate: str | None) -> None:
        """Create a key and print it: this once, for only its hash is kept."""
        with _plain_errors():
            key = table.create(name, rate=rate, now=datetime.now(UTC))
        click.echo(key)
        click.echo("Keep it now: it cannot be shown again.", err=True)

    @group.command("list")
    def show() -> None:
        """Print every key on a line: id, name, created, rate or default, in force or since when not; tabs between."""
        with _plain_errors():
            try:
                _print(table.records())
            except UnreadableKeys as error:
                _print(error.readable)
                raise

    @group.command("revoke")
    @click.argument("name_or_id")
    def revoke(name_or_id: str) -> None:
        """Refuse the key of this name or id from now on; every worker of every machine does within 5 seconds."""
        with _plain_errors():
            table.revoke(name_or_id, now=datetime.now(UTC))
        click.echo(f"{name_or_id} is revoked", err=True)

    return group


def _print(records: Sequence[KeyRecord]) -> None:
    for record in records:
        state = f"revoked {record.revoked_at:%Y-%m-%dT%H:%M:%SZ}" if record.revoked_at else "in force"
        created = f"{record.created_at:%Y-%m-%dT%H:%M:%SZ}"
        click.echo("\t".join((record.id, record.name, created, record.rate or "default", state)))


def _rate(context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return str(RATE.parse(text.strip()))
    except ValueError as error:
        raise click.BadParameter(f"must be {RATE.allowed}") from error


@contextmanager
def _plain_errors() -> Iterator[None]:
    """One line and exit code 1 instead of a traceback."""
    try:
        yield
    except CarbonError as error:
        cause = f": {error.__cause__}" if error.__cause__ else ""
        raise click.ClickException(f"{error}{cause}") from error
