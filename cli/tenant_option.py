"""The option that says whose data a command stores."""

from __future__ import annotations

import click

from carbon.roles import TENANT
from store.keys.table import NAME_RULE, is_name


def _tenant(context: click.Context, parameter: click.Parameter, text: str) -> str:
    if not is_name(text):
        raise click.BadParameter(NAME_RULE)
    return text


tenant_option = click.option(
    "--tenant", default=TENANT, show_default=True, callback=_tenant, help="Whose usage it is, as its keys say."
)
