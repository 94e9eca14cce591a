"""GET /api/v1/workloads: the words optimize takes."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from api.answers.catalog import WorkloadRow, WorkloadsAnswer
from api.edge.lists import Page, PageParameters, answered
from api.render.catalog import workload
from api.render.parts import Json
from carbon.workload import Priority
from planning.placing.workloads import WORKLOADS

bp = APIBlueprint("workloads", __name__, tag="Catalog")


class WorkloadsParameters(PageParameters):
    """Which workloads."""


@bp.get("/api/v1/workloads")
@bp.input(WorkloadsParameters, location="query", arg_name="query")
@bp.output(WorkloadsAnswer)
@bp.doc(operation_id="listWorkloads")
def workloads(query: WorkloadsParameters) -> Response:
    """List the workloads and priorities of optimize, each workload with its reference machine."""
    rows = [workload(profile) for profile in WORKLOADS.values()][query.offset :][: query.limit]
    page = Page(total=len(WORKLOADS), limit=query.limit, offset=query.offset)
    body: Json = {
        "total_workloads": page.total,
        "workloads": rows,
        "priorities": [priority.value for priority in Priority],
    }
    return answered(body, rows, WorkloadRow, page)
