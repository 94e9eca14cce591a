"""The option --tenant of commands that store what belongs to a tenant."""

from __future__ import annotations

import click

from carbon.roles import TENANT
from store.keys.table import NAME_RULE, is_name


def _checked(context: click.Context, parameter: click.Parameter, text: str) -> str:
    if not is_name(text):
        raise click.BadParameter(NAME_RULE)
    return text


of_tenant = click.option(
    "--tenant",
    default=TENANT,
    show_default=True,
    callback=_checked,
    help="Whose data they are: keys of this tenant see them.",
)
