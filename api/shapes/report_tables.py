"""A report of usage as a table: the names it is grouped by are columns of their own."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from api.shapes.reading import Json
from api.shapes.usage import ReportRowAnswer

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
MARKDOWN_COLUMNS = {
    "power_consumption_kwh": "kWh",
    "co2_emissions_g": "gCO2e grid",
    "co2_emissions_low_g": "low",
    "co2_emissions_high_g": "high",
    "at_submission_g": "at submission",
    "embodied_emissions_g": "gCO2e hardware",
    "cost_usd": "USD",
    "unknown_hours": "hours without figures",
}


def csv_report(by: Sequence[str], rows: Sequence[Json]) -> str:
    """A header, then a line a row; unknown is empty.

    Tags are the caller's own words: one that a spreadsheet would take for a formula has an apostrophe before it.
    """
    names = [name for name in ReportRowAnswer.names() if name != "group"]
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(["starts_on", "ends_on", *by, *[name for name in names if name not in ("starts_on", "ends_on")]])
    for row in rows:
        figures = [row[name] for name in names if name not in ("starts_on", "ends_on")]
        writer.writerow([row["starts_on"], row["ends_on"], *map(_safe, _group(row)), *figures])
    return target.getvalue()


def markdown_report(by: Sequence[str], rows: Sequence[Json], total: Json) -> str:
    """A table of GitHub's Markdown, with a last line of the sums."""
    header = ["from", "to", *by, *MARKDOWN_COLUMNS.values()]
    marks = ["---"] * (2 + len(by)) + ["---:"] * len(MARKDOWN_COLUMNS)
    lines = [header, marks]
    lines += [[str(row["starts_on"]), str(row["ends_on"]), *map(plain, _group(row)), *_figures(row)] for row in rows]
    lines.append(["all", "", *[""] * len(by), *_figures(total)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _group(row: Json) -> list[str | None]:
    group = row["group"]
    return list(group) if isinstance(group, list) else []


def _figures(row: Json) -> list[str]:
    values = [row[name] for name in MARKDOWN_COLUMNS]
    return ["unknown" if value is None else f"{value:,.6g}" for value in values]


def _safe(value: str | None) -> str:
    return "" if value is None else f"'{value}" if value.startswith(_FORMULA) else value


def plain(value: str | None) -> str:
    """A tag within a cell: what Markdown or HTML would take for markup is escaped."""
    if value is None:
        return "(none)"
    escaped = "".join(f"\\{letter}" if letter in "\\`*_[]|#" else letter for letter in value)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")
