"""Where columns and labels stand in the picture of what usage emitted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from carbon.usage_reports import ReportQuery, ReportRow, ReportStep, UsageSums
from web.geometry.canvas import Canvas
from web.geometry.scale import Scale
from web.geometry.usage_picture import by_step, step_ticks, usage_plot

SUMS = UsageSums(
    rows=1,
    hours=1,
    energy_kwh=1,
    measured_g=30,
    estimated_g=None,
    usual_g=10,
    embodied_g=None,
    cost_usd=None,
    unknown_hours=0,
    no_price_hours=0,
    no_embodied_hours=0,
)
FIRST = date(2026, 2, 1)
CANVAS = Canvas(width=100, height=100, margin=0, left=0, right=100, top=0, bottom=100, unit=0, most_figures=4)


def query(days: int, step: ReportStep = ReportStep.TOTAL) -> ReportQuery:
    return ReportQuery(first=FIRST, last=FIRST + timedelta(days=days - 1), by=("team",), step=step)


def row(sums: UsageSums, day: int = 0) -> ReportRow:
    when = FIRST + timedelta(days=day)
    return ReportRow(starts_on=when, ends_on=when, group=(), sums=sums)


def test_parts_stand_on_each_other_and_fill_their_share_of_the_scale() -> None:
    # Four days on 100 units; the scale ends at 40 g, so that 30 g measured are 75 units and 10 g usual 25 above them.
    (column,) = usage_plot(by_step(query(4)), [row(SUMS, 1)], ["x"], CANVAS).columns

    assert [(part.kind, part.top, part.height) for part in column.parts] == [("measured", 25, 75), ("usual", 0, 25)]
    assert (column.left, column.width, column.top, column.is_whole) == (27.5, 20, 0, True)


def test_a_day_of_which_nothing_is_known_has_a_mark_and_no_part() -> None:
    nothing: dict[str, Any] = {"measured_g": None, "usual_g": None, "unknown_hours": 3}
    (column,) = usage_plot(by_step(query(4)), [row(replace(SUMS, **nothing))], ["x"], CANVAS).columns

    assert (column.parts, column.is_whole, column.top) == ((), False, 100)


@pytest.mark.parametrize(
    ("days", "step", "expected"),
    [
        (62, ReportStep.TOTAL, ReportStep.DAY),
        (63, ReportStep.TOTAL, ReportStep.MONTH),
        (400, ReportStep.DAY, ReportStep.DAY),
        (401, ReportStep.DAY, ReportStep.MONTH),
        (3, ReportStep.MONTH, ReportStep.MONTH),
    ],
)
def test_columns_are_days_where_these_can_be_seen(days: int, step: ReportStep, expected: ReportStep) -> None:
    question = by_step(query(days, step))

    assert (question.step, question.by) == (expected, ())


@pytest.mark.parametrize("step", [ReportStep.DAY, ReportStep.MONTH])
@pytest.mark.parametrize("days", [1, 10, 11, 63, 64, 400, 3661])
def test_an_axis_has_few_labels_which_all_differ(days: int, step: ReportStep) -> None:
    ticks = list(step_ticks(query(days, step), Scale(0, 1, 0, 1)))

    assert 1 <= len(ticks) <= 10
    assert len({tick.label for tick in ticks}) == len(ticks)


def test_a_label_stands_in_the_middle_of_its_column() -> None:
    # From 1 February to 31 March: 28 and 31 days.
    months = list(step_ticks(query(59, ReportStep.MONTH), Scale(FIRST.toordinal(), FIRST.toordinal() + 59, 0, 59)))
    days = list(step_ticks(query(2, ReportStep.DAY), Scale(FIRST.toordinal(), FIRST.toordinal() + 2, 0, 2)))

    assert [(tick.label, tick.place) for tick in months] == [("Feb 2026", 14), ("Mar 2026", 43.5)]
    assert [(tick.label, tick.place) for tick in days] == [("1 Feb", 0.5), ("2 Feb", 1.5)]
