"""GET /api/v1/usage/comparison: the ledger beside what AWS itself says."""

from __future__ import annotations

from datetime import timedelta

from apiflask import APIBlueprint
from flask import Response

from api.edge.exchange import current
from api.edge.formats import accepted
from api.edge.lists import noted
from api.questions.footprint_comparison import ComparisonParameters
from api.questions.usage_reports import ReportForm
from api.shapes.footprint_comparison import ComparedMonthAnswer, ComparedRow, ComparisonAnswer, methods
from api.shapes.footprint_tables import csv_comparison, markdown_comparison
from api.shapes.parts import Listed
from carbon.footprint_comparisons import ComparisonQuery, FootprintComparison
from planning.ledger.comparison import after, comparison
from planning.ledger.report import day_number

bp = APIBlueprint("usage_comparison", __name__, tag="Ledger")
AWS = "aws"


def compared(query: ComparisonQuery) -> FootprintComparison:
    """The answer for the caller's tenant. Raises StateUnavailable."""
    exchange = current()
    days = day_number(query.first), day_number(after(query.last) - timedelta(days=1))
    totals = exchange.service.usage.totals(exchange.tenant, *days)
    accounts = exchange.service.accounts
    footprints = accounts.footprints(exchange.tenant, AWS, query.first, query.last)
    return comparison(query, AWS, totals, footprints, accounts.accounts(exchange.tenant))


@bp.get("/api/v1/usage/comparison")
@bp.input(ComparisonParameters, location="query", arg_name="query")
@bp.output(ComparisonAnswer)
@bp.doc(operation_id="compareFootprint")
def compare_footprint(query: ComparisonParameters) -> Response:
    """Set what AWS itself says that your accounts emitted beside what the ledger says, by month, account and region.

    AWS's figures are those that the operator's commands stored. Also as CSV and Markdown.
    """
    exchange = current()
    answer = compared(query.query(exchange.now))
    rows = [ComparedRow.of(row) for row in answer.rows]
    form = query.shown_as or ReportForm(accepted().value)
    if form is ReportForm.CSV:
        return noted(Response(csv_comparison(rows), mimetype="text/csv"))
    if form is ReportForm.MARKDOWN:
        months = [ComparedMonthAnswer.of(month) for month in answer.months]
        return noted(Response(markdown_comparison(months, rows, methods()), mimetype="text/markdown"))
    return exchange.success(ComparisonAnswer.of(Listed(rows, answer)))
