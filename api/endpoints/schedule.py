"""POST /api/v1/schedule: when a job should start in a region."""

from __future__ import annotations

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.questions.fields import Deadline, Duration, RegionField, StartAfter
from api.shapes.schedule import ScheduleAnswer
from carbon.workload import ScheduleQuery

bp = APIBlueprint("schedule", __name__, tag="Decisions")


class ScheduleRequest(RegionField):
    """The length of a job and the time in which it may run."""

    duration_hours: Duration = 1.0
    start_after: StartAfter = None
    deadline: Deadline = None
    search_hours: Annotated[float, Field(ge=1, le=168)] | None = Field(
        None,
        description="The job starts at most this number of hours after its earliest start. Default: 24 without a "
        "deadline, any time that meets the deadline with one.",
    )

    def query(self) -> ScheduleQuery:
        return ScheduleQuery(
            region=self.region,
            duration_hours=self.duration_hours,
            start_after=self.start_after,
            deadline=self.deadline,
            search_hours=self.search_hours,
        )


@bp.post("/api/v1/schedule")
@bp.input(ScheduleRequest, arg_name="body")
@bp.output(ScheduleAnswer)
@bp.doc(operation_id="scheduleJob", responses=[422])
def schedule(body: ScheduleRequest) -> Response:
    """Find the window of lowest mean intensity for a job.

    Exact for any start minute and length; of equal windows the earliest is chosen. With a deadline the job ends by
    it; without one it starts within search_hours, regardless of its length.
    """
    exchange = current()
    session = exchange.session
    return exchange.success(ScheduleAnswer.of(session.schedule(body.query()), session))
