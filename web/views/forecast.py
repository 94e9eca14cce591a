"""GET /charts/forecast.svg and /charts/forecast.png: a region's hours to come and the best of them."""

from __future__ import annotations

from datetime import timedelta

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.questions.fields import RegionKey
from carbon.errors import IntensityUnknown
from carbon.forecasts import LONGEST_HOURS, ForecastBasis
from carbon.jobs import ScheduleQuery
from carbon.schedules import Schedule
from session import Session
from web import shipped
from web.drawing.forecast import draw_forecast
from web.geometry.canvas import FILE, Canvas
from web.geometry.forecast_picture import ForecastPicture, forecast_picture
from web.views.files import Form, described, file_of
from web.views.parameters import PictureParameters

bp = APIBlueprint("forecast_picture", __name__, tag="Pictures")
WHAT = "The carbon intensity that is expected of a region, hour by hour, with the best window for a job"


class ForecastPictureParameters(PictureParameters):
    """Which region, how far, and for which job."""

    region: RegionKey = Field(description="A region's id, or provider:region.", examples=["aws:eu-central-1"])
    hours: int = Field(48, ge=6, le=LONGEST_HOURS, description="Number of hours, with the present one.")
    duration_hours: float = Field(
        4.0, ge=0.25, le=24, description="Duration of the job whose best window is shown; it ends within the hours."
    )


@bp.get("/charts/forecast.svg")
@bp.input(ForecastPictureParameters, location="query", arg_name="query")
@bp.doc(operation_id="getForecastSvg", responses=described(Form.SVG, WHAT, 422))
def forecast_svg(query: ForecastPictureParameters) -> Response:
    """Draw the hours that /api/v1/zones/{zone}/forecast lists, and the window of /api/v1/schedule, as SVG."""
    return _forecast(query, Form.SVG)


@bp.get("/charts/forecast.png")
@bp.input(ForecastPictureParameters, location="query", arg_name="query")
@bp.doc(operation_id="getForecastPng", responses=described(Form.PNG, WHAT, 422))
def forecast_png(query: ForecastPictureParameters) -> Response:
    """Draw the hours that /api/v1/zones/{zone}/forecast lists, and the window of /api/v1/schedule, as PNG."""
    return _forecast(query, Form.PNG)


def picture_of(key: str, hours: int, duration_hours: float, session: Session, canvas: Canvas = FILE) -> ForecastPicture:
    """The picture of a region (provider:region). Raises DoesNotFit where the job is longer than the hours."""
    region = session.mapping.regions[key]
    ahead = session.zone_forecast(region.zone, ForecastBasis.OUTLOOK, hours)
    place = f"{region.city}, grid zone {region.zone}"
    schedule = _schedule(key, hours, duration_hours, session)
    return forecast_picture(region.key, place, ahead.hours, schedule, session.now, canvas)


def _forecast(query: ForecastPictureParameters, form: Form) -> Response:
    picture = picture_of(query.region, query.hours, query.duration_hours, current().session)
    return file_of(draw_forecast(picture, query.theme, shipped.font()), query, form)


def _schedule(region: str, hours: int, duration_hours: float, session: Session) -> Schedule | None:
    """The best window that ends within the hours; None where no figure is known. Raises DoesNotFit."""
    end = session.now.replace(minute=0) + timedelta(hours=hours)
    question = ScheduleQuery(region=region, duration_hours=duration_hours, deadline=end, alternatives=0)
    try:
        return session.schedule(question)
    except IntensityUnknown:
        return None
