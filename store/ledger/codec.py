"""Rows of usage as JSON, in which they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any

import orjson

from carbon.ledger import SettledUsage, UsageRow
from carbon.workload import OwnMachine

FIELDS = tuple(field.name for field in fields(UsageRow))
VALUES = attrgetter(*FIELDS)
KINDS = 4096  # that are kept of one import for the next rows
MOMENTS = ("start", "end", "submitted_at")
SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z


def packed(row: UsageRow) -> str:
    """A row as JSON, without what is its default: None, False, no tags. An energy or cost of 0 is none of these."""
    values = {
        name: value
        for name, value in zip(FIELDS, VALUES(row), strict=True)
        if value or (value is not None and value is not False and value != {})
    }
    if row.machine is not None:
        values["machine"] = asdict(row.machine)
    return orjson.dumps(values, option=SORTED).decode()


def unpacked(text: str) -> UsageRow:
    """The row that was packed."""
    return of_fields(orjson.loads(text))


def of_fields(values: dict[str, Any]) -> UsageRow:
    """The row of the JSON of one that was packed."""
    values.update({name: datetime.fromisoformat(values[name]) for name in MOMENTS if name in values})
    if "machine" in values:
        values["machine"] = OwnMachine(**values["machine"])
    return UsageRow(**values)


def digest(text: str) -> str:
    """A short name of a text."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def machine_name(row: UsageRow) -> str:
    """provider:type, or the parts of a described machine as JSON; empty where only energy is known."""
    if row.machine is not None:
        return orjson.dumps(asdict(row.machine), option=SORTED).decode()
    provider = row.region.partition(":")[0]
    return "" if row.instance_type is None else f"{provider}:{row.instance_type}"


def kind(settled: SettledUsage) -> Mapping[str, Any]:
    """The columns of usage_kinds, but for id and tenant."""
    row = settled.row
    return _kind(
        row.region, settled.zone, machine_name(row), row.it_kwh is not None, tuple(row.tags.items()), settled.pue
    )


@lru_cache(KINDS)
def _kind(
    region: str, zone: str, machine: str, is_metered: bool, tags: tuple[tuple[str, str], ...], pue: float | None
) -> dict[str, Any]:
    columns = {
        "region": region,
        "zone": zone,
        "machine": machine,
        "is_metered": int(is_metered),
        "tags": orjson.dumps(dict(tags), option=SORTED).decode(),
        "pue": pue,
    }
    known = {name: value for name, value in columns.items() if value is not None}
    return {**columns, "digest": digest(orjson.dumps(known, option=SORTED).decode())}
