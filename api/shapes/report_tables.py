"""A report as a table: the names it is grouped by are columns of their own."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from api.shapes.reading import Json
from api.shapes.tables import without_formula

_OF_GROUP = ("starts_on", "ends_on", "group")
USAGE_COLUMNS = {
    "power_consumption_kwh": "kWh",
    "co2_emissions_g": "gCO2e grid",
    "co2_emissions_low_g": "low",
    "co2_emissions_high_g": "high",
    "at_submission_g": "at submission",
    "embodied_emissions_g": "gCO2e hardware",
    "cost_usd": "USD",
    "unknown_hours": "hours without figures",
}
SAVINGS_COLUMNS = {
    "decisions": "decisions",
    "followed_decisions": "followed",
    "followed_losses": "of these lost",
    "followed_promised_g": "promised gCO2e",
    "followed_saved_g": "saved gCO2e",
    "followed_lost_g": "lost gCO2e",
    "followed_realised_g": "realised gCO2e",
    "followed_realised_usd": "realised USD",
    "not_reported_decisions": "not reported",
    "not_reported_promised_g": "promised gCO2e",
    "not_reported_realised_g": "if followed gCO2e",
    "not_followed": "not followed",
    "pending": "pending",
    "no_comparison": "no comparison",
    "unknown": "unknown",
}


def csv_report(by: Sequence[str], rows: Sequence[Json], columns: Sequence[str]) -> str:
    """A header, then a line a row; unknown is empty. columns: fields of a row, flat.

    Tags and their names are guarded against being formulas.
    """
    names = [name for name in columns if name not in _OF_GROUP]
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(["starts_on", "ends_on", *map(without_formula, by), *names])
    for row in rows:
        fields = flat(row)
        figures = [fields[name] for name in names]
        writer.writerow([row["starts_on"], row["ends_on"], *map(safe, _group(row)), *figures])
    return target.getvalue()


def markdown_report(by: Sequence[str], rows: Sequence[Json], total: Json, columns: Mapping[str, str]) -> str:
    """A table of GitHub's Markdown, with a last line of the sums. columns: headers by the name of the field."""
    header = ["from", "to", *by, *columns.values()]
    marks = ["---"] * (2 + len(by)) + ["---:"] * len(columns)
    lines = [header, marks]
    lines += [
        [str(row["starts_on"]), str(row["ends_on"]), *map(plain, _group(row)), *_figures(row, columns)] for row in rows
    ]
    lines.append(["all", "", *[""] * len(by), *_figures(total, columns)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def flat(row: Json) -> dict[str, Any]:
    """The fields of a row, and in place of an object its fields with its name before theirs."""
    fields: dict[str, Any] = {}
    for name, value in row.items():
        fields |= {f"{name}_{key}": one for key, one in value.items()} if isinstance(value, dict) else {name: value}
    return fields


def _group(row: Json) -> list[str | None]:
    group = row["group"]
    return list(group) if isinstance(group, list) else []


def _figures(row: Json, columns: Mapping[str, str]) -> list[str]:
    fields = flat(row)
    values = [fields[name] for name in columns]
    return ["unknown" if value is None else f"{value:,.6g}" for value in values]


def safe(value: str | None) -> str:
    """A cell of a table that a spreadsheet takes for no formula."""
    return "" if value is None else without_formula(value)


def plain(value: str | None) -> str:
    """A tag within a cell: what Markdown or HTML would take for markup is escaped."""
    if value is None:
        return "(none)"
    escaped = "".join(f"\\{letter}" if letter in "\\`*_[]|#" else letter for letter in value)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")
