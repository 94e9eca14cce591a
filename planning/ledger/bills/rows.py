"""What lines of all formats have in common: numbers, times, regions and tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import orjson

from carbon.errors import CarbonError, UnknownInstanceType
from carbon.ledger import UsageRow
from planning.ledger.bills.outcome import BillFacts, Cost, Line, Mapped, NoMachine, NoUsage
from planning.ledger.bills.usage_types import MachineHours, UsageType

MOST_TAGS, MOST_NAME, MOST_VALUE = 20, 100, 200  # as in a request
MOST_HOURS = 8784.0
NULLS = {"", "null", "NULL"}


def text(line: Line, *columns: str) -> str:
    """The first cell of the columns that is not empty, else ""."""
    return next((value for name in columns if (value := (line.get(name) or "").strip()) not in NULLS), "")


def number(line: Line, column: str) -> float | None:
    """A cell as a number; None where empty. Raises NoMachine."""
    cell = text(line, column)
    try:
        value = float(cell) if cell else None
    except ValueError:
        value = float("nan")
    if value is not None and not isfinite(value):
        raise NoMachine(f"{column} is not a number")
    return value


def cost(line: Line, currency: str, *columns: str) -> Cost | None:
    """What a line cost, by the first column that has it; None where none does. No currency means USD."""
    cell = text(line, *columns)
    try:
        amount = float(cell) if cell else None
    except ValueError:
        return None
    if amount is None or not isfinite(amount):
        return None
    return Cost(amount=amount, currency=text(line, currency).upper() or "USD")


def moment(line: Line, column: str) -> datetime:
    """A time; one without offset is UTC. Raises NoMachine."""
    try:
        value = datetime.fromisoformat(text(line, column))
    except ValueError:
        raise NoMachine(f"{column} is not a time") from None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def json_map(cell: str) -> dict[str, str]:
    """A map that is written as JSON; empty where it is none."""
    try:
        value: Any = orjson.loads(cell) if cell else {}
    except orjson.JSONDecodeError:
        return {}
    return {str(k): str(v) for k, v in value.items() if v is not None} if isinstance(value, dict) else {}


def region_key(places: Sequence[str], provider: str, facts: BillFacts, kind: UsageType | None = None) -> str:
    """provider:region of the first place that is named, else of the prefix of an AWS usage type. Raises NoMachine."""
    place = next(filter(None, places), "")
    if not place and kind is not None:
        if kind.prefix is None:
            raise NoMachine("no region is named, and the usage type has an unknown prefix")
        if not kind.prefix.is_sure:
            raise NoMachine(f"no region is named, and the meaning of the prefix {kind.prefix.prefix} is not sure")
        place = kind.prefix.place
    if not place:
        raise NoMachine("no region is named")
    try:
        return facts.mapping.region_and_kind(place, provider)[0].key
    except CarbonError:
        raise NoMachine(f"the region {place} is not in the catalog") from None


def mapped(
    row_id: str, span: tuple[datetime, datetime], used: MachineHours, region: str, tags: Mapping[str, str],
    paid: Cost | None, facts: BillFacts,
) -> Mapped:  # fmt: skip
    """The row of a line. Raises NoUsage, NoMachine."""
    start, end = span
    hours = (end - start).total_seconds() / 3600
    if used.hours <= 0:
        raise NoUsage("no quantity above 0")
    if not 0 < hours <= MOST_HOURS:
        raise NoMachine(f"its time is not within 0 and {MOST_HOURS:g} hours")
    if end > facts.now:
        raise NoMachine("it ends in the future: import it again later")
    try:
        machine = facts.mapping.instance_type(region.partition(":")[0], used.instance_type)
    except UnknownInstanceType:
        raise NoMachine(f"the type {used.instance_type} is not in the catalog") from None
    short, notes = _short_tags(tags)
    if paid is not None and paid.usd is None:
        notes = (*notes, f"a cost in {paid.currency} is not converted: the list price is in its place")
    usd = None if paid is None else paid.usd
    if usd is not None and usd < 0:
        usd, notes = None, (*notes, "a cost below 0 is not used: the list price is in its place")
    row = UsageRow(
        id=row_id,
        start=start,
        end=end,
        region=region,
        instance_type=machine.instance_type,
        count=used.hours / hours,
        cost_usd=usd,
        spot=used.spot,
        tags=short,
    )
    return Mapped(row=row, cost=paid, notes=notes)


def _short_tags(tags: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """At most as many and as long tags as a request may have; the first ones count most."""
    short = {name[:MOST_NAME]: value[:MOST_VALUE] for name, value in tags.items() if name and value}
    kept = dict(list(short.items())[:MOST_TAGS])
    is_cut = len(kept) < len(short) or any(len(n) > MOST_NAME or len(v) > MOST_VALUE for n, v in tags.items())
    return kept, ((f"tags beyond {MOST_TAGS}, or longer than {MOST_VALUE} characters, are cut",) if is_cut else ())
