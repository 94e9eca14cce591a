"""The picture of a plan: a strip for each job with the hours of its region, and when it runs in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from carbon.results import HourStep
from web.geometry.axis import Tick, hour_ticks
from web.geometry.canvas import Canvas
from web.geometry.scale import Scale
from web.geometry.strip import WIDTH, Span, Strip, strip_of, values_of
from web.marks import sources_in_words

MOST_BARS = 30
ROW, STRIP_HEIGHT = 44.0, 26.0
TOP, LEFT, RIGHT, PAGE_WIDTH, MARGIN = 112.0, 260.0, 980.0, 1200.0, 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobBar:
    """A job. label: its name. place: its region. figure, change: what it emits, and how that differs."""

    label: str
    place: str
    figure: str
    change: str
    hours: Sequence[HourStep]
    runs: Sequence[Span]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A job in the picture; its strip has places from 0 to 1000. top: of its row."""

    job: JobBar
    strip: Strip
    top: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPicture:
    """The picture. canvas: its bottom is the line of times. more: how many jobs it leaves out."""

    canvas: Canvas
    title: str
    subtitle: str
    description: str
    bars: tuple[Bar, ...]
    along: tuple[Tick, ...]
    more: int
    sources: str

    def across(self, place: float) -> float:
        """From a place in a strip to one in the picture."""
        return self.canvas.left + place / WIDTH * (self.canvas.right - self.canvas.left)


def plan_picture(title: str, subtitle: str, jobs: Sequence[JobBar], shown: Span, more: int = 0) -> PlanPicture:
    """The picture of jobs, at most MOST_BARS. shown: the time of the strips. more: jobs beside these."""
    bars = tuple(
        Bar(job=job, strip=strip_of(values_of(job.hours), job.runs, shown), top=TOP + ROW * number)
        for number, job in enumerate(jobs)
    )
    bottom = TOP + ROW * len(bars)
    canvas = Canvas(
        width=PAGE_WIDTH,
        height=bottom + 54,
        margin=MARGIN,
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=bottom,
        unit=TOP,
        most_figures=0,
    )
    across = Scale(shown[0].timestamp(), shown[1].timestamp(), LEFT, RIGHT)
    said = "; ".join(f"{bar.job.label} in {bar.job.place}, {_times(bar.job.runs)}, {bar.job.figure}" for bar in bars)
    sources = sources_in_words(hour.intensity for bar in bars for hour in bar.job.hours)
    return PlanPicture(
        canvas=canvas,
        title=title,
        subtitle=subtitle,
        description=f"{subtitle}. {said or 'No job has a place'}. {sources}.",
        bars=bars,
        along=_few(tuple(hour_ticks(*shown, across))),
        more=more,
        sources=sources,
    )


def _times(runs: Sequence[Span]) -> str:
    return f"{runs[0][0]:%a %H:%M} to {runs[-1][1]:%a %H:%M} UTC"


def _few(ticks: tuple[Tick, ...], most: int = 12) -> tuple[Tick, ...]:
    return ticks[:: -(-len(ticks) // most)] if ticks else ()
