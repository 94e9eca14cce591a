"""/api/v1/ci/report: what a pipeline of continuous integration emitted."""

from __future__ import annotations

from datetime import UTC, timedelta

from apiflask import APIBlueprint
from flask import Response

import ledger_questions
from api.edge.exchange import current
from api.edge.roles import needs
from api.questions.ci import CiReportRequest
from api.shapes.ci import CiReportAnswer
from api.shapes.usage import WrittenRows, used_row
from carbon.roles import Role
from planning.ledger.ci import WEEK_DAYS, pipeline_prefix
from planning.ledger.report import day_number
from planning.ledger.settle import may_improve
from store.ledger.usage import LedgerRow

bp = APIBlueprint("ci", __name__, tag="Ledger")
ORIGIN = "ci"


@bp.post("/api/v1/ci/report")
@needs(Role.READ)
@bp.input(CiReportRequest, arg_name="body")
@bp.output(CiReportAnswer)
@bp.doc(operation_id="reportPipeline", responses=[403])
def report_pipeline(body: CiReportRequest) -> Response:
    """Say what the jobs of a pipeline emitted, and store them as rows of usage.

    Beside it the same energy in the median region, and the mean of this pipeline's runs in the last week, and all of it
    as the text of a job summary and as the JSON of a badge.
    """
    exchange = current()
    query, ledger = body.query(exchange.mapping), exchange.service.usage
    began = min(job.start for job in query.jobs).astimezone(UTC)
    days = day_number((began - timedelta(days=WEEK_DAYS)).date()), day_number(began.date())
    stored = ledger.grams(exchange.tenant, pipeline_prefix(query), *days)
    report, rows = ledger_questions.ci_report(exchange.session, query, stored)
    written = None
    if body.store:
        exchange.require(Role.WRITE)
        today = day_number(exchange.now.date())
        improving = [(one, may_improve(one, today)) for one in rows]
        written = WrittenRows.of(ledger.put(exchange.tenant, ORIGIN, improving, exchange.came_at))
    usage = [used_row(LedgerRow(settled=one, origin=ORIGIN)) for one in rows]
    return exchange.success({**CiReportAnswer.of(report), "written": written, "usage": usage})
