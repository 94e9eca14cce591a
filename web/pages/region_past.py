"""A region as it was, on its page: its last days, and its year by month and hour with the hours that are usual."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from functools import lru_cache

from markupsafe import Markup

from carbon.errors import StateUnavailable
from carbon.history import ZoneYear
from carbon.intensity import SignalName
from catalog.model import Region, Zone
from session import Session
from web.drawing.history_plot import history_chart
from web.drawing.year_plot import year_chart
from web.geometry.canvas import PAGE
from web.geometry.history_picture import HistoryPicture
from web.geometry.year_picture import year_picture
from web.marks import figure
from web.pages.embedded import embedded
from web.pages.page import link
from web.views import history


class Days(IntEnum):
    """How many days of the past are shown."""

    WEEK = 7
    MONTH = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year by month and hour. usual: a sentence on the hours of the day; empty where none is known."""

    svg: Markup
    usual: str
    note: str
    sources: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The past of a region. path: where the API has the same hours."""

    path: str
    days: HistoryPicture
    days_svg: Markup
    year: Year


def past_of(region: Region, days: Days, session: Session) -> Past | None:
    """None where what is stored cannot be read now."""
    attributions, hour = history.attributions(), session.now.replace(minute=0)
    try:
        hours = history.days_of(region.key, days, SignalName.AVERAGE, session, attributions, PAGE)
        year = session.grid.year(region.zone)
    except StateUnavailable:
        return None
    year = replace(year, starts_at=year.starts_at.replace(minute=0))
    facts = session.mapping.zones[region.zone]
    start = hour - timedelta(hours=24 * days - 1)
    return Past(
        path=link(f"/api/v1/regions/{region.key}/history", None, start=f"{start:%Y-%m-%dT%H:%M:%SZ}"),
        days=hours,
        days_svg=embedded(history_chart(hours, "past")),
        year=_year(region.key, region.city, year, facts, frozenset(attributions.items()), hour),
    )


# Drawing 288 cells takes longer than all else of the past, and they change with new readings only.
@lru_cache(maxsize=32)
def _year(
    key: str, city: str, year: ZoneYear, facts: Zone, attributions: frozenset[tuple[str, str]], hour: datetime
) -> Year:
    place = f"{city}, grid zone {facts.zone}"
    picture = year_picture(key, place, year, facts, SignalName.AVERAGE, dict(attributions), hour, PAGE)
    svg = embedded(year_chart(picture, "year"))
    return Year(svg=svg, usual=usual_hours(year), note=picture.note, sources=picture.sources)


def usual_hours(year: ZoneYear) -> str:
    """Which hours of the day are the cleanest and the dirtiest in the mean of the months; a mean of known ones."""
    means = dict[int, float]()
    for hour in range(24):
        values = [value for month in year.months if (value := month.values[hour]) is not None]
        if values:
            means[hour] = sum(values) / len(values)
    if not means:
        return ""
    low, high = min(means, key=lambda hour: means[hour]), max(means, key=lambda hour: means[hour])
    if figure(means[low]) == figure(means[high]):
        return "Over the year no hour of the day is cleaner than another."
    return (
        f"Over the year the cleanest hour begins at {low:02}:00 UTC with {figure(means[low])} g/kWh in the mean, the "
        f"dirtiest at {high:02}:00 UTC with {figure(means[high])}."
    )
