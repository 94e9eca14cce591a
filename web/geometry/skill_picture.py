"""The picture of how good forecasts were: errors by day ahead as columns, coverage and captured saving as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from web.geometry.scale import ticks

PROMISE = 80.0  # per cent of what comes that lies within a range
MOST_ROWS, TOP, FOOT_ROOM = 20, 140.0, 20.0
ROW, LOW_ROW = 74.0, 64.0  # height of a row; of one without its basis
WIDTH, MARGIN = 1200.0, 24.0
ERRORS, COVERAGE, CAPTURED = (330.0, 730.0), (780.0, 930.0), (990.0, 1140.0)  # left and right edge of each part
_GAP = 0.24  # between two columns, as a share of their distance


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Forecasts of one zone, or of zones that are alike, by one source. All figures in per cent; None: not known.

    basis: what they rest on, in words. is_measured: against stored readings; else in the backtest.
    errors: by day ahead. coverage, captured: of the first day.
    """

    label: str
    source: str
    basis: str
    is_measured: bool
    errors: tuple[float | None, ...]
    coverage: float | None
    captured: float | None

    @property
    def in_words(self) -> str:
        """The figures as a sentence."""
        errors = ", ".join("not known" if one is None else f"{one:.0f} %" for one in self.errors)
        return (
            f"{self.label}, {self.source}: mean error by day ahead {errors}; range held {percent(self.coverage)}, "
            f"saving reached {percent(self.captured)}, {self.basis}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorColumn:
    """A day ahead. top, height: None where the error is not known."""

    left: float
    width: float
    top: float | None
    height: float
    figure: str
    day: int

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillPicture:
    """The picture. highest: end of the scale of errors. more: how many series it leaves out.

    has_basis: whether each row says what it rests on; a basis that all share is in the subtitle.
    """

    title: str
    subtitle: str
    description: str
    rows: tuple[Series, ...]
    highest: float
    more: int
    has_basis: bool
    sources: str

    @property
    def row(self) -> float:
        """The height of a row."""
        return ROW if self.has_basis else LOW_ROW

    @property
    def bottom(self) -> float:
        return TOP + self.row * len(self.rows) + FOOT_ROOM


def percent(value: float | None) -> str:
    return "not known" if value is None else f"{value:.0f} %"


def highest_error(rows: Sequence[Series]) -> float:
    """The end of the scale that the errors of all rows share, in per cent."""
    return ticks(max((one for row in rows for one in row.errors if one is not None), default=0.0), 4)[-1]


def error_columns(
    errors: Sequence[float | None], edges: tuple[float, float], top: float, height: float, highest: float
) -> list[ErrorColumn]:
    """A column for each day ahead between the edges; it stands at top + height, and one of `highest` reaches top."""
    step = (edges[1] - edges[0]) / len(errors)
    return [
        ErrorColumn(
            left=edges[0] + step * (number + _GAP / 2),
            width=step * (1 - _GAP),
            top=None if error is None else top + height * (1 - error / highest),
            height=height * (error or 0.0) / highest,
            figure="?" if error is None else f"{error:.0f}" if error >= 10 else f"{error:.1f}",
            day=number + 1,
        )
        for number, error in enumerate(errors)
    ]


def along(value: float, edges: tuple[float, float]) -> float:
    """The place of a share in per cent between the edges; what is below 0 or above 100 stands at the edge."""
    return edges[0] + (edges[1] - edges[0]) * min(max(value, 0.0), 100.0) / 100.0


def skill_picture(title: str, subtitle: str, rows: Sequence[Series], sources: str) -> SkillPicture:
    """The picture of the first series."""
    shown = tuple(rows[:MOST_ROWS])
    bases = {row.basis for row in shown}
    has_basis = len(shown) == 1 or len(bases) > 1
    if shown and not has_basis:
        subtitle = f"{shown[0].basis} · {subtitle}"
    return SkillPicture(
        title=title,
        subtitle=subtitle,
        description=f"{subtitle}. {'; '.join(row.in_words for row in shown)}. {sources}.",
        rows=shown,
        highest=highest_error(shown),
        more=len(rows) - len(shown),
        has_basis=has_basis,
        sources=sources,
    )
