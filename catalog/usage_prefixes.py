"""What the usage types of AWS's bills begin with, and which region or local zone that means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.tables import DATA, read_table

TABLE = "aws_usage_prefixes.csv"
CONFIDENCES = ("C", "I", "U")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePrefix:
    """One prefix, such as EUC1; empty for usage types without one.

    place: a region or local zone. is_sure: documented or seen by several; otherwise it is only known to be a prefix,
    and the place must be named elsewhere.
    """

    prefix: str
    place: str
    is_sure: bool


def load_usage_prefixes(data: Path = DATA) -> Mapping[str, UsagePrefix]:
    """The rows by prefix. Raises CatalogError."""
    prefixes: dict[str, UsagePrefix] = {}
    for row in read_table(data, TABLE):
        prefix, confidence = row.text("prefix"), row.required("confidence")
        if prefix in prefixes:
            raise row.error(f"prefix {prefix!r} appears twice")
        if confidence not in CONFIDENCES:
            raise row.error(f"confidence is none of {', '.join(CONFIDENCES)}: {confidence!r}")
        prefixes[prefix] = UsagePrefix(prefix=prefix, place=row.required("region"), is_sure=confidence != "U")
    return prefixes
