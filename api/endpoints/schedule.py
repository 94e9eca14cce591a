"""POST /api/v1/schedule: when a job should start in a region."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, request

from api.edge.exchange import Exchange, current
from api.edge.recording import Decided, Origin, decided
from api.edge.roles import needs
from api.questions.schedule import ScheduleRequest
from api.shapes.schedule import ScheduleAnswer
from carbon.decisions import DecisionKind
from carbon.roles import Role
from decision_questions import other_windows, promises_of_schedule

bp = APIBlueprint("schedule", __name__, tag="Decisions")


@bp.post("/api/v1/schedule")
@needs(Role.READ)
@bp.input(ScheduleRequest, arg_name="body")
@bp.output(ScheduleAnswer)
@bp.doc(operation_id="scheduleJob", responses=[403, 422])
def schedule(body: ScheduleRequest) -> Response:
    """Find the window of lowest mean intensity for a job, in one region or the best of several.

    Exact for any start minute and length; of equal windows the earliest is chosen. With a deadline the job ends by
    it; without one it starts within search_hours, regardless of its length. No window overlaps exclude or blackout.
    With interruptible, optimal_window has the segments of least emissions, exact on the grid of grid_minutes; all of
    them end where a job in one piece would end at the latest, and exclude and blackout pause it.

    With phases the power of the job changes with time: each hour's intensity counts by the energy of its phase.

    With repeat each run of a job that comes back has its window in occurrences, from when it is due until flex_hours
    later; the other fields describe the first run.

    With risk cautious the 90th centile of a window's mean decides in place of the mean; its range is in low and high.

    Regions are ranked by the emissions of the job: with instance_type, machine or phases those of the machines with the
    PUE of each region, else per kWh; with carbon_price_usd_per_tonne by the cost of the job and of its emissions.
    region, zone and optimal_window are those of the best; options lists the next best.
    """
    exchange = current()
    origin = Origin.of(exchange, request.get_data())
    return exchange.success(decided(DecisionKind.SCHEDULE, exchange, body, decide, origin).answer)


def decide(exchange: Exchange, body: ScheduleRequest) -> Decided:
    """The answer, without keeping it."""
    session = exchange.about(body.signal)
    query = body.query(session.mapping)
    plan = session.schedule(query)
    return Decided(
        answer=ScheduleAnswer.of(plan, session),
        promises=lambda naming: promises_of_schedule(session, query, plan, naming),
        others=lambda naming: other_windows(session, query, plan, naming),
    )
