"""The reply bodies of Open Electricity, and what becomes of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from carbon.intensity import Derivation
from carbon.mix import MixStep
from grid.conversion import Conversion
from grid.footing import mix_observation
from grid.records import Value
from grid.source import MalformedReply, SourceError
from grid.sources.openelectricity.zones import NETWORKS, OFFSETS
from grid.upstream.fields import number_of, object_of, rows_of, text_of, time_of

NAME = "openelectricity"
LICENCE = "CC BY-NC 4.0"
ATTRIBUTION = "Open Electricity (Superpower Institute)"
TERMS = Derivation(attribution=ATTRIBUTION, licence=LICENCE)
STEP = timedelta(minutes=5)
Mixes = defaultdict[datetime, dict[str, float | None]]


def observations(
    body: object, network: str, now: datetime, max_age: timedelta, conversion: Conversion
) -> dict[str, Value | SourceError]:
    """The newest step of each region with all its technologies, or why it has none."""
    mixes = _mixes(body, network)
    values: dict[str, Value | SourceError] = {}
    for region, zone in NETWORKS[network].items():
        steps = [MixStep(starts_at=at, ends_at=at + STEP, megawatts=mix) for at, mix in mixes[region].items()]
        try:
            values[zone] = mix_observation(
                NAME, zone, steps, now=now, max_age=max_age, conversion=conversion, derivation=TERMS
            )
        except SourceError as error:
            values[zone] = error
    return values


def _mixes(body: object, network: str) -> defaultdict[str, Mixes]:
    """MW by region, start and technology."""
    reply = object_of(body)
    if reply.get("success") is False:
        raise MalformedReply("empty", "success is false")
    mixes: defaultdict[str, Mixes] = defaultdict(lambda: defaultdict(dict))
    for table in rows_of(reply.get("data"), "data"):
        if table.get("metric") != "power" or table.get("interval") != "5m":
            raise MalformedReply("wrong-shape", "a table that is not power in steps of 5 minutes")
        for row in rows_of(table.get("results"), "results"):
            columns = object_of(row.get("columns"))
            region = text_of(columns.get("network_region", columns.get("region")), "network_region")
            technology = text_of(columns.get("fueltech"), "fueltech")
            for starts_at, megawatts in _points(row.get("data"), OFFSETS[network]):
                mixes[region][starts_at][technology] = megawatts
    return mixes


def _points(points: object, naive_offset: timedelta) -> list[tuple[datetime, float | None]]:
    if not isinstance(points, list) or not all(isinstance(point, list) and len(point) == 2 for point in points):
        raise MalformedReply("wrong-shape", "data is not a list of pairs")
    return [(time_of(at, naive_offset=naive_offset), number_of(megawatts)) for at, megawatts in points]
