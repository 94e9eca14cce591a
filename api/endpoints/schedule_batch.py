"""POST /api/v1/schedule/batch: when many jobs should start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from api.edge.exchange import current
from api.edge.problems import problem_of
from api.edge.roles import needs
from api.questions import names
from api.questions.fields import Body
from api.questions.parse import MAX_SUGGESTIONS, field_errors
from api.questions.schedule import ScheduleRequest
from api.questions.schedule_weight import LIGHT_PLACES, MAX_PLACES
from api.shapes.reading import Json
from api.shapes.schedule import JobSchedule, ScheduleBatchAnswer
from carbon.errors import CarbonError, FieldError, InvalidRequest
from carbon.intensity import Signal, SignalName
from carbon.roles import Role
from session import Session

bp = APIBlueprint("schedule_batch", __name__, tag="Decisions")
MAX_JOBS = 1000
MAX_REPEATS = 50
NOT_RECORDED = "is not possible in a batch: send the job to POST /api/v1/schedule"


@dataclass(frozen=True, slots=True)
class WrongJob:
    """What is wrong with a job."""

    error: ValidationError


def _apart(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """The job, or what is wrong with it, so that it does not make the other jobs wrong."""
    try:
        return check(value)
    except ValidationError as error:
        return WrongJob(error)


def _within_limit(jobs: list[ScheduleRequest], info: ValidationInfo) -> list[ScheduleRequest]:
    if _places(jobs, names.facts(info)) > MAX_PLACES:
        detail = f"take longer than a search of {MAX_PLACES:,} places: send fewer jobs, places or hours in one request"
        raise names.refusal("too_many_places", detail)
    return jobs


def _few_repeat(jobs: Any) -> Any:
    """Counted before any is read: a year of runs takes 20 ms to list."""
    if isinstance(jobs, list) and sum(isinstance(job, dict) and bool(job.get("repeat")) for job in jobs) > MAX_REPEATS:
        raise names.refusal("too_many_repeats", f"has more than {MAX_REPEATS} jobs with repeat: send fewer of them")
    return jobs


def _places(jobs: Sequence[ScheduleRequest | WrongJob], facts: names.Facts) -> float:
    return sum(job.weight(facts) for job in jobs if isinstance(job, ScheduleRequest))


class ScheduleBatchRequest(Body):
    """Jobs, each as in schedule."""

    jobs: Annotated[
        list[Annotated[ScheduleRequest, WrapValidator(_apart)]],
        BeforeValidator(_few_repeat),
        AfterValidator(_within_limit),
        Field(
            min_length=1,
            max_length=MAX_JOBS,
            description=f"1 to {MAX_JOBS:,} jobs. Together they may look at {MAX_PLACES:,} places: a region counts "
            "once for each run of each job that may run there, and more if it is searched over weeks, with limits of "
            f"interruptible or with phases. At most {MAX_REPEATS} jobs may have repeat. The body may have 20,000 "
            "fields, and 1 MiB unless the operator sets another limit.",
        ),
    ]

    def is_costly(self, facts: names.Facts) -> bool:
        """More than a few places, or a job that is costly alone."""
        if _places(self.jobs, facts) > LIGHT_PLACES:
            return True
        return any(job.is_costly(facts) for job in self.jobs if isinstance(job, ScheduleRequest))


@bp.post("/api/v1/schedule/batch")
@needs(Role.READ)
@bp.input(ScheduleBatchRequest, arg_name="body")
@bp.output(ScheduleBatchAnswer)
@bp.doc(operation_id="scheduleJobs")
def schedule_batch(body: ScheduleBatchRequest) -> Response:
    """Find the best window of each job of a batch, in the order of the request.

    Each job is a question as schedule takes it and is answered as if it were sent alone: jobs do not compete with each
    other. A job that is wrong, or that fits nowhere, has its problem in place of a schedule; the others are answered.
    All are answered from the same data.
    """
    exchange = current()
    sessions = {signal: exchange.session.about(signal.counted) for signal in SignalName}
    results = list(_results(body.jobs, sessions))
    scheduled = sum("schedule" in result for result in results)
    return exchange.success({"results": results, "scheduled": scheduled, "problems": len(results) - scheduled})


def _results(jobs: Sequence[ScheduleRequest | WrongJob], sessions: dict[SignalName, Session]) -> Iterator[Json]:
    wrong_jobs = 0
    for index, job in enumerate(jobs):
        if isinstance(job, WrongJob):
            wrong_jobs += 1  # looking for similar names takes up to 30 ms a job: only the first ones have them
            errors = field_errors(job.error, ScheduleRequest, suggest=wrong_jobs <= MAX_SUGGESTIONS)
            yield {"index": index, "problem": problem_of(_in_batch(InvalidRequest(errors), index))}
            continue
        session = sessions[job.signal]
        head: Json = {"index": index}
        if session.grid.signal is Signal.MARGINAL:
            head["signal"] = job.signal.value
        try:
            if job.record:
                raise InvalidRequest([FieldError(location=("record",), code="record_in_batch", detail=NOT_RECORDED)])
            plan = session.schedule(job.query(session.mapping))
        except CarbonError as error:
            yield {**head, "problem": problem_of(_in_batch(error, index))}
        else:
            yield {**head, "schedule": JobSchedule.of(plan, session)}


def _in_batch(error: CarbonError, index: int) -> CarbonError:
    """The error of a job, its wrong fields as those of the batch."""
    if not isinstance(error, InvalidRequest):
        return error
    return InvalidRequest([replace(item, location=("jobs", index, *item.location)) for item in error.errors])
