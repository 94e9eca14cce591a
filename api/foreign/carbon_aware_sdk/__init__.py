"""The WebApi of the Green Software Foundation's Carbon Aware SDK, version 1.8, at its own paths."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from apiflask import APIBlueprint
from flask import Response, request
from werkzeug.exceptions import NotFound
from werkzeug.exceptions import NotImplemented as NotSupported

import foreign_questions
from api.edge import costly
from api.edge.exchange import current
from api.edge.roles import needs
from api.foreign.carbon_aware_sdk import answers, problems
from api.foreign.carbon_aware_sdk.problems import WrongArguments, fields_named
from api.foreign.carbon_aware_sdk.questions import (
    Average,
    AverageItem,
    Averages,
    CurrentForecast,
    IssuedForecasts,
    PlaceSpan,
    Span,
    parse_query,
)
from api.foreign.paths import UNDER_PREFIX
from api.questions.parse import parse_body
from carbon.errors import FieldError
from carbon.intensity import Quality
from carbon.points import Point, lowest_of_all
from carbon.roles import Role

bp = APIBlueprint("carbon_aware_sdk", __name__, enable_openapi=False)
bp.register_error_handler(Exception, problems.answer)

LIGHT_SPAN = timedelta(days=31)  # of readings; more takes as long as a costly question
LIGHT_ITEMS = 10  # of a batch, and places of a forecast


@bp.before_request
def _only_below_the_prefix() -> None:
    if current().service.settings.compat_prefix and UNDER_PREFIX not in request.environ:
        raise NotFound


@bp.get("/emissions/bylocation")
def emissions_by_location() -> Response:
    """What is known of one place over a time."""
    query = parse_query(PlaceSpan, request, current().facts)
    return _emissions(query, _points(query))


@bp.get("/emissions/bylocations")
def emissions_by_locations() -> Response:
    """What is known of several places over a time, one place after the other."""
    query = parse_query(Span, request, current().facts)
    return _emissions(query, _points(query))


@bp.get("/emissions/bylocations/best")
def best_emissions() -> Response:
    """Of several places over a time, every point that is as low as the lowest."""
    query = parse_query(Span, request, current().facts)
    return _emissions(query, lowest_of_all(_points(query)))


@bp.get("/emissions/forecasts/current")
def current_forecasts() -> Response:
    """The hours to come of each place."""
    exchange = current()
    query = parse_query(CurrentForecast, request, exchange.facts)
    session = exchange.session
    zones = [foreign_questions.zone_of(session, name) for name in query.location]
    if len(zones) > LIGHT_ITEMS:
        costly.begin()
    with fields_named(start="dataStartAt", end="dataEndAt"):
        forecasts = foreign_questions.windows(session, zones, query.windows)
    body = [
        answers.forecast(name, one, requested_at=exchange.now, window_minutes=query.window_size or 0)
        for name, one in zip(query.location, forecasts, strict=True)
    ]
    return answers.answered(body, [point for one in forecasts for point in one.points])


@bp.post("/emissions/forecasts/batch")
@needs(Role.READ)
def issued_forecasts() -> Response:
    """Forecasts as they were issued at earlier times."""
    exchange = current()
    items = parse_body(IssuedForecasts, request, exchange.facts).root
    session = exchange.session
    if not foreign_questions.keeps_forecasts(session):
        raise NotSupported("this service keeps no forecasts as they were issued: HISTORY_DAYS is 0")
    zones = [foreign_questions.zone_of(session, item.location) for item in items]
    if len(items) > LIGHT_ITEMS:
        costly.begin()
    body, points = [], list[Point]()
    for item, zone in zip(items, zones, strict=True):
        with fields_named(start="dataStartAt", end="dataEndAt"):
            one = foreign_questions.windows_issued(session, zone, item.requested_at, item.windows)
        minutes = item.window_size or 0
        body.append(answers.forecast(item.location, one, requested_at=item.requested_at, window_minutes=minutes))
        points += one.points
    return answers.answered(body, points)


@bp.get("/emissions/average-carbon-intensity")
def average() -> Response:
    """The mean of a place over a time."""
    return _averages([parse_query(Average, request, current().facts)], is_list=False)


@bp.post("/emissions/average-carbon-intensity/batch")
@needs(Role.READ)
def averages() -> Response:
    """The means of several places and times."""
    return _averages(parse_body(Averages, request, current().facts).root, is_list=True)


@bp.get("/locations")
def locations() -> Response:
    """Every place that can be asked for, by its name."""
    places = foreign_questions.places(current().session)
    return answers.with_origin({place.name: answers.location(place) for place in places}, None, ())


def _points(query: Span) -> list[tuple[Point, ...]]:
    """What is known of each place of the query."""
    exchange = current()
    start = query.time or exchange.now
    end = query.to_time or start
    if query.time is None and query.to_time is not None:
        raise _wrong("time", "is required where toTime is given")
    if end < start:
        raise _wrong("time", "must not be later than toTime")
    session = exchange.session
    zones = [foreign_questions.zone_of(session, name) for name in query.location]
    if (end - start) * len(zones) > LIGHT_SPAN:
        costly.begin()
    with fields_named(start="time", end="toTime"):
        return foreign_questions.points(session, zones, start, end)


def _emissions(query: Span, points: Sequence[tuple[Point, ...]]) -> Response:
    named = zip(query.location, points, strict=True)
    body = [row for name, of_place in named for row in answers.emissions(name, of_place)]
    return answers.answered(body, [point for of_place in points for point in of_place])


def _averages(items: Sequence[Average | AverageItem], *, is_list: bool) -> Response:
    for number, item in enumerate(items):
        if item.start_time >= item.end_time:
            raise _wrong("startTime", "must be earlier than endTime", *([number] if is_list else []))
    session = current().session
    spans = [(foreign_questions.zone_of(session, item.location), item.start_time, item.end_time) for item in items]
    if sum((end - start for _, start, end in spans), timedelta()) > LIGHT_SPAN or len(items) > LIGHT_ITEMS:
        costly.begin()
    with fields_named(start="startTime", end="endTime"):
        means = foreign_questions.means(session, spans)
    body = [
        answers.average(item.location, item.start_time, item.end_time, mean)
        for item, mean in zip(items, means, strict=True)
    ]
    origins = [mean.provenance for mean in means]
    quality = max((origin.quality for origin in origins), key=tuple(Quality).index)
    return answers.with_origin(body if is_list else body[0], quality, [origin.source for origin in origins])


def _wrong(name: str, detail: str, *item: int) -> WrongArguments:
    return WrongArguments([FieldError(location=(*item, name), code="wrong", detail=detail)])
