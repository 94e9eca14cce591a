"""GET /api/v1/workloads: the words optimize takes."""

from __future__ import annotations

from apiflask import APIBlueprint

from api.answers.catalog import WorkloadsAnswer
from api.exchange import current
from api.render.catalog import workloads as rendered
from api.render.parts import Json
from planning.workloads import WORKLOADS

bp = APIBlueprint("workloads", __name__, tag="Catalog")


@bp.get("/api/v1/workloads")
@bp.output(WorkloadsAnswer)
@bp.doc(operation_id="listWorkloads")
def workloads() -> Json:
    """List the workloads and priorities of optimize, each workload with its reference machine."""
    return current().success(rendered(WORKLOADS.values()))
