"""The form on the first page that asks where and when a job emits least: the question of POST /api/v1/schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from markupsafe import Markup
from pydantic import Field

from api.edge.problems import problem_of
from api.questions.fields import Parameters
from api.questions.schedule import ScheduleRequest
from api.shapes.schedule import ScheduleAnswer
from carbon.errors import CarbonError
from carbon.forecasts import LONGEST_HOURS
from carbon.results import HourValue
from carbon.schedules import Schedule
from session import Session
from web.drawing.strip import draw_strip
from web.geometry.strip import Span, strip_of
from web.pages.embedded import embedded
from web.pages.page import Content, asked

PATH = "/api/v1/schedule"
OPTIONS = 5


class JobState(Parameters):
    """The job of the form. duration_hours: None while nothing is asked."""

    duration_hours: float | None = Field(None, gt=0, le=168)
    within_hours: float = Field(24, ge=1, le=168)
    instance_type: str = Field("", max_length=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A region in which the job may run. json: its part of the answer. strip: its hours, and the job in them."""

    region: str
    json: Content
    strip: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAnswer:
    """The question as JSON, and its answer or what is wrong with it."""

    body: Content
    json: Content
    places: tuple[Place, ...] = ()
    problem: Content | None = None


def question(state: JobState, providers: Sequence[str], countries: Sequence[str], regions: Sequence[str]) -> Content:
    """The body of the request. regions: keys, in place of providers and countries; may be empty."""
    body: Content = {}
    if regions:
        body["regions"] = list(regions)
    else:
        body["providers"] = list(providers) or ["all"]
        if countries:
            body["countries"] = list(countries)
    body |= {"duration_hours": state.duration_hours, "search_hours": state.within_hours, "max_options": OPTIONS}
    if state.instance_type:
        body["instance_type"] = state.instance_type
    return body


def when_and_where(body: Content, session: Session) -> JobAnswer:
    """The answer of the session, or the problem that the endpoint answers with."""
    try:
        schedule = session.schedule(asked(ScheduleRequest, body).query(session.mapping))
    except CarbonError as error:
        return JobAnswer(body=body, json={}, problem=problem_of(error))
    answer: Content = ScheduleAnswer.of(schedule, session)
    options = schedule.places.options if schedule.places is not None else ()
    shown = (session.now, session.now + timedelta(hours=body["search_hours"] + body["duration_hours"]))
    schedules = (schedule, *options)
    hours = _hours_of(schedules, shown, session)
    pairs = zip(schedules, (answer, *answer["options"]), strict=True)
    places = tuple(_place(one, json, shown, hours[one.region]) for one, json in pairs)
    return JobAnswer(body=body, json=answer, places=places)


def _hours_of(schedules: Sequence[Schedule], shown: Span, session: Session) -> dict[str, list[HourValue]]:
    """The hours of each region, whose zones are read once together."""
    zones = {one.region: session.mapping.regions[one.region].zone for one in schedules}
    hours = min(LONGEST_HOURS, ceil((shown[1] - shown[0]) / timedelta(hours=1)) + 1)
    outlook = session.grid.outlook(list(dict.fromkeys(zones.values())), hours=hours)
    return {region: outlook.hour_values(zone) for region, zone in zones.items()}


def _place(schedule: Schedule, json: Content, shown: Span, hours: Sequence[HourValue]) -> Place:
    best = schedule.best
    job = f"the job from {best.starts_at:%a %H:%M} to {best.ends_at:%a %H:%M} UTC"
    title = f"{schedule.region}: hours in the colours of their carbon intensity, and {job}"
    return Place(
        region=schedule.region,
        json=json,
        strip=embedded(draw_strip(strip_of(hours, [(best.starts_at, best.ends_at)], shown), title)),
    )
