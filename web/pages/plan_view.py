"""A plan as its page shows it: a strip for each job, and how the plan was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from session import Session
from web.drawing.strip import draw_axis, draw_strip
from web.geometry.axis import Tick, hour_ticks
from web.geometry.scale import Scale
from web.geometry.strip import Span, strip_of, values_of
from web.pages.embedded import embedded
from web.pages.page import Content
from web.pages.words import clock
from web.plan_rows import PlanRow, hours_of_zones, made_at, place_of, plan_rows, shown_span

MOST_STRIPS = 100
MOST_LABELS = 12  # of the axis above the strips


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStrip:
    """A job that is placed, and the hours of its region with the times in which it runs."""

    row: PlanRow
    strip: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """The plan. json: the answer. alternatives: (provider:region, row of the answer)."""

    json: Content
    jobs: tuple[JobStrip, ...]
    axis: Markup
    left_out: int
    alternatives: tuple[tuple[str, Content], ...]

    @property
    def placed(self) -> int:
        return len(self.json["assignments"])

    @property
    def asked(self) -> int:
        return self.placed + len(self.json["unplaced"])


def plan_view(answer: Content, session: Session) -> PlanView:
    """The view of an answer of plan, which may have been made earlier: hours that are over have no colour."""
    every = plan_rows(answer)
    rows = every[:MOST_STRIPS]
    shown = shown_span(rows, made_at(answer))
    hours = hours_of_zones(rows, answer, shown, session)
    strips = [draw_strip(strip_of(values_of(hours[row.json["zone"]]), row.runs, shown), _title(row)) for row in rows]
    return PlanView(
        json=answer,
        jobs=tuple(JobStrip(row=row, strip=embedded(one)) for row, one in zip(rows, strips, strict=True)),
        axis=embedded(draw_axis(axis_ticks(shown))),
        left_out=len(every) - len(rows),
        alternatives=tuple((place_of(row), row) for row in answer["alternatives"]),
    )


def axis_ticks(shown: Span) -> Sequence[Tick]:
    """At most MOST_LABELS ticks over a time, their places in per cent of it."""
    ticks = list(hour_ticks(*shown, Scale(shown[0].timestamp(), shown[1].timestamp(), 0.0, 100.0)))
    return ticks[:: -(-len(ticks) // MOST_LABELS)] if ticks else ()


def _title(row: PlanRow) -> str:
    runs = ", ".join(f"{clock(start)} to {clock(end)}" for start, end in row.runs[:10])
    return f"{row.job} in {row.region}: hours in the colours of their carbon intensity, the job runs {runs} UTC"
