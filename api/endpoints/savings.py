"""/api/v1/savings: what decisions promised to save, and what they did."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

import ledger_questions
from api.edge.exchange import current
from api.edge.formats import accepted
from api.edge.lists import noted
from api.questions.savings import SavingsParameters, SavingsQuestion, check_count
from api.questions.usage_reports import ReportForm
from api.shapes.parts import Listed
from api.shapes.report_tables import SAVINGS_COLUMNS, csv_report, flat, markdown_report
from api.shapes.savings import SavingsAnswer, SavingsFigures, SavingsRowAnswer
from carbon.savings import SavingsReport

bp = APIBlueprint("savings", __name__, tag="Ledger")


def savings_report(question: SavingsQuestion) -> SavingsReport:
    """What the caller's decisions saved. Raises InvalidParameters for too many, StateUnavailable."""
    exchange = current()
    service, tenant, query = exchange.service, exchange.tenant, question.query(exchange.now)
    check_count(service.decisions.count(tenant, *ledger_questions.moments_of(query)))
    session = exchange.about(question.signal)
    return ledger_questions.savings(session, query, service.decisions, service.usage, tenant)


@bp.get("/api/v1/savings")
@bp.input(SavingsParameters, location="query", arg_name="query")
@bp.output(SavingsAnswer)
@bp.doc(operation_id="reportSavings")
def report_savings(query: SavingsParameters) -> Response:
    """Sum up what recorded decisions saved: promised by their answers, and realised by what came.

    A decision counts on the UTC day on which it was made. What it saved is what its answer compares it with, less what
    it placed: promised by the figures of the answer; realised by the grid of the hours once they are over, and by the
    usage that names the decision. Losses are in the sums. Also as CSV and Markdown.
    """
    report = savings_report(query)
    rows, by = [SavingsRowAnswer.of(row) for row in report.rows], report.query.by
    form = query.shown_as or ReportForm(accepted().value)
    total = SavingsFigures.of(report.total)
    if form is ReportForm.CSV:
        return noted(Response(csv_report(by, rows, list(flat(total))), mimetype="text/csv"))
    if form is ReportForm.MARKDOWN:
        text = markdown_report(by, rows, total, SAVINGS_COLUMNS)
        return noted(Response(text, mimetype="text/markdown"))
    return current().success(SavingsAnswer.of(Listed(rows, report)))
