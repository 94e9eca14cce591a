"""The reply bodies of EIA's open data, and what becomes of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from carbon.intensity import Derivation
from carbon.mix import MixStep
from carbon.reading import Observation
from carbon.units import HOUR
from catalog.source_tables import exact_zones
from grid.conversion import Conversion
from grid.footing import mix_observation
from grid.records import Value
from grid.source import MalformedReply, SourceError, ZoneNotCovered
from grid.upstream.fields import number_of, object_of, text_of, time_of

NAME = "eia"
LICENCE = "public domain"
ATTRIBUTION = "U.S. Energy Information Administration"
SPAN = timedelta(hours=48)  # the newest hour may be 24 h old, and is compared with the 24 h before it
TERMS = Derivation(attribution=ATTRIBUTION, licence=LICENCE)


def page(body: object) -> tuple[list[dict[str, Any]], int]:
    """The rows of one page, and how many there are on all."""
    response = object_of(object_of(body).get("response"))
    rows = response.get("data")
    if not isinstance(rows, list):
        raise MalformedReply("wrong-shape", f"data: {type(rows).__name__} instead of a list")
    return [object_of(row) for row in rows], int(_number(response.get("total")) or 0)


def observations(
    rows: Sequence[dict[str, Any]],
    zones: Sequence[str],
    now: datetime,
    max_age: timedelta,
    conversion: Conversion,
) -> dict[str, Value | SourceError]:
    """The newest whole hour of each zone, or why it has none. Raises MalformedReply for rows of another shape."""
    if not rows:
        raise MalformedReply("empty", "no row of any area")
    areas, steps = exact_zones(NAME), _steps(rows)
    values: dict[str, Value | SourceError] = {}
    for zone in zones:
        try:
            values[zone] = _observation(zone, steps.get(areas[zone], ()), now, max_age, conversion)
        except SourceError as error:
            values[zone] = error
    return values


def _observation(
    zone: str, steps: Sequence[MixStep], now: datetime, max_age: timedelta, conversion: Conversion
) -> Observation:
    if not steps:
        raise ZoneNotCovered("no-recent-data", zone)
    return mix_observation(NAME, zone, steps, now=now, max_age=max_age, conversion=conversion, derivation=TERMS)


def _steps(rows: Sequence[dict[str, Any]]) -> dict[str, list[MixStep]]:
    """By area: the hours with their fuels. A period is the end of its hour."""
    found: defaultdict[tuple[str, datetime], dict[str, float | None]] = defaultdict(dict)
    for row in rows:
        area, ends_at = text_of(row.get("respondent"), "respondent"), _period(row.get("period"))
        found[area, ends_at][text_of(row.get("fueltype"), "fueltype")] = _number(row.get("value"))
    steps: defaultdict[str, list[MixStep]] = defaultdict(list)
    for (area, ends_at), megawatts in found.items():
        steps[area].append(MixStep(starts_at=ends_at - HOUR, ends_at=ends_at, megawatts=megawatts))
    return dict(steps)


def _period(value: object) -> datetime:
    """A full UTC hour without a zone, such as 2026-03-03T05."""
    text = text_of(value, "period")
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d", text) is None:
        raise MalformedReply("bad-datetime", "period is not an hour")
    return time_of(f"{text}:00Z")


def _number(value: object) -> float | None:
    """A number, or one written as text; None for null and an empty text."""
    if not isinstance(value, str):
        return number_of(value)
    try:
        return number_of(float(value)) if value else None
    except ValueError:
        raise MalformedReply("not-a-number", "a text that is no number") from None
