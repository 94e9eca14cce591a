"""Commands for the operator: `flask --app app keys create|list|revoke`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from carbon.roles import TENANT, Role
from cli.errors import plain_errors
from setting_rules import RATE
from settings import Settings
from store.keys.table import KeyRecord, Keys, UnreadableKeys
from wiring_stores import build_key_store, build_redis

_ROLES = (
    "read: ask everything that stores nothing. write: also store and remove usage, webhooks, plans. "
    "admin: also set what limits the other keys of the tenant."
)


def keys(settings: Settings) -> click.Group:
    """The group of commands about the API keys."""
    table: Keys = build_key_store(settings, build_redis(settings, for_command=True))

    @click.group("keys")
    def group() -> None:
        """Manage API keys. Once a key exists, pages and API require a key, even after all keys are revoked."""

    @group.command("create")
    @click.argument("name")
    @click.option(
        "--rate", callback=_rate, help='Rate limit of this key, such as "600 per minute", or off. Default: RATE_LIMIT.'
    )
    @click.option(
        "--role",
        type=click.Choice([role.value for role in Role]),
        default=Role.WRITE.value,
        show_default=True,
        help=_ROLES,
    )
    @click.option("--tenant", default=TENANT, show_default=True, help="Whose data the key sees; named as keys are.")
    def create(name: str, rate: str | None, role: str, tenant: str) -> None:
        """Create a key and print it. It is shown only once, because only its hash is stored.

        Role and tenant of a key never change: to change them, create another key and revoke this one.
        """
        with plain_errors():
            key = table.create(name, rate=rate, now=datetime.now(UTC), role=Role(role), tenant=tenant)
        click.echo(key)
        click.echo("Save it now: it cannot be shown again.", err=True)

    @group.command("list")
    def show() -> None:
        """Print one line for each key: id, name, created, rate, state, role, tenant; separated by tabs."""
        with plain_errors():
            try:
                _print(table.records())
            except UnreadableKeys as error:
                _print(error.readable)
                raise

    @group.command("revoke")
    @click.argument("name_or_id")
    def revoke(name_or_id: str) -> None:
        """Revoke the key with this name or id. All workers on all machines refuse it within 5 seconds."""
        with plain_errors():
            table.revoke(name_or_id, now=datetime.now(UTC))
        click.echo(f"{name_or_id} is revoked", err=True)

    return group


def _print(records: Sequence[KeyRecord]) -> None:
    for record in records:
        state = f"revoked {record.revoked_at:%Y-%m-%dT%H:%M:%SZ}" if record.revoked_at else "in force"
        created = f"{record.created_at:%Y-%m-%dT%H:%M:%SZ}"
        words = (record.id, record.name, created, record.rate or "default", state, record.role.value, record.tenant)
        click.echo("\t".join(words))


def _rate(context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return str(RATE.parse(text.strip()))
    except ValueError as error:
        raise click.BadParameter(f"must be {RATE.allowed}") from error
