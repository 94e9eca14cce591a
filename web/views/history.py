"""GET /charts/history.svg and /charts/history.png: a region's or a zone's past days, or its year by month and hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import AfterValidator, Field, ValidationInfo

from api.edge.exchange import current
from api.questions import names
from api.questions.fields import RegionKey, SignalField, ZoneKey
from carbon.history import HistoryQuery, Step
from carbon.intensity import SignalName
from mapping import CloudMap
from session import Session
from web import shipped
from web.drawing.history import draw_history, draw_year
from web.geometry.canvas import FILE, Canvas
from web.geometry.history_picture import HistoryPicture, history_picture
from web.geometry.year_picture import YearPicture, year_picture
from web.views.files import Form, described, file_of
from web.views.parameters import PictureParameters

bp = APIBlueprint("history_picture", __name__, tag="Pictures")
WHAT = "The carbon intensity of a region or grid zone as it was, or its year by month and hour"


class Span(StrEnum):
    """How much of the past a picture shows."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_DAYS = {Span.WEEK: 7, Span.MONTH: 30}


def _one_place(region: str | None, info: ValidationInfo) -> str | None:
    if "zone" in info.data and (region is None) == (info.data["zone"] is None):
        raise names.refusal("one_place", "give a region or a zone, and not both")
    return region


class HistoryPictureParameters(PictureParameters):
    """Which place, and how much of its past."""

    zone: ZoneKey | None = Field(None, description="Grid zone, in place of a region.", examples=["DE"])
    region: Annotated[RegionKey | None, AfterValidator(_one_place)] = Field(
        None,
        validate_default=True,
        description="A region's id, or provider:region. Required unless zone is given.",
        examples=["aws:eu-central-1"],
    )
    view: Span = Field(
        Span.WEEK,
        description="week, month: the last 7 or 30 days, hour by hour. year: by month and hour of the day; means "
        "of the stored readings in months with enough of them, usual values of past years in the others.",
    )
    signal: SignalField = SignalName.AVERAGE


@bp.get("/charts/history.svg")
@bp.input(HistoryPictureParameters, location="query", arg_name="query")
@bp.doc(operation_id="getHistorySvg", responses=described(Form.SVG, WHAT))
def history_svg(query: HistoryPictureParameters) -> Response:
    """Draw the hours that /api/v1/zones/{zone}/history lists, or the year by month and hour, as SVG."""
    return _history(query, Form.SVG)


@bp.get("/charts/history.png")
@bp.input(HistoryPictureParameters, location="query", arg_name="query")
@bp.doc(operation_id="getHistoryPng", responses=described(Form.PNG, WHAT))
def history_png(query: HistoryPictureParameters) -> Response:
    """Draw the hours that /api/v1/zones/{zone}/history lists, or the year by month and hour, as PNG."""
    return _history(query, Form.PNG)


def days_of(
    place: str, days: int, signal: SignalName, session: Session, attributions: Mapping[str, str], canvas: Canvas = FILE
) -> HistoryPicture:
    """The picture of the last days, with the present hour, of a region (provider:region) or zone.

    attributions: by source. Raises StateUnavailable.
    """
    zone, words = _placed(place, session.mapping)
    start = session.now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=24 * days - 1)
    query = HistoryQuery(start=start, end=session.now, step=Step.HOUR, signal=signal, limit=None, offset=0)
    return history_picture(place, words, session.history(zone, query), attributions, session.now, canvas)


def year_of(
    place: str, signal: SignalName, session: Session, attributions: Mapping[str, str], canvas: Canvas = FILE
) -> YearPicture:
    """The picture of the year of a region (provider:region) or zone; see days_of. session: of the signal."""
    zone, words = _placed(place, session.mapping)
    facts = session.mapping.zones[zone]
    return year_picture(place, words, session.grid.year(zone), facts, signal, attributions, session.now, canvas)


def attributions() -> dict[str, str]:
    """The words that the licences of live sources ask for, by source."""
    states = current().service.engine.source_states()
    facts = (state.facts for state in states)
    return {one.name: one.attribution for one in facts if one is not None and one.attribution is not None}


def _history(query: HistoryPictureParameters, form: Form) -> Response:
    session, place = current().about(query.signal), query.region or query.zone or ""
    if query.view is Span.YEAR:
        year = year_of(place, query.signal, session, attributions())
        return file_of(draw_year(year, query.theme, shipped.font()), query, form)
    picture = days_of(place, _DAYS[query.view], query.signal, session, attributions())
    return file_of(draw_history(picture, query.theme, shipped.font()), query, form)


def _placed(place: str, mapping: CloudMap) -> tuple[str, str]:
    """The zone of a region or of itself, and where it is, in words."""
    region = mapping.regions.get(place)
    if region is None:
        return place, f"grid zone {place}"
    return region.zone, f"{region.city}, grid zone {region.zone}"
