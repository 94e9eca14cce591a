"""The picture of the map: where its heading, its marks, its list of the lowest and its legend stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from carbon.bands import Band, band_of
from carbon.intensity import SignalName
from web.geometry.map_marks import FRAMES, Frame, MapRegion, Mark, View, map_marks, visible_regions
from web.geometry.text import Font
from web.marks import SIGNAL_WORDS, Shape, Standing, figure, minute, sources_in_words, standing_of

WIDTH, MARGIN = 1200.0, 24.0
MAP_WIDTH = WIDTH - 2 * MARGIN
MAP_TOP = 92.0
PAGE_MAP_WIDTH = 960.0
LOWEST = 5  # rows of the list
FOOT_SIZE, FOOT_LEADING = 12.0, 16.0
_COASTLINES = "Coastlines: Natural Earth"
_VIEW_WORDS = {
    View.WORLD: "",
    View.EUROPE: " in Europe",
    View.NORTH_AMERICA: " in North America",
    View.ASIA_PACIFIC: " in Asia and the Pacific",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LowestRow:
    """A row of the list of the regions with the lowest intensity."""

    figure: str
    name: str
    band: Band | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPicture:
    """The picture. map_width, map_height: of the map alone; shapes: those that its marks have."""

    height: float
    title: str
    subtitle: str
    description: str
    frame: Frame
    map_width: float
    map_height: float
    legend_top: float
    marks: tuple[Mark, ...]
    lowest: tuple[LowestRow, ...]
    shapes: tuple[Shape, ...]
    foot: tuple[str, ...]


def map_picture(
    regions: Sequence[MapRegion],
    view: View,
    clouds: str,
    signal: SignalName,
    now: datetime,
    font: Font,
    map_width: float = MAP_WIDTH,
) -> MapPicture:
    """The picture of regions in the order of the question. clouds: whose regions, in words.

    map_width: a narrower map has larger marks when it is shown in the same size.
    """
    in_view = visible_regions(regions, view)
    marks = map_marks(in_view, view, map_width)
    frame = FRAMES[view]
    map_height = float(round(map_width * frame.height / frame.width))
    legend_top = MAP_TOP + map_height + 16
    sources = sources_in_words(region.intensity for region in in_view)
    foot = font.regular.lines(f"{sources} · {_COASTLINES}", FOOT_SIZE, MAP_WIDTH)
    standings = Counter(standing_of(region.intensity) for region in in_view)
    counts = ", ".join(f"{standings[standing]} {standing}" for standing in Standing if standings[standing])
    lowest = [row for row in in_view if row.intensity.gco2e_per_kwh is not None][:LOWEST]
    title = f"{SIGNAL_WORDS[signal]} of cloud regions{_VIEW_WORDS[view]} now"
    count = f"{len(in_view)} region{'' if len(in_view) == 1 else 's'} of {clouds}"
    subtitle = f"grams of CO2e per kWh of electricity · {minute(now)} · {count}{f' ({counts})' if counts else ''}"
    return MapPicture(
        height=legend_top + 66 + FOOT_LEADING * len(foot),
        title=title,
        subtitle=font.regular.shortened(subtitle, 16, MAP_WIDTH),
        description=_described(subtitle, lowest, sources),
        frame=frame,
        map_width=map_width,
        map_height=map_height,
        legend_top=legend_top,
        marks=tuple(marks),
        lowest=tuple(_lowest(row, font) for row in lowest),
        shapes=tuple(shape for shape in Shape if any(mark.shape is shape for mark in marks)),
        foot=tuple(foot),
    )


def _lowest(region: MapRegion, font: Font) -> LowestRow:
    value = region.intensity.gco2e_per_kwh or 0.0
    name = font.regular.shortened(f"{region.key}  {region.city}", 13, 196)
    return LowestRow(figure=figure(value), name=name, band=band_of(region.intensity.gco2e_per_kwh))


def _described(subtitle: str, lowest: Sequence[MapRegion], sources: str) -> str:
    named = (f"{row.key} {figure(row.intensity.gco2e_per_kwh or 0.0)}" for row in lowest)
    return f"{subtitle}. Lowest: {', '.join(named) or 'none is known'}. {sources}."
