"""POST /api/v1/compare: options, greenest first."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.edge.lists import answered
from api.edge.roles import needs
from api.questions import names
from api.questions.fields import (
    AcceleratorUtilization,
    AnyMachineFields,
    Count,
    Duration,
    IncludeEmbodied,
    LoadFields,
    Pue,
    SignalField,
    Utilization,
)
from api.shapes.emissions import CompareAnswer, EmissionRow
from api.shapes.parts import Listed
from carbon.intensity import SignalName
from carbon.roles import Role
from carbon.workload import CalculateQuery, Load

bp = APIBlueprint("compare", __name__, tag="Decisions")
LIGHT_OPTIONS = 100


class Option(AnyMachineFields):
    """A machine in a region; its own utilisation and PUE override the common ones."""

    utilization: Utilization = None
    accelerator_utilization: AcceleratorUtilization = None
    count: Count = 1
    pue: Pue = None


class CompareRequest(LoadFields):
    """Options of any provider, all for the same hours."""

    options: list[Option] = Field(min_length=1, max_length=1000, description="What to compare.")
    duration_hours: Duration = 1.0
    include_embodied: IncludeEmbodied = False
    signal: SignalField = SignalName.AVERAGE
    pue: Pue = None

    def is_costly(self, facts: names.Facts) -> bool:
        """Many options."""
        return len(self.options) > LIGHT_OPTIONS

    def queries(self) -> list[CalculateQuery]:
        return [
            CalculateQuery(
                region=option.region,
                instance_type=option.instance_type,
                machine=option.own_machine,
                pue=self.pue if option.pue is None else option.pue,
                duration_hours=self.duration_hours,
                load=self._load_of(option),
                include_embodied=self.include_embodied,
                count=option.count,
            )
            for option in self.options
        ]

    def _load_of(self, option: Option) -> Load:
        own, accelerator = option.utilization, option.accelerator_utilization
        return Load(
            utilization=self.utilization if own is None else own,
            accelerator_utilization=self.accelerator_utilization if accelerator is None else accelerator,
            curve=self.power_model,
        )


@bp.post("/api/v1/compare")
@needs(Role.READ)
@bp.input(CompareRequest, arg_name="body")
@bp.output(CompareAnswer)
@bp.doc(operation_id="compareOptions", responses=[422])
def compare(body: CompareRequest) -> Response:
    """Compare options, greenest first; best and worst repeat the first and the last row.

    Options that cannot be ranked are listed in not_compared.
    """
    session = current().about(body.signal)
    comparison = session.compare(body.queries())
    rows = [EmissionRow.of(emission, session) for emission in comparison.rows]
    return answered(CompareAnswer.of(Listed(rows, comparison), session), rows, EmissionRow)
