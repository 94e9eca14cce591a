"""The answers of the Carbon Aware SDK. They have no field for where a figure is from, so headers say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import orjson
from flask import Response

from api.edge.exchange import JSON
from api.edge.formats import DATA_QUALITY, DATA_SOURCES
from api.foreign.carbon_aware_sdk.times import length, stamp
from api.shapes.reading import Json
from carbon.intensity import CarbonIntensity, Quality
from carbon.named_places import NamedPlace
from carbon.points import DECIMALS, ForecastWindows, Point, worst_quality

MINUTE = timedelta(minutes=1)


def emissions(location: str, points: Iterable[Point]) -> list[Json]:
    """EmissionsData, as the paths with emissions of a time answer."""
    return [
        {
            "location": location,
            "time": stamp(point.starts_at),
            "rating": point.gco2e_per_kwh,
            "duration": length(point.ends_at - point.starts_at),
        }
        for point in points
    ]


def forecast(location: str, windows: ForecastWindows, *, requested_at: datetime, window_minutes: int) -> Json:
    """EmissionsForecastDTO."""
    return {
        "generatedAt": stamp(windows.generated_at),
        "requestedAt": stamp(requested_at),
        "location": location,
        "dataStartAt": stamp(windows.starts_at),
        "dataEndAt": stamp(windows.ends_at),
        "windowSize": window_minutes,
        "optimalDataPoints": [_data_point(location, point) for point in windows.lowest],
        "forecastData": [_data_point(location, point) for point in windows.points],
    }


def average(location: str, start: datetime, end: datetime, mean: CarbonIntensity) -> Json:
    """CarbonIntensityDTO."""
    return {
        "location": location,
        "startTime": stamp(start),
        "endTime": stamp(end),
        "carbonIntensity": None if mean.gco2e_per_kwh is None else round(mean.gco2e_per_kwh, DECIMALS),
    }


def location(place: NamedPlace) -> Json:
    """Location."""
    return {"latitude": place.latitude, "longitude": place.longitude, "name": place.name}


def answered(body: Sequence[Json], points: Sequence[Point]) -> Response:
    """The answer, with the worst quality and the sources of its figures; 204 if it is empty."""
    quality = worst_quality(points)
    return with_origin(body, quality, [point.source for point in points])


def with_origin(
    body: Sequence[Json] | Mapping[str, object], quality: Quality | None, sources: Iterable[str]
) -> Response:
    """As answered, of figures that are no points."""
    if not body:
        response = Response(status=204)
        del response.headers["Content-Type"]  # there is no body
        return response
    response = Response(orjson.dumps(body), content_type=JSON)
    if quality is not None:
        response.headers[DATA_QUALITY] = quality.value
        response.headers[DATA_SOURCES] = ", ".join(dict.fromkeys(sources))
    return response


def _data_point(location: str, point: Point) -> Json:
    """EmissionsDataDTO."""
    return {
        "location": location,
        "timestamp": stamp(point.starts_at),
        "duration": (point.ends_at - point.starts_at) // MINUTE,
        "value": point.gco2e_per_kwh,
    }
