"""POST /api/v1/forecast: the hours after a history that the caller sends; GET /api/v1/zones/{zone}/forecast."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, cast

from apiflask import APIBlueprint
from flask import Response
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, ValidationInfo, field_validator

from api.edge.exchange import current
from api.edge.formats import Format, accepted
from api.edge.lists import answered
from api.edge.roles import needs
from api.edge.terminal import UNIT, in_terminal
from api.questions import names
from api.questions.fields import Body, Name, Parameters, ProviderKey, RegionBesideProvider, iso_text
from api.shapes.aligned import Column
from api.shapes.forecast import AheadRow, ForecastAnswer, ZoneForecastAnswer
from api.shapes.reading import Json
from carbon.errors import UnknownZone
from carbon.forecasts import LONGEST_HOURS, ForecastBasis, ForecastQuery
from carbon.roles import Role
from mapping import CloudMap

bp = APIBlueprint("forecast", __name__, tag="Decisions")

_COLUMNS: tuple[Column, ...] = (
    ("UTC", lambda row: f"{datetime.fromisoformat(str(row['starts_at'])):%a %d %b %H:%M}"),
    (UNIT, lambda row: row["value"]),
    ("low", lambda row: row["low"]),
    ("high", lambda row: row["high"]),
    ("quality", lambda row: row["data_quality"]),
    ("source", lambda row: row["source"]),
)
MOST_VALUES = 8_928  # a month in steps of five minutes
FIRST_YEAR, LAST_YEAR = 1971, 2200
HIGHEST_GCO2E = 100_000.0  # far above any grid: more is a wrong unit


def _in_utc(value: datetime) -> datetime:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise names.refusal("out_of_range", f"must be between the years {FIRST_YEAR} and {LAST_YEAR}")
    return value.astimezone(UTC)


def _divisor_of_an_hour(minutes: int) -> int:
    if 60 % minutes:
        raise names.refusal("not_a_divisor", "must be a divisor of 60, such as 5, 15, 30 or 60")
    return minutes


# Unlike other times, it may be of any year: the answer does not depend on the present.
Start = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(iso_text), AfterValidator(_in_utc)]
Value = Annotated[float, Field(ge=0, le=HIGHEST_GCO2E)]


class RecentHistory(Body):
    """What was measured, without gaps in time: null stands for a step whose value is not known."""

    step_minutes: Annotated[int, AfterValidator(_divisor_of_an_hour)] = Field(
        60, ge=1, le=60, description="Length of a step; a divisor of 60.", examples=[60]
    )
    starts_at: Start = Field(description="Start of the first step, ISO 8601 with offset; a full step in UTC.")
    values: list[Value | None] = Field(
        max_length=MOST_VALUES,
        description="gCO2e/kWh by step, the oldest first, null where unknown. The last 336 hours are used; may be "
        "empty: then the profile of the zone is the answer.",
        examples=[[412.0, 405.5, None, 398.0]],
    )

    @field_validator("starts_at")
    @classmethod
    def _on_a_step(cls, starts_at: datetime, info: ValidationInfo) -> datetime:
        step = info.data.get("step_minutes")
        if step is not None and starts_at.timestamp() % (60 * step):
            raise names.refusal("not_on_a_step", f"must be at a full step of {step} minutes, in UTC")
        return starts_at


class ForecastRequest(Body):
    """A place and its recent history."""

    zone: Name | None = Field(
        None,
        description="Grid zone; region may be sent in its place. A zone that the service does not have is answered "
        "from its history alone.",
        examples=["DE"],
    )
    provider: ProviderKey | None = Field(
        None, description="The provider of the region. Default: aws if it has a region with this id."
    )
    region: RegionBesideProvider | None = Field(
        None, description="A region's id, or provider:region, in place of zone.", validate_default=True
    )
    history: RecentHistory
    horizon_hours: int = Field(24, ge=1, le=LONGEST_HOURS, description="Hours to forecast, after the end of history.")

    @field_validator("region", mode="before")
    @classmethod
    def _one_place(cls, region: object, info: ValidationInfo) -> object:
        zone = info.data.get("zone", "wrong")
        if region is None and zone is None:
            raise names.refusal("missing", "is required, or zone in its place")
        if region is not None and zone is not None:
            raise names.refusal("zone_or_region", "cannot be combined with zone: send one of the two")
        return region

    def query(self, mapping: CloudMap) -> ForecastQuery:
        return ForecastQuery(
            zone=self._zone(mapping),
            region=self.region,
            starts_at=self.history.starts_at,
            step_minutes=self.history.step_minutes,
            values=tuple(self.history.values),
            horizon_hours=self.horizon_hours,
        )

    def _zone(self, mapping: CloudMap) -> str:
        if self.region is not None:
            return mapping.regions[self.region].zone
        name = self.zone or ""
        try:
            return mapping.zone(name).zone
        except UnknownZone:
            return name


@bp.post("/api/v1/forecast")
@needs(Role.READ)
@bp.input(ForecastRequest, arg_name="body")
@bp.output(ForecastAnswer)
@bp.doc(operation_id="calculateForecast", responses=[422])
def forecast(body: ForecastRequest) -> Response:
    """Forecast the carbon intensity of a zone, hour by hour, from its recent history.

    It begins with the first full hour at or after the end of history and does not depend on the present, so that
    histories of past years can be sent. Without weather, the first day is the best.
    """
    exchange = current()
    session = exchange.session
    return exchange.success(ForecastAnswer.of(session.forecast(body.query(session.mapping)), session))


class ZoneForecastParameters(Parameters):
    """How far, from what, and in which form."""

    hours: int = Field(24, ge=1, le=LONGEST_HOURS, description="Number of hours, with the present one.")
    basis: ForecastBasis = Field(
        ForecastBasis.OUTLOOK,
        description="outlook: the hours that every other answer is made of: live, the source's forecast as far as it "
        "reaches, our own forecast after it, and the profile where there is neither. "
        "recent-hours: our own forecast alone, from the readings that this service has stored.",
    )
    format: Format | None = Field(
        None,
        description="Default: the form the Accept header prefers, otherwise json. text: aligned columns for a "
        "terminal, and a line of blocks as high as the intensities. csv: a row for each hour.",
    )


@bp.get("/api/v1/zones/<zone>/forecast")
@bp.input(ZoneForecastParameters, location="query", arg_name="query")
@bp.output(ZoneForecastAnswer)
@bp.doc(operation_id="getZoneForecast", responses=[404])
def zone_forecast(zone: str, query: ZoneForecastParameters) -> Response:
    """Show the carbon intensity expected of a grid zone, hour by hour, from the present hour on.

    A retired zone name is answered with its successor.
    """
    session = current().session
    ahead = session.zone_forecast(zone, query.basis, query.hours)
    body, form = ZoneForecastAnswer.of(ahead, session), query.format or accepted()
    rows = cast("list[Json]", body["forecast"])
    if form is Format.TEXT:
        heading = f"{ahead.zone}, {len(rows)} hours from {ahead.hours[0].starts_at:%a %d %b %Y %H:%M} UTC"
        return in_terminal(heading, rows, _COLUMNS, "value")
    return answered(body, rows, AheadRow, form=form)
