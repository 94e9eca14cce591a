"""POST /api/v1/calculate: what one machine emits in one region."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import AfterValidator, Field, ValidationInfo

from api.edge.exchange import current
from api.edge.roles import needs
from api.questions import names
from api.questions.fields import (
    LONGEST,
    AnyMachineFields,
    Count,
    Duration,
    IncludeEmbodied,
    LoadFields,
    Moment,
    Pue,
    SignalField,
)
from api.shapes.emissions import CalculateAnswer
from carbon.intensity import SignalName
from carbon.roles import Role
from carbon.workload import CalculateQuery

bp = APIBlueprint("calculate", __name__, tag="Decisions")


def _not_ahead(start: datetime, info: ValidationInfo) -> datetime:
    now = names.facts(info).now
    if start > now:
        raise names.refusal("in_the_future", "must not be in the future; schedule answers for times to come")
    if now - start > LONGEST:
        raise names.refusal("too_early", f"must be at most {LONGEST.days} days ago")
    return start


class CalculateRequest(AnyMachineFields, LoadFields):
    """A machine, a region, and how it is used."""

    duration_hours: Duration = 1.0
    include_embodied: IncludeEmbodied = False
    count: Count = 1
    pue: Pue = None
    signal: SignalField = SignalName.AVERAGE
    start_at: Annotated[Moment, AfterValidator(_not_ahead)] | None = Field(
        None,
        description="Start of the run, ISO 8601 with offset, in the past: the stored readings are used then, up to the "
        "present hour. Default: now.",
    )

    def query(self) -> CalculateQuery:
        return CalculateQuery(
            region=self.region,
            instance_type=self.instance_type,
            machine=self.own_machine,
            pue=self.pue,
            duration_hours=self.duration_hours,
            load=self.load,
            include_embodied=self.include_embodied,
            count=self.count,
            start_at=self.start_at,
        )


@bp.post("/api/v1/calculate")
@needs(Role.READ)
@bp.input(CalculateRequest, arg_name="body")
@bp.output(CalculateAnswer)
@bp.doc(operation_id="calculateEmissions", responses=[422])
def calculate(body: CalculateRequest) -> Response:
    """Calculate the energy and the emissions of a machine from now on, or from a time in the past.

    co2_emissions_g is power_consumption_kwh (of the facility, with PUE) x carbon_intensity_used.
    """
    exchange = current()
    session = exchange.about(body.signal)
    return exchange.success(CalculateAnswer.of(session.calculate(body.query()), session))
