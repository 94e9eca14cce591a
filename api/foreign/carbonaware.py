"""The scheduler of CarbonAware, version 0: POST /v0/schedule/ and GET /v0/regions/, as its Python client asks.

Its intensities are in pounds of CO2 per MWh; ours are averages over the life cycle, in that unit.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import orjson
from flask import Blueprint, Response, request
from pydantic import Field, ValidationInfo, field_validator, model_validator

import foreign_questions
from api.edge import costly, problems
from api.edge.exchange import JSON, current
from api.edge.formats import DATA_QUALITY, DATA_SOURCES
from api.edge.roles import needs
from api.questions import names
from api.questions.fields import MAX_HOURS, Body, Name, ProviderKey
from api.questions.parse import InvalidParameters, parse_body
from api.shapes.numbers import percentage, rounded, stamp
from api.shapes.reading import Json
from carbon import units
from carbon.errors import InvalidRequest, Unsatisfiable
from carbon.intensity import Quality
from carbon.roles import Role
from carbon.start_options import StartOption, StartOptions, StartQuery
from carbon.workload import Interval

bp = Blueprint("carbonaware", __name__)

DEFAULT_OPTIONS = 3
MAX_OPTIONS, MAX_WINDOWS, MAX_ZONES = 1000, 100, 500
MAX_AHEAD = timedelta(hours=168)  # as far as /api/v1/schedule searches
LATE = timedelta(minutes=5)  # how far back the start of a window may be
# What CarbonAware calls two regions that have other names in the catalog.
THEIR_NAMES = {"ovh:SBG": ("ovh", "fr-strasbourg"), "ovh:WAW": ("ovh", "pl-warsaw")}
_OUR_KEYS = {place: key for key, place in THEIR_NAMES.items()}
STARTS_PER_HOUR = 12  # full five minutes; as many again where the job does not last full five minutes
LIGHT_STARTS, MAX_STARTS = 20_000, 200_000  # times regions; 200,000 take 50 ms of the processor


class Window(Body):
    """When a job may start, both ends included. A time without an offset is UTC."""

    start: datetime
    end: datetime

    @field_validator("start", "end")
    @classmethod
    def _in_utc(cls, value: datetime) -> datetime:
        try:
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        except OverflowError as error:
            raise names.refusal("datetime", "must be between the years 1 and 9999") from error

    @field_validator("start")
    @classmethod
    def _not_over(cls, value: datetime, info: ValidationInfo) -> datetime:
        if value < names.facts(info).now - LATE:
            raise names.refusal("start_in_the_past", "must be in the future, or at most 5 minutes ago")
        return value

    @field_validator("end")
    @classmethod
    def _after_the_start(cls, value: datetime, info: ValidationInfo) -> datetime:
        if "start" in info.data and value <= info.data["start"]:
            raise names.refusal("end_before_start", "must be later than start")
        if value > names.facts(info).now + MAX_AHEAD:
            raise names.refusal("too_far_ahead", f"must be at most {MAX_AHEAD / units.HOUR:g} hours ahead")
        return value


class CloudZone(Body):
    """A region of a cloud."""

    provider: ProviderKey
    region: Name

    @field_validator("region")
    @classmethod
    def _key(cls, value: str, info: ValidationInfo) -> str:
        if "provider" not in info.data:  # it has its own error
            return value
        key = _OUR_KEYS.get((info.data["provider"], value))
        return key or names.region_key(value, info.data["provider"], info)


class StartRequest(Body):
    """The body of POST /v0/schedule/."""

    windows: list[Window] = Field(min_length=1, max_length=MAX_WINDOWS)
    duration: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(hours=MAX_HOURS))]
    zones: list[CloudZone] = Field(min_length=1, max_length=MAX_ZONES)
    num_options: Annotated[int, Field(ge=0, le=MAX_OPTIONS)] | None = None

    @property
    def starts(self) -> float:
        """About how many starts are compared, in all regions together."""
        hours = sum((window.end - window.start) / units.HOUR for window in self.windows)
        per_hour = STARTS_PER_HOUR if self.duration % timedelta(minutes=5) == timedelta(0) else 2 * STARTS_PER_HOUR
        return hours * per_hour * len(self.zones)

    @model_validator(mode="after")
    def _within_limit(self) -> StartRequest:
        if self.starts > MAX_STARTS:
            detail = f"has more than {MAX_STARTS:,} starts to compare: send shorter windows or fewer zones"
            raise names.refusal("too_many_starts", detail)
        return self

    def query(self) -> StartQuery:
        return StartQuery(
            windows=tuple(Interval(starts_at=window.start, ends_at=window.end) for window in self.windows),
            duration_hours=self.duration / units.HOUR,
            regions=tuple(dict.fromkeys(zone.region for zone in self.zones)),
            options=DEFAULT_OPTIONS if self.num_options is None else self.num_options,
        )


@bp.post("/v0/schedule/")
@bp.post("/v0/schedule")
@needs(Role.READ)
def schedule() -> Response:
    """When and where a job emits least of all starts in the windows."""
    exchange = current()
    body = parse_body(StartRequest, request, exchange.facts)
    if body.starts > LIGHT_STARTS:
        costly.begin()
    starts = foreign_questions.start_options(exchange.session, body.query())
    response = Response(orjson.dumps(_answer(starts)), content_type=JSON)
    provenances = [start.mean.provenance for start in starts.told]
    response.headers[DATA_QUALITY] = max((one.quality for one in provenances), key=list(Quality).index).value
    response.headers[DATA_SOURCES] = ", ".join(dict.fromkeys(one.source for one in provenances))
    return response


@bp.get("/v0/regions/")
@bp.get("/v0/regions")
def regions() -> Response:
    """Every region that a job may be sent to."""
    every_region = current().mapping.regions.values()
    rows = [_place(region.key) for region in every_region if region.status == "available"]
    return Response(orjson.dumps({"regions": rows}), content_type=JSON)


def _answer(starts: StartOptions) -> Json:
    cases = {"worst_case": starts.worst, "naive_case": starts.naive, "median_case": starts.median}
    return {
        "ideal": _option(starts.ideal),
        "options": [_option(one) for one in starts.options],
        **{name: _option(case) for name, case in cases.items()},
        "carbon_savings": {f"vs_{name}": percentage(starts.ideal.saving_share(case)) for name, case in cases.items()},
    }


def _option(start: StartOption) -> Json:
    return {
        "time": stamp(start.starts_at),
        "zone": _place(start.region),
        "co2_intensity": rounded(units.pounds_per_mwh(start.gco2e_per_kwh)),
    }


def _place(key: str) -> Json:
    provider, _, region = key.partition(":")
    provider, region = THEIR_NAMES.get(key, (provider, region))
    return {"provider": provider, "region": region}


@bp.errorhandler(Exception)
def answer_error(error: Exception) -> Response:
    """Any failure as CarbonAware writes it: `detail` is a list of what is wrong with 422, else a text."""
    response = problems.answer(error)
    if response.status_code < 400:  # a redirect
        return response
    if isinstance(error, InvalidRequest):
        response.status_code = 422
        part = "query" if isinstance(error, InvalidParameters) else "body"
        fields = [
            {"loc": [part, *one.location], "msg": one.detail + _nearest(one.nearest), "type": one.code}
            for one in error.errors
        ]
        return _refusal(response, fields)
    text = response.get_json(force=True)["detail"]
    if isinstance(error, Unsatisfiable):
        return _refusal(response, [{"loc": ["body"], "msg": text, "type": error.code}])
    return _refusal(response, text)


def _nearest(names: tuple[str, ...]) -> str:
    """The names that may be meant, for which the format has no field."""
    return f"; nearest: {', '.join(names)}" if names else ""


def _refusal(response: Response, detail: object) -> Response:
    """The response with this body in place of its own; its status and headers stay."""
    response.set_data(orjson.dumps({"detail": detail}))
    response.content_type = JSON
    return response
