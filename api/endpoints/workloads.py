"""GET /api/v1/workloads: the words optimize takes."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from api.edge.lists import Page, PageParameters, answered
from api.shapes.catalog import WorkloadRow, WorkloadsAnswer
from api.shapes.parts import Listed
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
    rows = [WorkloadRow.of(profile) for profile in list(WORKLOADS.values())[query.offset :][: query.limit]]
    page = Page(total=len(WORKLOADS), limit=query.limit, offset=query.offset)
    return answered(WorkloadsAnswer.of(Listed(rows, page)), rows, WorkloadRow, page)
