"""What was found after the survey: regions, PUE of regions and providers. Rows name their own source and date."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.catalog_facts import PROVIDER_COLUMNS, REGION_COLUMNS, provider_rows

Cells = dict[str, str]

UPDATE = "update-2026-11"
PUE_COLUMNS = ("provider", "region", "pue", "source", "as_of")
# What only the collector can look up, and remarks on the table itself, which mean nothing in an answer.
REMARKS = (
    (" (stored file 57911948420)", ""),
    (" (find_string it-mil-1)", ""),
    ("stored public", "a public"),
    ("; was: listed", ""),
    ("not in the catalog", ""),
)


def rows(source: Path, name: str) -> Iterator[Cells]:
    """The rows of a file of the update."""
    with (source / UPDATE / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def providers(source: Path) -> Iterator[Cells]:
    """The survey's providers, with the newer fleet PUE where one was found."""
    newer = {row["provider"]: row for row in rows(source, "providers_pue.csv")}
    for cells in provider_rows(source):
        update: Mapping[str, str] = newer.get(cells["provider"], {})
        yield {column: update.get(column) or cells[column] for column in PROVIDER_COLUMNS}


def region_pues(source: Path) -> list[Cells]:
    """The published PUE of regions, by provider and region."""
    pues = ({column: cells[column] for column in PUE_COLUMNS} for cells in rows(source, "pue_regions.csv"))
    return sorted(pues, key=lambda cells: (cells["provider"], cells["region"]))


def regions(source: Path, provider: str) -> dict[str, Cells]:
    """Region -> its row, for regions that are new or that were known with less certainty."""
    texts = {}
    for cells in rows(source, "regions_add.csv"):
        if cells["provider"] == provider:
            text = {column: without_remarks(cells[column]) for column in ("note", "source")}
            own = {"iata_also": cells["iata_also"].replace(";", " "), **text}
            texts[cells["region"]] = {column: cells[column] for column in REGION_COLUMNS} | own
    return texts


def without_remarks(text: str) -> str:
    """The text as others can use it."""
    for remark, instead in REMARKS:
        text = text.replace(remark, instead)
    return text
