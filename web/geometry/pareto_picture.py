"""The picture of price against carbon: the options of an optimize answer and its Pareto front."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import log10

from carbon.intensity import CarbonIntensity
from carbon.placements import MachineSize, ParetoPoint, Placement, PlacementRow
from carbon.workload import OptimizeQuery
from web.geometry import canvas as sizes
from web.geometry.axis import Tick, figure_ticks, room_of
from web.geometry.canvas import Canvas
from web.geometry.projection import Point
from web.geometry.scale import Scale, round_steps, ticks
from web.marks import Shape, figure, in_words, minute, shape_of, sources_in_words

FILE = sizes.FILE
PAGE = replace(sizes.PAGE, height=330)  # the axis below has its unit in a line of its own
NO_PRICE = "The price of no option is known."
PER_HOUR, ALONG = "gCO2e per hour", "USD per hour, logarithmic"
_MOST_NAMES = 3  # of options without a price
_ROOM = 1.08  # a factor
_CLOSEST, _CLOSEST_MAJOR = 1 / 16, 1 / 6  # between ticks, as shares of the axis of prices
_GAP = 8.0  # between the labels of two


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An offer. usd_per_hour: None if unknown. carbon: in the unit of the picture. intensity: of its grid."""

    region: str
    instance_type: str
    usd_per_hour: float | None
    carbon: float
    is_estimate: bool
    price_as_of: str | None
    intensity: CarbonIntensity

    @property
    def name(self) -> str:
        return f"{self.instance_type} in {self.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionMark:
    """An option in the picture. is_best: whether it is on the front."""

    option: Option
    at: Point
    shape: Shape
    is_best: bool
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoPicture:
    """The picture. unit: of the carbon of its options. front: its places, the cheapest first.

    note: what the line is, and what has no price.
    """

    canvas: Canvas
    unit: str
    title: str
    subtitle: str
    description: str
    marks: tuple[OptionMark, ...]
    front: tuple[Point, ...]
    upright: tuple[Tick, ...]
    along: tuple[Tick, ...]
    note: str
    sources: str


def pareto_picture(
    query: OptimizeQuery,
    placement: Placement,
    intensities: Mapping[str, CarbonIntensity],
    now: datetime,
    canvas: Canvas = FILE,
) -> ParetoPicture:
    """The picture of an answer by machine and hour. intensities: of the regions of its front."""
    front = [_of_point(point, intensities[point.region]) for point in placement.pareto.points]
    best = {(option.region, option.instance_type) for option in front}
    rows = [_of_row(row, spot=bool(query.spot)) for row in placement.rows]
    others = [row for row in rows if (row.region, row.instance_type) not in best]
    count = f"{len(front) + sum(bool(one.usd_per_hour) for one in others)} of {placement.qualifying:,} offers"
    prices = "spot prices" if query.spot else "on-demand prices"
    title = f"Price and carbon of machines for {query.workload} work"
    subtitle = f"One machine{_size(placement.size)} · {prices} · {count} · {minute(now)}"
    return options_picture(front, others, PER_HOUR, title, subtitle, canvas, spot=bool(query.spot))


def options_picture(
    front: Sequence[Option],
    others: Sequence[Option],
    unit: str,
    title: str,
    subtitle: str,
    canvas: Canvas,
    *,
    spot: bool = False,
) -> ParetoPicture:
    """The picture of options. front: the cheapest first. unit: of their carbon. spot: which prices they have."""
    priced = [*front, *(option for option in others if option.usd_per_hour)]
    across, along = _prices([option.usd_per_hour or 0.0 for option in priced], canvas)
    figures = ticks(max((option.carbon for option in priced), default=0.0), canvas.most_figures)
    up = Scale(0.0, figures[-1], canvas.bottom, canvas.top)
    marks = [_mark(option, across, up, unit, is_best=number < len(front)) for number, option in enumerate(priced)]
    note = _note(front, [option for option in others if not option.usd_per_hour])
    sources = f"{_price_dates(priced, spot=spot)} · {sources_in_words(one.intensity for one in priced)}"
    return ParetoPicture(
        canvas=canvas,
        unit=unit,
        title=title,
        subtitle=subtitle,
        description=f"{subtitle}. {note} {_ends(front, unit)}{sources}.",
        marks=tuple(marks),
        front=tuple(mark.at for mark in marks[: len(front)]),
        upright=tuple(figure_ticks(figures, up)),
        along=tuple(along),
        note=note,
        sources=sources,
    )


def _of_row(row: PlacementRow, *, spot: bool) -> Option:
    emission, cost = row.emission, row.emission.cost
    return Option(
        region=emission.region,
        instance_type=emission.instance_type,
        usd_per_hour=cost.spot_usd_per_hour if spot else cost.on_demand_usd_per_hour,
        carbon=emission.total_gco2e / emission.duration_hours,
        is_estimate=cost.is_estimate and not spot,
        price_as_of=cost.spot_price_as_of if spot else cost.price_as_of,
        intensity=emission.used,
    )


def _of_point(point: ParetoPoint, intensity: CarbonIntensity) -> Option:
    return Option(
        region=point.region,
        instance_type=point.instance_type,
        usd_per_hour=point.usd,
        carbon=point.gco2e,
        is_estimate=point.price_is_estimate,
        price_as_of=point.price_as_of,
        intensity=intensity,
    )


def _prices(prices: Sequence[float], canvas: Canvas) -> tuple[Scale, Iterator[Tick]]:
    """The axis of prices, on which equal steps are equal factors, with some room at both ends."""
    lowest, highest = min(prices, default=1.0) / _ROOM, max(prices, default=1.0) * _ROOM
    across = Scale(log10(lowest), log10(highest), canvas.left, canvas.right)
    return across, _price_ticks(round_steps(lowest, highest), across)


def _price_ticks(steps: Sequence[float], across: Scale) -> Iterator[Tick]:
    """Those that are not too close to the one before; those between others that are far enough apart are minor."""
    width = across.end_place - across.place
    last = last_major = -width
    for step in steps:
        place = across.at(log10(step))
        label = f"${step:.6g}"
        if place - last >= max(width * _CLOSEST, room_of(label) + _GAP):
            is_minor = place - last_major < width * _CLOSEST_MAJOR
            yield Tick(place=place, label=label, minor=is_minor)
            last, last_major = place, last_major if is_minor else place


def _mark(option: Option, across: Scale, up: Scale, unit: str, *, is_best: bool) -> OptionMark:
    price = option.usd_per_hour or 0.0
    estimate = " (estimated)" if option.is_estimate else ""
    return OptionMark(
        option=option,
        at=Point(across.at(log10(price)), up.at(option.carbon)),
        shape=shape_of([option.region.partition(":")[0]]),
        is_best=is_best,
        title=f"{option.name}: ${price:.4g} per hour{estimate}, {figure(option.carbon)} {unit}; grid: "
        f"{in_words(option.intensity)}",
    )


def _size(size: MachineSize) -> str:
    parts = (
        (size.vcpus, "vCPU"),
        (size.memory_gb, "GB of memory"),
        (size.gpus, "GPU"),
        (size.accelerators, "accelerator"),
    )
    demands = [f"{number:g} {unit if number == 1 or 'GB' in unit else f'{unit}s'}" for number, unit in parts if number]
    return f" of at least {' and '.join(demands)}" if demands else ""


def _note(front: Sequence[Option], unpriced: Sequence[Option]) -> str:
    offers = f"{len(front)} {'offer' if len(front) == 1 else 'offers'}"
    line = f"Dashed: Pareto front, {offers} that no other beats in both price and carbon."
    if not unpriced:
        return line
    names = ", ".join(option.name for option in unpriced[:_MOST_NAMES])
    more = f" and {len(unpriced) - _MOST_NAMES} more" if len(unpriced) > _MOST_NAMES else ""
    return f"{line} Not shown, because the price is not known: {names}{more}."


def _ends(front: Sequence[Option], unit: str) -> str:
    if not front:
        return ""
    cheapest, greenest = front[0], front[-1]
    grams = [figure(option.carbon) for option in (cheapest, greenest)]
    return (
        f"Cheapest: {cheapest.name}, ${cheapest.usd_per_hour:.4g} and {grams[0]} {unit}. "
        f"Least carbon: {greenest.name}, ${greenest.usd_per_hour:.4g} and {grams[1]} {unit}. "
    )


def _price_dates(options: Iterable[Option], *, spot: bool) -> str:
    dates = sorted(option.price_as_of for option in options if option.price_as_of)
    kind = "spot" if spot else "on demand"
    if not dates:
        return "Prices: none known"
    as_of = dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
    return f"Prices: {kind}, Linux, before tax, as of {as_of}"
