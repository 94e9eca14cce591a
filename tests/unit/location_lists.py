"""Lists of locations for one hour of three zones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from carbon.listings import LocationsQuery
from carbon.locations import LocationList
from carbon.reading import ZoneReading
from engine import Engine
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader

NOW = datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
PARIS, LONDON, STOCKHOLM = "aws:eu-west-3", "aws:eu-west-2", "aws:eu-north-1"


def located(
    query: LocationsQuery, readings: Mapping[str, ZoneReading] | None = None, *, now: datetime = NOW
) -> LocationList:
    return Engine(cloud_map(), FakeReader(readings)).at(now).locations(query)


def regions(result: LocationList) -> list[str]:
    return [row.region for row in result.rows]
