"""GET /api/v1/zones/{zone}/history and /api/v1/regions/{region}/history: the grid as it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import AfterValidator, Field, ValidationInfo

from api.edge.exchange import current
from api.edge.lists import Page, PageParameters, answered
from api.openapi.enumerations import HistoryStep
from api.questions import names
from api.questions.fields import LONGEST, Moment, ProviderKey
from api.shapes.history import PointRow, RegionHistoryAnswer, RegionPast, ZoneHistoryAnswer
from api.shapes.parts import Listed
from carbon.history import HistoryQuery, Step, ZoneHistory
from carbon.intensity import SignalName

bp = APIBlueprint("history", __name__, tag="Regions")

DAY = timedelta(days=1)
FIRST_YEAR = 1971
MOST_POINTS = 10_000  # a year of hours has 8,784
LIGHT_POINTS = 750  # a month of hours
# The least length of a step, and the range that is shown unless the question says more.
LENGTHS = {
    Step.FIVE_MINUTES: timedelta(minutes=5),
    Step.QUARTER_HOUR: timedelta(minutes=15),
    Step.HOUR: timedelta(hours=1),
    Step.DAY: DAY,
    Step.MONTH: 28 * DAY,
}
USUAL = {Step.DAY: 30 * DAY, Step.MONTH: 365 * DAY}


def _past(start: datetime, info: ValidationInfo) -> datetime:
    if start >= names.facts(info).now:
        raise names.refusal("not_in_the_past", "must be in the past")
    return start


def _bounded(end: datetime | None, info: ValidationInfo) -> datetime | None:
    """Later than start, and not so much later that the answer would be huge."""
    if end is not None and end.year < FIRST_YEAR:
        raise names.refusal("too_early", f"must be in {FIRST_YEAR} or later")
    start, step = info.data.get("start"), info.data.get("step")
    if start is None or step is None:
        return end
    until = min(end or names.facts(info).now, names.facts(info).now)
    if until <= start:
        raise names.refusal("end_before_start", "must be later than start")
    if until - start > LONGEST:
        raise names.refusal("range_too_long", f"must be at most {LONGEST.days} days after start")
    if (until - start) / LENGTHS[step] > MOST_POINTS:
        raise names.refusal(
            "too_many_points", f"is too far from start for the step {step}: at most {MOST_POINTS} points are answered"
        )
    return end


class HistoryParameters(PageParameters):
    """Which time, in which steps."""

    step: HistoryStep = Field(
        Step.HOUR, description="What a point stands for: minutes, an hour, a UTC day, a month in UTC."
    )
    signal: SignalName = Field(SignalName.AVERAGE, description="What the intensities count.")
    start: Annotated[Moment, AfterValidator(_past)] | None = Field(
        None,
        description="ISO 8601 with offset; rounded down to a full step. Default: 24 hours before the end, 30 days for "
        "the step 1d, 365 days for 1mo.",
    )
    end: Annotated[Moment | None, AfterValidator(_bounded)] = Field(
        None,
        description=f"ISO 8601 with offset; exclusive. Default and latest: now. At most {LONGEST.days} days and "
        f"{MOST_POINTS} steps after start.",
        validate_default=True,
    )

    def is_costly(self, facts: names.Facts) -> bool:
        """Many points, or many readings behind them."""
        query = self.query(facts.now)
        points = min((query.end - query.start) / LENGTHS[self.step], self.limit or MOST_POINTS)
        return points > LIGHT_POINTS or query.end - query.start > 31 * DAY

    def query(self, now: datetime) -> HistoryQuery:
        end = min(self.end or now, now)
        return HistoryQuery(
            start=self.start or end - USUAL.get(self.step, DAY),
            end=end,
            step=self.step,
            signal=self.signal,
            limit=self.limit,
            offset=self.offset,
        )


class RegionHistoryParameters(HistoryParameters):
    """Which time of which region, in which steps."""

    provider: ProviderKey | None = Field(None, description="Required if several clouds use the same id.")


@bp.get("/api/v1/zones/<zone>/history")
@bp.input(HistoryParameters, location="query", arg_name="query")
@bp.output(ZoneHistoryAnswer)
@bp.doc(operation_id="getZoneHistory", responses=[404])
def zone_history(zone: str, query: HistoryParameters) -> Response:
    """Show the carbon intensity of a grid zone as it was, as far as this service has received it.

    A retired zone name is answered with its successor. Gaps are named, never filled.
    """
    exchange = current()
    page = _listed(exchange.session.history(zone, query.query(exchange.now)))
    return answered(ZoneHistoryAnswer.of(page), page.rows, PointRow, _page(page, query))


@bp.get("/api/v1/regions/<region>/history")
@bp.input(RegionHistoryParameters, location="query", arg_name="query")
@bp.output(RegionHistoryAnswer)
@bp.doc(operation_id="getRegionHistory", responses=[404])
def region_history(region: str, query: RegionHistoryParameters) -> Response:
    """Show the carbon intensity of a region's grid zone as it was, as far as this service has received it."""
    exchange = current()
    place = names.noted_region(exchange.mapping, region, query.provider, exchange.zone_notes)
    page = _listed(exchange.session.history(place.zone, query.query(exchange.now)))
    body = RegionHistoryAnswer.of(RegionPast(page, place))
    return answered(body, page.rows, PointRow, _page(page, query))


def _listed(history: ZoneHistory) -> Listed[ZoneHistory]:
    return Listed([PointRow.of(point) for point in history.points], history)


def _page(listed: Listed[ZoneHistory], query: HistoryParameters) -> Page:
    return Page(total=listed.result.total, limit=query.limit, offset=query.offset)
