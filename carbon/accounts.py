"""Accounts at a provider, and what the provider itself says that they emitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

ACCOUNT = "account"  # the tag of rows of usage with the id of an account
ACCOUNT_NAME, OU = "account_name", "ou"
ACCOUNT_TAG = "account:"  # before the name of an account's own tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of an organization.

    status: as the provider writes it, such as ACTIVE or SUSPENDED. ou: names of its organizational units from the root
    on, with slashes; None: not known. tags: of the account.
    """

    id: str
    name: str
    status: str
    ou: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def tags_of_usage(self) -> dict[str, str]:
        """The tags that usage of this account has in reports."""
        ours = {ACCOUNT_NAME: self.name} if self.name else {}
        if self.ou is not None:
            ours[OU] = self.ou
        return ours | {f"{ACCOUNT_TAG}{name}": value for name, value in self.tags.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFootprint:
    """What a provider says that an account emitted in a month with one of its services, in grams of CO2e.

    month: its first day. region, service: as the provider writes them; "": it names none. location_based_g: by the
    grids that were used; market_based_g: after what the provider bought; scope_1_g, scope_2_g, scope_3_g: parts of
    the former. None: not said.
    """

    month: date
    account: str
    region: str
    service: str
    model_version: str
    location_based_g: float | None
    market_based_g: float | None
    scope_1_g: float | None = None
    scope_2_g: float | None = None
    scope_3_g: float | None = None
