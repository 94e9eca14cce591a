"""The accounts of an AWS organization: names, organizational units and tags. Documented by AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from accounts.aws import AwsRefused, pages
from carbon.accounts import Account

SERVICE = "organizations"
TOKEN = "NextToken"  # noqa: S105 - the name of a field  # nosec B105
MOST_UNITS = 20_000  # AWS allows 2,000 in an organization, nested in five levels
Progress = Callable[[int], object]  # how many more accounts are done


@dataclass(frozen=True, slots=True)
class Unit:
    """An organizational unit. path: names from the root on, with slashes."""

    id: str
    path: str


def accounts(client: Any, progress: Progress, *, tags: bool) -> list[Account]:
    """All accounts, suspended ones too, by id. client: of boto3. tags: whether to ask for the tags of each.

    Raises AwsRefused; then nothing is known.
    """
    rows = [row for page in _pages(client, "list_accounts", "ListAccounts") for row in _items(page, "Accounts")]
    units = _units(client)
    found = []
    for row in rows:
        account_id = _text(row, "Id")
        found.append(
            Account(
                id=account_id,
                name=_text(row, "Name"),
                status=str(row.get("State") or row.get("Status") or ""),
                ou=units.get(account_id),
                tags=_tags(client, account_id) if tags else {},
            )
        )
        progress(1)
    return sorted(found, key=lambda account: account.id)


def _units(client: Any) -> dict[str, str]:
    """The path of the unit that each account is in: its parents are asked for their children, which takes fewer calls
    than to ask each account for its parent.
    """
    roots = [row for page in _pages(client, "list_roots", "ListRoots") for row in _items(page, "Roots")]
    open_units = [Unit(_text(row, "Id"), _text(row, "Name")) for row in roots]
    paths: dict[str, str] = {}
    for _ in range(MOST_UNITS):
        if not open_units:
            return paths
        unit = open_units.pop()
        for account in _children(client, "list_accounts_for_parent", "ListAccountsForParent", unit, "Accounts"):
            paths[_text(account, "Id")] = unit.path
        call = "list_organizational_units_for_parent"
        for row in _children(client, call, "ListOrganizationalUnitsForParent", unit, "OrganizationalUnits"):
            open_units.append(Unit(_text(row, "Id"), f"{unit.path}/{_text(row, 'Name')}"))
    raise AwsRefused(f"the organization has more than {MOST_UNITS:,} organizational units")


def _children(client: Any, call: str, action: str, unit: Unit, name: str) -> Iterator[dict[str, Any]]:
    for page in _pages(client, call, action, ParentId=unit.id):
        yield from _items(page, name)


def _tags(client: Any, account_id: str) -> dict[str, str]:
    action = "ListTagsForResource"
    rows = [
        row
        for page in _pages(client, "list_tags_for_resource", action, ResourceId=account_id)
        for row in _items(page, "Tags")
    ]
    return {_text(row, "Key"): _text(row, "Value") for row in rows}


def _pages(client: Any, call: str, action: str, **question: Any) -> Iterator[Any]:
    return pages(getattr(client, call), f"{SERVICE}:{action}", TOKEN, **question)


def _items(page: Any, name: str) -> list[dict[str, Any]]:
    rows = page.get(name)
    if not isinstance(rows, list):
        raise AwsRefused(f"an answer of AWS Organizations has no {name}")
    return rows


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise AwsRefused(f"an answer of AWS Organizations has a row without {name}")
    return value
