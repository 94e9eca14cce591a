"""Reads the update of the survey of November 2026: more machine types, spellings, retirements and prices.

Its files are in SOURCE_DIR/update-2026-11 and already have the catalog's columns.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Cells = dict[str, str]

FOLDER = "update-2026-11"
# Series that Microsoft has retired or announced to retire: a regular expression of type names, kept by hand.
RETIRED_SERIES = Path(__file__).resolve().parent / "retired_series.csv"
ADDED_TYPES = {"aws": "aws_instances_add.csv", "azure": "azure_instances_add.csv", "oci": "oci_instances.csv"}
ALIAS_COLUMNS = ("provider", "alias", "canonical", "source", "as_of")
RETIREMENT_COLUMNS = ("provider", "instance_type", "retired_on", "source", "as_of")
SAME_BUT_FOR_UNDERSCORES = "comparison of the names in Azure's price list: equal but for underscores"
_EVERYWHERE = "all commercial regions"


def read(source: Path, name: str) -> list[Cells]:
    """The rows of one file of the update."""
    with (source / FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def added_types(source: Path, provider: str) -> list[Cells]:
    """Rows of instances.csv for types that no list of machines of the survey describes."""
    rows = read(source, ADDED_TYPES[provider]) if provider in ADDED_TYPES else []
    return [{**row, "not_modelled": ""} for row in rows]


def alias_rows(source: Path, azure_names: Iterable[str]) -> Iterator[Cells]:
    """The rows of type_aliases.csv: the survey's pairs, and every other pair of names that differs in underscores."""
    aliases = {row["alias"]: row for row in read(source, "azure_aliases.csv")}
    alike: Mapping[str, list[str]] = defaultdict(list)
    for name in azure_names:
        alike[name.replace("_", "").lower()].append(name)
    for names in alike.values():
        canonical = max(names, key=lambda name: (name.count("_"), name))
        for name in set(names) - {canonical} - aliases.keys():
            aliases[name] = {
                "provider": "azure",
                "alias": name,
                "canonical": canonical,
                "source": SAME_BUT_FOR_UNDERSCORES,
                "as_of": "2026-11-28",
            }
    for alias in sorted(aliases):
        yield {column: aliases[alias][column] for column in ALIAS_COLUMNS}


def retirement_rows(source: Path, azure_names: Iterable[str]) -> Iterator[Cells]:
    """The rows of retirements.csv: the survey's sizes, and those of whole series in retired_series.csv."""
    retired = {row["instance_type"]: row for row in read(source, "azure_retired.csv")}
    with RETIRED_SERIES.open(newline="", encoding="utf-8") as file:
        series = list(csv.DictReader(file))
    for name in azure_names:
        row_of_series = next((row for row in series if re.fullmatch(row["types"], name)), None)
        if row_of_series is not None:
            retired.setdefault(name, {**row_of_series, "instance_type": name})
    for name in sorted(retired):
        yield {column: retired[name][column] for column in RETIREMENT_COLUMNS}


def oracle_prices(source: Path) -> Iterator[Cells]:
    """Oracle's list prices in the survey's columns."""
    for row in read(source, "oci_prices_us-ashburn-1.csv"):
        yield {
            "provider": "oci",
            "region": row["region"],
            "instance_type": row["instance_type"],
            "on_demand_usd_hour": row["on_demand_usd_per_hour"],
            "spot_usd_hour": row["spot_usd_per_hour"],
            "as_of": row["as_of"],
            "source": row["source"],
            "spot_as_of": row["spot_as_of"],
            "spot_source": row["spot_source"] and f"{row['spot_source']} (preemptible)",
        }


def corrections(source: Path, provider: str) -> dict[tuple[str, str], Cells]:
    """(region, type) -> the on-demand price that replaces the survey's, with its source and date."""
    rows = [row for row in read(source, "price_corrections.csv") if row["provider"] == provider]
    return {
        ("us-ashburn-1" if row["region"] == _EVERYWHERE else row["region"], row["instance_type"]): row for row in rows
    }
