"""Fields of price lists, read strictly: another type than documented is a refusal, never a guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pricing.refresh.refusal import RefreshRefused

HIGHEST_USD_PER_HOUR = Decimal(2000)  # above every machine on sale, and within the 32 bits of the tables


def shape(detail: str) -> RefreshRefused:
    """The refusal of a list that does not look as documented."""
    return RefreshRefused("shape", detail)


def part(value: Any, *names: str) -> Any:
    """The value under these names, each within the one before. Raises RefreshRefused where one is missing."""
    for name in names:
        if not isinstance(value, Mapping) or name not in value:
            raise shape(f"{name} is missing")
        value = value[name]
    return value


def items(value: Any, *names: str) -> Sequence[Any]:
    """A list."""
    member = part(value, *names)
    if not isinstance(member, list):
        raise shape(f"{'.'.join(names) or 'the document'} is not a list")
    return member


def pairs(value: Any, *names: str) -> Mapping[str, Any]:
    """An object."""
    member = part(value, *names)
    if not isinstance(member, Mapping):
        raise shape(f"{'.'.join(names) or 'the document'} is not an object")
    return member


def text(value: Any, *names: str) -> str:
    """A text, possibly empty."""
    member = part(value, *names)
    if not isinstance(member, str):
        raise shape(f"{'.'.join(names)} is not a text")
    return member


def amount(value: Any, *names: str) -> Decimal:
    """An amount of money, a number or a text of digits; 0 or more."""
    member = part(value, *names)
    if isinstance(member, bool) or not isinstance(member, (int, float, str)):
        raise shape(f"{'.'.join(names) or 'price'} is not an amount")
    try:
        money = Decimal(str(member))
    except InvalidOperation:
        raise shape(f"{'.'.join(names) or 'price'} is not an amount") from None
    if not money.is_finite() or money < 0:
        raise shape(f"{'.'.join(names) or 'price'} is not an amount")
    return money


def currency(code: Any, expected: object) -> None:
    """Refuse any other currency than the list is known to be in."""
    if code != expected:
        raise RefreshRefused("currency", f"{str(code)[:20]} instead of {expected}")


def unit(name: Any, *expected: object) -> None:
    """Refuse any other unit than the list is known to have."""
    if name not in expected:
        raise RefreshRefused("unit", f"{str(name)[:40]} instead of {' or '.join(map(str, expected))}")


def moment(value: str) -> datetime:
    """A time in ISO 8601, in UTC where it names no zone."""
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise shape(f"{value[:40]!r} is not a time") from None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def day(value: str) -> date:
    """The UTC day of a time in ISO 8601."""
    return moment(value).date()
