"""/api/v1/usage: what was used, and what it emitted."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from werkzeug.routing import BaseConverter

import ledger_questions
from api.edge.exchange import current
from api.edge.formats import accepted
from api.edge.lists import Page, answered, noted
from api.edge.roles import needs
from api.questions.usage import UsageRequest
from api.questions.usage_reports import ReportForm, ReportParameters, UsageParameters
from api.shapes.parts import Listed
from api.shapes.report_tables import USAGE_COLUMNS, csv_report, markdown_report
from api.shapes.usage import (
    Figures,
    RangedFigures,
    ReportRowAnswer,
    UsageAnswer,
    UsageListAnswer,
    UsageReportAnswer,
    UsageRowAnswer,
    UsageWrittenAnswer,
    WrittenRows,
    used_row,
)
from carbon.errors import UnknownUsage
from carbon.roles import Role
from planning.ledger.report import day_number, sums_of
from planning.ledger.settle import may_improve
from store.ledger.usage import LedgerRow

bp = APIBlueprint("usage", __name__, tag="Ledger")
ORIGIN = "api"


class UsageId(BaseConverter):
    """The id of a row: any but those that are paths of their own."""

    regex = r"(?!(?:report|comparison)$)[^/]+"


bp.record_once(lambda state: state.app.url_map.converters.update(usage_id=UsageId))


@bp.post("/api/v1/usage")
@needs(Role.WRITE)
@bp.input(UsageRequest, arg_name="body")
@bp.output(UsageWrittenAnswer)
@bp.doc(operation_id="addUsage", responses=[403])
def add_usage(body: UsageRequest) -> Response:
    """Store what was used, and say what it emitted in the hours in which it ran.

    Grams are made from the stored readings of these hours; where none is stored, from what is usual in the zone. They
    are made anew when better readings come. As text/csv: a row a line, columns named as the fields, tag:NAME for tags.
    """
    exchange = current()
    sent = [row.row() for row in body.rows]
    rows = ledger_questions.with_submissions(exchange.service.decisions, exchange.tenant, sent)
    settled = ledger_questions.settle(exchange.session, rows)
    today = day_number(exchange.now.date())
    stored = [(one, may_improve(one, today)) for one in settled]
    written = exchange.service.usage.put(exchange.tenant, ORIGIN, stored, exchange.came_at)
    used = [used_row(LedgerRow(settled=one, origin=ORIGIN)) for one in settled]
    return exchange.success({"written": WrittenRows.of(written), "total": Figures.of(sums_of(settled)), "usage": used})


@bp.get("/api/v1/usage")
@bp.input(UsageParameters, location="query", arg_name="query")
@bp.output(UsageListAnswer)
@bp.doc(operation_id="listUsage")
def list_usage(query: UsageParameters) -> Response:
    """List the rows that ran in a span of UTC days."""
    exchange = current()
    first, last = query.days(exchange.now)
    days = day_number(first), day_number(last)
    rows, total = exchange.service.usage.rows(exchange.tenant, *days, query.offset, query.limit)
    listed = Listed([used_row(row) for row in rows], total)
    page = Page(total=total, limit=query.limit, offset=query.offset)
    return answered(UsageListAnswer.of(listed), listed.rows, UsageRowAnswer, page)


@bp.get("/api/v1/usage/<usage_id:usage_id>")
@bp.output(UsageAnswer)
@bp.doc(operation_id="getUsage", responses=[404])
def get_usage(usage_id: str) -> Response:
    """Show one row, and the figures that it had before."""
    exchange = current()
    stored = exchange.service.usage.row(exchange.tenant, usage_id)
    if stored is None:
        raise UnknownUsage(f"there is no row of usage of id {usage_id!r}")
    return exchange.success({"usage": used_row(stored)})


@bp.delete("/api/v1/usage/<usage_id:usage_id>")
@needs(Role.WRITE)
@bp.output({}, status_code=204)
@bp.doc(operation_id="deleteUsage", responses=[403, 404])
def delete_usage(usage_id: str) -> Response:
    """Remove a row and the figures that it had."""
    exchange = current()
    if not exchange.service.usage.delete(exchange.tenant, usage_id):
        raise UnknownUsage(f"there is no row of usage of id {usage_id!r}")
    response = Response(status=204)
    del response.headers["Content-Type"]  # there is no body
    return response


@bp.get("/api/v1/usage/report")
@bp.input(ReportParameters, location="query", arg_name="query")
@bp.output(UsageReportAnswer)
@bp.doc(operation_id="reportUsage")
def report_usage(query: ReportParameters) -> Response:
    """Sum up what was used and emitted: by tags, regions or machines, in days or months.

    Sums are of what is known; hours without a figure are named beside them. Also as CSV and Markdown.
    """
    exchange = current()
    question = query.query(exchange.now)
    totals = exchange.service.usage.totals(exchange.tenant, day_number(question.first), day_number(question.last))
    report = ledger_questions.usage_report(exchange.session, question, totals)
    rows = [ReportRowAnswer.of(row) for row in report.rows]
    form = query.shown_as or ReportForm(accepted().value)
    if form is ReportForm.CSV:
        return noted(Response(csv_report(question.by, rows, ReportRowAnswer.names()), mimetype="text/csv"))
    if form is ReportForm.MARKDOWN:
        text = markdown_report(question.by, rows, RangedFigures.of(report.total), USAGE_COLUMNS)
        return noted(Response(text, mimetype="text/markdown"))
    return exchange.success(UsageReportAnswer.of(Listed(rows, report)))
