"""POST /api/v1/calculate: what one machine emits in one region."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from api.edge.exchange import current
from api.questions.fields import AnyMachineFields, Count, Duration, IncludeEmbodied, LoadFields, Pue
from api.shapes.emissions import CalculateAnswer
from carbon.workload import CalculateQuery

bp = APIBlueprint("calculate", __name__, tag="Decisions")


class CalculateRequest(AnyMachineFields, LoadFields):
    """A machine, a region, and how it is used."""

    duration_hours: Duration = 1.0
    include_embodied: IncludeEmbodied = False
    count: Count = 1
    pue: Pue = None

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
        )


@bp.post("/api/v1/calculate")
@bp.input(CalculateRequest, arg_name="body")
@bp.output(CalculateAnswer)
@bp.doc(operation_id="calculateEmissions", responses=[422])
def calculate(body: CalculateRequest) -> Response:
    """Calculate the energy and the emissions of a machine from now on.

    co2_emissions_g is power_consumption_kwh (of the facility, with PUE) x carbon_intensity_used.
    """
    exchange = current()
    session = exchange.session
    return exchange.success(CalculateAnswer.of(session.calculate(body.query()), session))
