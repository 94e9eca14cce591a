"""The greenest hours of the next day, on the page of a region."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from carbon.results import HourStep, RegionDetails
from web.drawing.strip import draw_strip
from web.geometry.strip import Span, strip_of, values_of
from web.pages.embedded import embedded

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenHours:
    """The greenest of the next 24 hours, as spans of time. strip: all 24 in their colours, the greenest framed."""

    spans: tuple[Span, ...]
    strip: Markup


def green_hours(details: RegionDetails) -> GreenHours:
    """Those that /api/v1/regions/{region} names; no span where the hours hardly differ or are not known."""
    spans = spans_of(details.hours, details.optimal_hours_utc)
    shown = (details.hours[0].starts_at, details.hours[-1].starts_at + HOUR)
    words = in_words(spans)
    title = f"The next 24 hours in the colours of their carbon intensity. {words}"
    return GreenHours(spans=spans, strip=embedded(draw_strip(strip_of(values_of(details.hours), spans, shown), title)))


def spans_of(hours: Sequence[HourStep], chosen: Collection[int]) -> tuple[Span, ...]:
    """The times of the hours of the day that are chosen, those that follow each other as one."""
    spans: list[Span] = []
    for hour in hours:
        if hour.starts_at.hour in chosen:
            starts_at = spans.pop()[0] if spans and spans[-1][1] == hour.starts_at else hour.starts_at
            spans.append((starts_at, hour.starts_at + HOUR))
    return tuple(spans)


def in_words(spans: Sequence[Span]) -> str:
    """A sentence."""
    if not spans:
        return "The hours hardly differ, or are not known."
    return f"Greenest: {', '.join(f'{start:%H:%M} to {end:%H:%M}' for start, end in spans)} UTC."
