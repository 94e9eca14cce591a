"""GET /charts/pareto.svg and /charts/pareto.png: the price of machines against their carbon."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.openapi.enumerations import Arch
from api.questions import names
from api.questions.fields import COUNTRY_WORDS, Countries, ProvidersParameter, SignalField, scope_of
from api.questions.machines import Size
from carbon.intensity import SignalName
from carbon.workload import OptimizeQuery, Priority, RankBy, Requirements, WorkloadType
from catalog.region_names import DEFAULT_PROVIDER
from session import Session
from web import shipped
from web.drawing.pareto import draw_pareto
from web.geometry.canvas import Canvas
from web.geometry.pareto_picture import FILE, ParetoPicture, pareto_picture
from web.views.files import Form, described, file_of
from web.views.parameters import PictureParameters

bp = APIBlueprint("pareto_picture", __name__, tag="Pictures")
WHAT = "The price of machines for a workload against what they emit, with the Pareto front"


class ParetoParameters(PictureParameters):
    """A workload, the size of a machine, and where it may run: in short what /api/v1/optimize takes."""

    workload: WorkloadType = WorkloadType.GENERAL
    priority: Priority = Field(
        Priority.CARBON,
        description="Which options are shown besides the front: those that /api/v1/optimize lists first.",
    )
    provider: ProvidersParameter = Field(
        [DEFAULT_PROVIDER], max_length=100, description="May be given several times; all means every provider."
    )
    country: Countries = Field([], max_length=100, description=f"{COUNTRY_WORDS}; may be given several times.")
    vcpus: Size | None = Field(None, description="Minimum number of vCPUs.")
    memory_gb: Size | None = Field(None, description="Minimum memory in GB.")
    arch: Arch | None = Field(None, description="Instruction set of the machine's CPU.")
    spot: bool = Field(False, description="true: spot prices; false: on-demand prices.")
    signal: SignalField = SignalName.AVERAGE
    limit: int = Field(40, ge=1, le=200, description="Number of options besides the front, one for each region.")

    def is_costly(self, facts: names.Facts) -> bool:
        """All offers are ranked."""
        return True

    def query(self) -> OptimizeQuery:
        return OptimizeQuery(
            workload=self.workload,
            priority=self.priority,
            providers=scope_of(self.provider),
            countries=tuple(self.country),
            requirements=Requirements(vcpus=self.vcpus, memory_gb=self.memory_gb, arch=self.arch),
            flexible=False,
            spot=self.spot,
            rank_by=RankBy.MACHINE,
            limit=self.limit,
        )


@bp.get("/charts/pareto.svg")
@bp.input(ParetoParameters, location="query", arg_name="query")
@bp.doc(operation_id="getParetoSvg", responses=described(Form.SVG, WHAT, 422))
def pareto_svg(query: ParetoParameters) -> Response:
    """Draw what /api/v1/optimize answers with rank_by machine and flexible false, as SVG."""
    return _pareto(query, Form.SVG)


@bp.get("/charts/pareto.png")
@bp.input(ParetoParameters, location="query", arg_name="query")
@bp.doc(operation_id="getParetoPng", responses=described(Form.PNG, WHAT, 422))
def pareto_png(query: ParetoParameters) -> Response:
    """Draw what /api/v1/optimize answers with rank_by machine and flexible false, as PNG."""
    return _pareto(query, Form.PNG)


def picture_of(query: OptimizeQuery, session: Session, canvas: Canvas = FILE) -> ParetoPicture:
    """The picture of a question by machine, without a duration. Raises NoFeasiblePlacement."""
    placement, regions = session.optimize(query), session.mapping.regions
    zones = {point.region: regions[point.region].zone for point in placement.pareto.points}
    outlook = session.grid.outlook(list(dict.fromkeys(zones.values())), hours=1)
    intensities = {region: outlook.current(zone) for region, zone in zones.items()}
    return pareto_picture(query, placement, intensities, session.now, canvas)


def _pareto(query: ParetoParameters, form: Form) -> Response:
    picture = picture_of(query.query(), current().about(query.signal))
    return file_of(draw_pareto(picture, query.theme, shipped.font()), query, form)
