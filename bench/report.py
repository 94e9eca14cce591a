"""Markdown tables, and whether a figure meets its target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def at_least(figure: float, target: float) -> str:
    """The target of a figure that should be high, and whether it was met."""
    return f"≥ {target:g}: {'met' if figure >= target else 'missed'}"


def at_most(figure: float, target: float) -> str:
    """The target of a figure that should be low, and whether it was met."""
    return f"≤ {target:g}: {'met' if figure <= target else 'missed'}"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first and last columns hold words, and those between them figures."""
    rule = ["---", *["---:"] * (len(headings) - 2), "---"]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows))
