"""POST /api/v1/plan: where and when several jobs should run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field, ValidationError, ValidationInfo, field_validator

from api.edge.exchange import Exchange, Service, current, enter, leave
from api.edge.recording import Decided, Origin, decided, enveloped, opened
from api.edge.roles import needs
from api.endpoints.plans import submitted
from api.questions import names
from api.questions.fields import CAUTIOUS_MARGINAL, Body, SignalField
from api.questions.parse import field_errors
from api.questions.plan_jobs import AssignmentFields, PlanJobFields
from api.questions.plan_limits import MOST_REGIONS, CapacityFields, MaxCo2, MaxCost, checked_capacity
from api.questions.record import RecordFields
from api.shapes.plan import PlanAnswer
from carbon.decisions import DecisionKind
from carbon.errors import InvalidRequest
from carbon.intensity import SignalName
from carbon.jobs import Risk
from carbon.plans import PlanQuery
from carbon.queued_plans import Watch
from carbon.roles import Role
from carbon.units import GRAMS_PER_KILOGRAM
from planning.ledger.promises import of_plan

bp = APIBlueprint("plan", __name__, tag="Decisions")

MOST_JOBS = 1000
# Together of all jobs; a search of half a million cells takes up to 0.6 s, in each of the few places that are searched.
MOST_CELLS = 4_000_000
# Together of all jobs that may run at different times; each takes some 0.4 ms.
MOST_CLOSED_TIMES = 10_000


class ObjectiveFields(Body):
    """What a plan makes as small as possible: cost with emissions at a price."""

    carbon_price_usd_per_tonne: float = Field(
        gt=0,
        le=1_000_000,
        description="USD per tonne of CO2e. Machines, moved data and emissions at this price together decide.",
        examples=[100],
    )


class PlanRequest(RecordFields):
    """Jobs, each with its own times and places, and the limits that they share."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        "phases": "a job of a plan has one power, so send the mean of its phases as utilization, or each phase that "
        "may run apart as a job of its own; POST /api/v1/schedule takes phases",
        "repeat": "send each run as a job of its own, with its start_after and deadline; POST /api/v1/schedule takes "
        "repeat, and lists the runs in occurrences",
        "search_hours": "set deadline, the latest end of the job",
        "forecast": "a plan uses the figures of this service; POST /api/v1/schedule takes your own forecast",
    }

    jobs: list[PlanJobFields] = Field(min_length=1, max_length=MOST_JOBS, description="The jobs.")
    objective: ObjectiveFields | None = Field(
        None, description="What decides. Default: emissions alone, those of moved data included."
    )
    assignments: list[AssignmentFields] = Field(
        [],
        max_length=MOST_JOBS,
        description="Your own plan: these jobs are priced where and when you run them, and alternatives says what the "
        "best choice would change. Other jobs are planned.",
    )
    capacity: list[CapacityFields] = Field(
        [],
        max_length=MOST_REGIONS,
        description="What regions hold at every moment, for all jobs together. A region without a limit holds any "
        "number of jobs.",
    )
    max_cost_usd: MaxCost | None = Field(
        None,
        description="What all jobs together may cost: machines and moved data. Places whose price is unknown are then "
        "left out.",
        examples=[5000],
    )
    max_co2_kg: MaxCo2 | None = Field(
        None,
        description="What all jobs together may emit, moved data included; with risk cautious the 90th centile counts.",
        examples=[80],
    )
    signal: SignalField = SignalName.AVERAGE
    risk: Risk = Field(
        Risk.EXPECTED,
        description="Which figure of the grid decides between times and places: the mean that is expected (expected), "
        "or the 90th centile of that mean (cautious). A transfer counts at its expected grams. A place whose range is "
        "unknown is left out. cautious cannot be combined with signal marginal.",
    )
    background: bool = Field(
        False,
        description="Make the plan in the background: the answer is a 202, and GET /api/v1/plans/{id} has the plan "
        "later. It is kept for a day.",
    )

    @field_validator("jobs")
    @classmethod
    def _checked_jobs(cls, jobs: list[PlanJobFields], info: ValidationInfo) -> list[PlanJobFields]:
        ids = [job.id for job in jobs]
        if len(set(ids)) < len(ids):
            twice = next(name for index, name in enumerate(ids) if name in ids[:index])
            raise names.refusal("not_unique", f"two jobs have the id {twice!r}: give each its own")
        for job in jobs:
            if job.data_gb is not None and job.data_in is None and job.home is None:
                raise names.refusal("missing", f"job {job.id!r} has data_gb: say where the data are with data_in")
        if sum(job.cells(names.facts(info).now) for job in jobs) > MOST_CELLS:
            raise names.refusal(
                "search_too_large",
                "an exact search of the segments of all these jobs takes too long: send fewer jobs at once, set "
                "nearer deadlines, or set interruptible to true without limits",
            )
        times = {job.times_key: job.closed_times(names.facts(info).now) for job in jobs}
        if sum(times.values()) > MOST_CLOSED_TIMES:
            raise names.refusal(
                "search_too_large",
                f"exclude and blackout of these jobs close more than {MOST_CLOSED_TIMES:,} times together: send fewer "
                "jobs at once, set nearer deadlines, or give jobs the same times",
            )
        return jobs

    @field_validator("objective", "max_cost_usd")
    @classmethod
    def _with_prices(cls, value: Any, info: ValidationInfo) -> Any:
        unpriced = [job.id for job in info.data.get("jobs", ()) if job.machine is not None]
        if value is not None and unpriced:
            detail = f"job {unpriced[0]!r} runs on a machine by its parts, which has no price"
            advice = f"send its instance_type, or leave {info.field_name} out"
            raise names.refusal("instance_type_missing", f"{detail}: {advice}")
        return value

    @field_validator("risk")
    @classmethod
    def _risk_with_ranges(cls, value: Risk, info: ValidationInfo) -> Risk:
        if value is Risk.CAUTIOUS and info.data.get("signal") is SignalName.MARGINAL:
            raise names.refusal("risk_without_ranges", CAUTIOUS_MARGINAL)
        return value

    @field_validator("assignments")
    @classmethod
    def _of_jobs(cls, value: list[AssignmentFields], info: ValidationInfo) -> list[AssignmentFields]:
        ids = {job.id for job in info.data.get("jobs", ())}
        for one in value:
            if ids and one.job not in ids:
                raise names.not_one_of("the id of a job", one.job, sorted(ids))
        if len({one.job for one in value}) < len(value):
            raise names.refusal("not_unique", "a job has two assignments: send one, with all its segments")
        return value

    @field_validator("capacity")
    @classmethod
    def _of_places(cls, value: list[CapacityFields], info: ValidationInfo) -> list[CapacityFields]:
        return checked_capacity(value, info, info.data.get("jobs", []), info.data.get("assignments", []))

    def is_costly(self, facts: names.Facts) -> bool:
        """Even one job takes some 10 ms; in the background no request waits for it."""
        return not self.background

    def query(self) -> PlanQuery:
        return PlanQuery(
            jobs=tuple(job.job for job in self.jobs),
            carbon_usd_per_tonne=None if self.objective is None else self.objective.carbon_price_usd_per_tonne,
            risk=self.risk,
            own={one.job: one.assignment for one in self.assignments},
            capacity=tuple(one.capacity for one in self.capacity),
            max_usd=self.max_cost_usd,
            max_gco2e=None if self.max_co2_kg is None else self.max_co2_kg * GRAMS_PER_KILOGRAM,
        )


@bp.post("/api/v1/plan")
@needs(Role.READ)
@bp.input(PlanRequest, arg_name="body")
@bp.output(PlanAnswer)
@bp.doc(operation_id="planJobs", responses=[403, 422])
def plan(body: PlanRequest) -> Response:
    """Place several jobs, each in the best place and time that it may use.

    Each job is placed exactly: no other of its regions and no other time emits less, or with objective costs less. The
    transfer of its data counts, so that a move that saves less than its transfer is not made. As in schedule, a job
    waits only where backtests say that this pays. With risk cautious the 90th centile of the grid's figures decides.
    The baseline runs each job at its earliest at home.

    With capacity, max_cost_usd or max_co2_kg jobs may have to give way to each other. If not all can be where they are
    best, a solver places them together within PLAN_SECONDS (10 unless the operator changed it): most jobs first, then
    the least emissions or cost. The answer is the best plan that was found; it keeps every limit, and solver.gap says
    how far it may be from the best one.

    With background, and for more than 2,000 pairs of a job and a region with shared limits, the answer is a 202 that
    says where the plan will be.
    """
    exchange = current()
    session = exchange.about(body.signal)
    query = body.query()
    if body.background or session.needs_background(query):
        return submitted(exchange, enveloped(exchange, body, request.get_data()))
    origin = Origin.of(exchange, request.get_data())
    return exchange.success(decided(DecisionKind.PLAN, exchange, body, decide, origin).answer)


def decide(exchange: Exchange, body: PlanRequest, watch: Watch | None = None) -> Decided:
    """The answer, without keeping it. watch: None: a request waits for it."""
    session, query = exchange.about(body.signal), body.query()
    result = session.plan(query, watch or exchange.watch)
    return Decided(answer=PlanAnswer.of(result, session), promises=lambda naming: of_plan(query, result, naming))


def background_answer(service: Service, question: bytes, request_id: str, watch: Watch) -> bytes:
    """The body that a question of plan is answered with now. Outside of a request; as the endpoint it raises errors."""
    exchange = Exchange.begin({"HTTP_X_REQUEST_ID": request_id}, service)
    token = enter(exchange)
    try:
        origin = opened(exchange, question)
        body = PlanRequest.model_validate_json(origin.question, context=exchange.facts)
        if body.record:  # of a worker that was killed after it had kept the answer
            service.decisions.delete(origin.tenant, origin.decision_id)
        result = decided(DecisionKind.PLAN, exchange, body, partial(decide, watch=watch), origin)
        return exchange.success(result.answer).get_data()
    except ValidationError as error:
        raise InvalidRequest(field_errors(error, PlanRequest, suggest=False)) from None
    finally:
        leave(token)
