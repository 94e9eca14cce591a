"""The reply bodies of EIA's open data, and what becomes of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from carbon.intensity import Derivation
from carbon.mix import MixStep
from carbon.units import HOUR
from catalog.source_tables import exact_zones
from grid.conversion import Conversion
from grid.footing import NetImports, mix_observation
from grid.records import Value
from grid.source import MalformedReply, SourceError, ZoneNotCovered
from grid.upstream.fields import number_of, object_of, text_of, time_of

NAME = "eia"
LICENCE = "public domain"
ATTRIBUTION = "U.S. Energy Information Administration"
SPAN = timedelta(hours=48)  # the newest hour may be 24 h old, and is compared with the 24 h before it
# By fuel: the area that reports a plant as a whole, the area of its other owner, and the share of that. A third of the
# V. C. Summer nuclear plant belongs to Santee Cooper.
SHARED_PLANTS: Mapping[str, tuple[str, str, float]] = {"NUC": ("SCEG", "SC", 1 / 3)}
Steps = Mapping[str, Sequence[MixStep]]  # by area
Trade = Mapping[str, Mapping[datetime, NetImports]]  # by area and start of the hour
TERMS = Derivation(attribution=ATTRIBUTION, licence=LICENCE)


def page(body: object) -> tuple[list[dict[str, Any]], int]:
    """The rows of one page, and how many there are on all."""
    response = object_of(object_of(body).get("response"))
    rows = response.get("data")
    if not isinstance(rows, list):
        raise MalformedReply("wrong-shape", f"data: {type(rows).__name__} instead of a list")
    return [object_of(row) for row in rows], int(_number(response.get("total")) or 0)


def steps(rows: Sequence[dict[str, Any]]) -> Steps:
    """By area: the hours with their fuels. A period is the end of its hour. Raises MalformedReply without a row."""
    if not rows:
        raise MalformedReply("empty", "no row of any area")
    mixes: defaultdict[str, defaultdict[datetime, dict[str, float | None]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        area, ends_at = text_of(row.get("respondent"), "respondent"), _period(row.get("period"))
        mixes[area][ends_at][text_of(row.get("fueltype"), "fueltype")] = _number(row.get("value"))
    for fuel, (operator, owner, share) in SHARED_PLANTS.items():
        for ends_at, mix in mixes[operator].items():
            if (megawatts := mix.get(fuel)) is not None:
                mix[fuel] = (1 - share) * megawatts
                if ends_at in mixes[owner]:
                    mixes[owner][ends_at][fuel] = share * megawatts + (mixes[owner][ends_at].get(fuel) or 0.0)
    return {
        area: [MixStep(starts_at=ends_at - HOUR, ends_at=ends_at, megawatts=mix) for ends_at, mix in by_end.items()]
        for area, by_end in mixes.items()
    }


def trade(rows: Sequence[dict[str, Any]], conversion: Conversion) -> Trade:
    """Net imports by area and start of the hour. EIA counts exports as positive.

    Trade with a part of the zone itself, such as a plant that is an authority of its own, is left out. An authority
    that no table has stands under its own name, for which no level is known. A neighbour without a row in an hour has
    an unknown flow in it.
    """
    pairs = sorted(conversion.tables.zones(NAME), key=lambda pair: pair.kind != "exact", reverse=True)
    zone_of = {pair.key: pair.zone for pair in pairs if pair.kind in ("exact", "part")}
    net: defaultdict[str, defaultdict[datetime, dict[str | None, float | None]]]
    net = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        area, other = text_of(row.get("fromba"), "fromba"), text_of(row.get("toba"), "toba")
        neighbour = zone_of.get(other, other)
        if neighbour == zone_of.get(area):
            continue
        flows, exported = net[area][_period(row.get("period")) - HOUR], _number(row.get("value"))
        before = flows.get(neighbour, 0.0)
        flows[neighbour] = None if before is None or exported is None else before - exported
    for by_hour in net.values():
        neighbours = dict.fromkeys(neighbour for flows in by_hour.values() for neighbour in flows)
        by_hour.update({hour: {**neighbours, **flows} for hour, flows in by_hour.items()})
    return net


def observations(
    steps: Steps,
    trade: Trade,
    zones: Sequence[str],
    now: datetime,
    max_age: timedelta,
    conversion: Conversion,
) -> dict[str, Value | SourceError]:
    """The newest whole hour of each zone, or why it has none."""
    values: dict[str, Value | SourceError] = {}
    for zone, area in ((zone, exact_zones(NAME)[zone]) for zone in zones):
        flows = trade.get(area, {})
        try:
            if not steps.get(area):
                raise ZoneNotCovered("no-recent-data", zone)
            values[zone] = mix_observation(
                NAME,
                zone,
                steps[area],
                now=now,
                max_age=max_age,
                conversion=conversion,
                derivation=TERMS,
                flows=lambda step, flows=flows: flows.get(step.starts_at),  # type: ignore[misc]
            )
        except SourceError as error:
            values[zone] = error
    return values


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
        raise MalformedReply("not-a-number", "a text that is not a number") from None
