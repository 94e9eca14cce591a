"""Writes docs/work-index.md: how the work of a vCPU is known, and how it compares with published figures.

python -m tools.work_index          write the page
python -m tools.work_index --check  compare with it; exit 1 on a difference
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.load import Catalog, load_catalog
from catalog.model import InstanceType
from catalog.participation import participation
from catalog.tables import DATA, Row, read_table

PAGE = DATA.parent.parent / "docs" / "work-index.md"
TEXT = Path(__file__).resolve().parent / "work_index.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two types, the ratio of their indexes per vCPU with its range, and the published ratio.

    published_low: None where the figure is an upper bound.
    """

    row: Row
    ratio: float
    low: float
    high: float
    published_low: float | None
    published_high: float

    @property
    def covered(self) -> bool:
        """Whether the index's range meets the published one."""
        return self.low <= self.published_high and (self.published_low is None or self.published_low <= self.high)


def comparisons(catalog: Catalog) -> Iterator[Comparison]:
    """The rows of work_comparisons.csv with this catalog's figures."""
    for row in read_table(DATA, "work_comparisons.csv", "instance_type", "against", "metric"):
        one, other = (_type(catalog, row, column) for column in ("instance_type", "against"))
        ratio = (one.performance_index or 0.0) / (other.performance_index or 1.0)
        yield Comparison(
            row=row,
            ratio=ratio,
            low=ratio * one.performance_low / _shared(one, other, other.performance_high),
            high=ratio * one.performance_high / _shared(one, other, other.performance_low),
            published_low=row.optional_number("published_low"),
            published_high=row.number("published_high"),
        )


def _shared(one: InstanceType, other: InstanceType, factor: float) -> float:
    """The other type's part of the range: none where both rest on the same share of a core."""
    same_rule = (one.performance_low, one.performance_high) == (other.performance_low, other.performance_high)
    return 1.0 if same_rule else factor


def _type(catalog: Catalog, row: Row, column: str) -> InstanceType:
    machine = catalog.find_type(row.required("provider"), row.required(column))
    if machine is None or machine.performance_index is None:
        raise row.error(f"{row.text(column)!r} has no index")
    return machine


def page(catalog: Catalog) -> str:
    """The text of docs/work-index.md."""
    text = TEXT.read_text(encoding="utf-8")
    return text.replace("{{comparisons}}", _comparison_table(comparisons(catalog))).replace(
        "{{participation}}", _participation_table(catalog)
    )


def _comparison_table(comparisons: Iterable[Comparison]) -> str:
    lines = [
        "| type | against | published | by | index | range | within |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for c in comparisons:
        low = "up to " if c.published_low is None else f"{c.published_low:.2f} to "
        published = f"{c.published_high:.2f}" if c.published_low == c.published_high else f"{low}{c.published_high:.2f}"
        lines.append(
            f"| {c.row.text('instance_type')} | {c.row.text('against')} | {published} | {c.row.text('metric')} | "
            f"{c.ratio:.2f} | {c.low:.2f} to {c.high:.2f} | {'yes' if c.covered else 'no'} |"
        )
    return "\n".join(lines)


def _participation_table(catalog: Catalog) -> str:
    lines = ["| cloud | types | with power | comparable | sold | why none |", "| --- | --- | --- | --- | --- | --- |"]
    for provider, p in participation(catalog).items():
        lines.append(f"| {provider} | {p.types} | {p.modelled} | {p.rated} | {p.offered} | {p.reason or ''} |")
    return "\n".join(lines)


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Write docs/work-index.md.")
    parser.add_argument("--check", action="store_true", help="compare with the existing file")
    text = page(load_catalog())
    if parser.parse_args().check:
        return int(PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
