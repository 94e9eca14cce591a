"""The comparison with the provider's own figures as tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from api.shapes.footprint_comparison import ComparedRow
from api.shapes.reading import Json
from api.shapes.report_tables import plain, safe

PLACE = ("month", "account", "account_name", "region")
FIGURES = {
    "total_emissions_g": "ours, gCO2e",
    "aws_location_based_g": "AWS by location",
    "difference_g": "ours less AWS",
    "aws_market_based_g": "AWS by market",
}
PARTS = {
    "aws_without_usage_g": "AWS without usage here",
    "ours_without_aws_g": "ours without AWS",
    "aws_other_services_g": "other services of AWS",
    "remaining_g": "remaining: method",
}


def csv_comparison(rows: Sequence[Json]) -> str:
    """A header, then a line for each month, account and region; unknown is empty."""
    figures = [name for name in ComparedRow.names() if name not in PLACE]
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([*PLACE, *figures])
    for row in rows:
        places = [None if row[name] is None else str(row[name]) for name in PLACE]
        writer.writerow([*map(safe, places), *(row[name] for name in figures)])
    return target.getvalue()


def markdown_comparison(months: Sequence[Json], rows: Sequence[Json], methods: Sequence[Json]) -> str:
    """The months, the accounts and regions, and the methods, as tables of GitHub's Markdown."""
    tables = (
        _table(("month",), {**FIGURES, **PARTS}, months),
        _table(PLACE, FIGURES, rows),
        _table(("topic", "ours", "aws"), {}, methods),
    )
    return "\n".join(tables)


def _table(words: Sequence[str], figures: dict[str, str], rows: Sequence[Json]) -> str:
    lines = [[*words, *figures.values()], ["---"] * len(words) + ["---:"] * len(figures)]
    for row in rows:
        texts = [plain(None if row[name] is None else str(row[name])) for name in words]
        lines.append([*texts, *(_figure(row[name]) for name in figures)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _figure(value: object) -> str:
    return f"{value:,.6g}" if isinstance(value, int | float) else "unknown"
