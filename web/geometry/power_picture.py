"""The picture of a machine's watts by its utilisation: a curve with its range, and the load that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from web.geometry.axis import Tick, figure_ticks
from web.geometry.canvas import PAGE, Canvas
from web.geometry.scale import Scale, ticks
from web.marks import three_digits

Places = tuple[tuple[float, float], ...]
_LOADS = (0.0, 0.25, 0.5, 0.75, 1.0)  # with a tick; every second one is left out where there is little room


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadWatts:
    """Watts before PUE at a utilisation of 0 to 1, with their range."""

    utilization: float
    watts: float
    low_w: float
    high_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPicture:
    """The picture. range: a polygon, empty where the watts were measured. at: the place of the load looked at."""

    canvas: Canvas
    title: str
    description: str
    curve: Places
    range: Places
    upright: tuple[Tick, ...]
    along: tuple[Tick, ...]
    at: tuple[float, float]
    words: str


def power_picture(name: str, loads: Sequence[LoadWatts], at: LoadWatts, canvas: Canvas = PAGE) -> PowerPicture:
    """The picture of a machine of this name. loads: from 0 to 1, at least two. at: the load looked at."""
    figures = ticks(max(load.high_w for load in loads), canvas.most_figures)
    across = Scale(0.0, 1.0, canvas.left, canvas.right)
    up = Scale(0.0, figures[-1], canvas.bottom, canvas.top)
    upper = [(across.at(load.utilization), up.at(load.high_w)) for load in loads]
    lower = [(across.at(load.utilization), up.at(load.low_w)) for load in reversed(loads)]
    idle, full = three_digits(loads[0].watts), three_digits(loads[-1].watts)
    words = f"{three_digits(at.watts)} W at {at.utilization:.0%}"
    return PowerPicture(
        canvas=canvas,
        title=f"Watts of {name} by utilisation",
        description=f"{idle} W idle, {words}, {full} W fully used; before PUE.",
        curve=tuple((across.at(load.utilization), up.at(load.watts)) for load in loads),
        range=(*upper, *lower) if any(load.high_w > load.low_w for load in loads) else (),
        upright=tuple(figure_ticks(figures, up)),
        along=tuple(
            Tick(place=across.at(load), label=f"{load:.0%}", minor=index % 2 == 1) for index, load in enumerate(_LOADS)
        ),
        at=(across.at(at.utilization), up.at(at.watts)),
        words=words,
    )
