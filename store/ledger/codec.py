"""Rows of usage as JSON, in which they are stored."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson

from carbon.ledger import SettledUsage, UsageRow
from carbon.workload import OwnMachine

MOMENTS = ("start", "end", "submitted_at")
SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z


def packed(row: UsageRow) -> str:
    """A row as JSON, without what is its default."""
    fields = {
        name: value for name, value in asdict(row).items() if not (value is None or value is False or value == {})
    }
    return orjson.dumps(fields, option=SORTED).decode()


def unpacked(text: str) -> UsageRow:
    """The row that was packed."""
    return of_fields(orjson.loads(text))


def of_fields(fields: dict[str, Any]) -> UsageRow:
    """The row of the JSON of one that was packed."""
    fields.update({name: datetime.fromisoformat(fields[name]) for name in MOMENTS if name in fields})
    if "machine" in fields:
        fields["machine"] = OwnMachine(**fields["machine"])
    return UsageRow(**fields)


def digest(text: str) -> str:
    """A short name of a text."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def machine_name(row: UsageRow) -> str:
    """provider:type, or the parts of a described machine as JSON; empty where only energy is known."""
    if row.machine is not None:
        return orjson.dumps(asdict(row.machine), option=SORTED).decode()
    provider = row.region.partition(":")[0]
    return "" if row.instance_type is None else f"{provider}:{row.instance_type}"


def kind(settled: SettledUsage) -> dict[str, Any]:
    """The columns of usage_kinds, but for id and tenant."""
    row = settled.row
    columns = {
        "region": row.region,
        "zone": settled.zone,
        "machine": machine_name(row),
        "is_metered": int(row.it_kwh is not None),
        "tags": orjson.dumps(dict(row.tags), option=SORTED).decode(),
    }
    return {**columns, "digest": digest(orjson.dumps(columns, option=SORTED).decode())}
