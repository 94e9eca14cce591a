"""POST /api/v1/schedule: when a job should start in a region."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field, ValidationInfo, field_validator

from api.edge.exchange import current
from api.questions import names
from api.questions.fields import Count, Deadline, Duration, LoadFields, MachineParts, Name, Pue, RegionField, StartAfter
from api.questions.times import Blackouts, Exclude
from api.shapes.schedule import ScheduleAnswer
from carbon.power import PowerCurve
from carbon.workload import CalculateQuery, OwnMachine, ScheduleQuery

bp = APIBlueprint("schedule", __name__, tag="Decisions")


# Ten blackouts a day take 13 ms over a week, and 0.4 s over a year.
LIGHT_SEARCH = timedelta(days=31)
# Fields that describe machines, with their defaults: they need machine or instance_type.
OF_MACHINES = {
    "pue": None,
    "count": 1,
    "utilization": None,
    "accelerator_utilization": None,
    "power_model": PowerCurve.CONCAVE,
}


class ScheduleRequest(RegionField, LoadFields):
    """The length of a job, the time in which it may run, and the machines on which it runs."""

    duration_hours: Duration = 1.0
    start_after: StartAfter = None
    deadline: Deadline = None
    search_hours: Annotated[float, Field(ge=1, le=168)] | None = Field(
        None,
        description="The job starts at most this number of hours after its earliest start. Default: 24 without a "
        "deadline, any time that meets the deadline with one.",
    )
    exclude: Exclude = Field([])
    blackout: Blackouts = Field([])
    count: Count = 1
    pue: Pue = None
    machine: MachineParts | None = Field(
        None, description="A machine by its parts, in place of instance_type, such as your own server."
    )
    instance_type: Name | None = Field(
        None,
        validate_default=True,
        description="An instance type or sized service of the region's provider. With it the answer says what the job "
        "emits in each window.",
        examples=["m7g.large"],
    )

    @field_validator("instance_type")
    @classmethod
    def _type_in_region(cls, value: str | None, info: ValidationInfo) -> str | None:
        machine = info.data.get("machine", "wrong")
        if value is not None and machine is not None:
            raise names.refusal("machine_or_instance_type", "cannot be combined with machine: send one of the two")
        if value is not None:
            return names.type_in_region(value, info)
        if machine is not None:
            return None
        for name, default in OF_MACHINES.items():
            if info.data.get(name, default) != default:
                raise names.refusal("missing", f"is required with {name}, or machine in its place")
        return None

    def is_costly(self, facts: names.Facts) -> bool:
        """Blackouts over a long search."""
        return bool(self.blackout) and self.deadline is not None and self.deadline - facts.now > LIGHT_SEARCH

    def query(self) -> ScheduleQuery:
        return ScheduleQuery(
            region=self.region,
            duration_hours=self.duration_hours,
            start_after=self.start_after,
            deadline=self.deadline,
            search_hours=self.search_hours,
            exclusions=tuple(item.interval for item in self.exclude),
            blackouts=tuple(item.blackout for item in self.blackout),
            run=self._run(),
        )

    def _run(self) -> CalculateQuery | None:
        if self.instance_type is None and self.machine is None:
            return None
        return CalculateQuery(
            region=self.region,
            instance_type=self.instance_type,
            machine=None if self.machine is None else OwnMachine(**self.machine.model_dump()),
            pue=self.pue,
            duration_hours=self.duration_hours,
            load=self.load,
            count=self.count,
        )


@bp.post("/api/v1/schedule")
@bp.input(ScheduleRequest, arg_name="body")
@bp.output(ScheduleAnswer)
@bp.doc(operation_id="scheduleJob", responses=[422])
def schedule(body: ScheduleRequest) -> Response:
    """Find the window of lowest mean intensity for a job.

    Exact for any start minute and length; of equal windows the earliest is chosen. With a deadline the job ends by
    it; without one it starts within search_hours, regardless of its length. No window overlaps exclude or blackout.
    """
    exchange = current()
    session = exchange.session
    return exchange.success(ScheduleAnswer.of(session.schedule(body.query()), session))
