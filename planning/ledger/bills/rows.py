"""What lines of all formats have in common: numbers, times, regions and tags."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Any

import orjson

from carbon.errors import CarbonError, UnknownInstanceType
from carbon.ledger import UsageRow
from catalog.memo import table_cache
from planning.ledger.bills.outcome import BillFacts, Cost, Line, Mapped, NoMachine, NoUsage
from planning.ledger.bills.usage_types import MachineHours, UsageType, usage_type

MOST_TAGS, MOST_NAME, MOST_VALUE = 20, 100, 200  # as in a request
MOST_HOURS = 8784.0
NULLS = {"", "null", "NULL"}
REPEATED = 8192  # results that are kept of cells that many lines have

Tags = tuple[tuple[str, str], ...]  # names and values, the most important first; no name twice


def text(line: Line, *columns: str) -> str:
    """The first cell of the columns that is not empty, else ""."""
    for name in columns:
        cell = line.get(name)
        if cell and (value := cell.strip()) not in NULLS:
            return value
    return ""


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
    value = _moment(text(line, column))
    if value is None:
        raise NoMachine(f"{column} is not a time")
    return value


@lru_cache(REPEATED)
def _moment(cell: str) -> datetime | None:
    try:
        value = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@table_cache(REPEATED)
def parts_of(facts: BillFacts, cell: str) -> UsageType:
    """The parts of an AWS usage type."""
    return usage_type(cell, facts.prefixes)


def json_map(cell: str) -> dict[str, str]:
    """A map that is written as JSON; empty where it is none."""
    try:
        value: Any = orjson.loads(cell) if cell else {}
    except orjson.JSONDecodeError:
        return {}
    return {str(k): str(v) for k, v in value.items() if v is not None} if isinstance(value, dict) else {}


@table_cache(REPEATED)
def region_key(facts: BillFacts, places: tuple[str, ...], provider: str, kind: UsageType | None = None) -> str:
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
    row_id: str, span: tuple[datetime, datetime], used: MachineHours, region: str, tags: Tags,
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
        machine = _type_name(facts, region.partition(":")[0], used.instance_type)
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
        instance_type=machine,
        count=used.hours / hours,
        cost_usd=usd,
        spot=used.spot,
        tags=short,
    )
    return Mapped(row=row, cost=paid, notes=notes)


@table_cache(REPEATED)
def _type_name(facts: BillFacts, provider: str, name: str) -> str:
    """The name of a type in the catalog. Raises UnknownInstanceType."""
    return facts.mapping.instance_type(provider, name).instance_type


@lru_cache(REPEATED)
def _short_tags(tags: Tags) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """At most as many and as long tags as a request may have; the first ones count most. Not to be changed."""
    short = {name[:MOST_NAME]: value[:MOST_VALUE] for name, value in tags if name and value}
    kept = dict(list(short.items())[:MOST_TAGS])
    is_cut = len(kept) < len(short) or any(len(n) > MOST_NAME or len(v) > MOST_VALUE for n, v in tags)
    notes = (f"tags beyond {MOST_TAGS}, or longer than {MOST_VALUE} characters, are cut",) if is_cut else ()
    return kept, notes
