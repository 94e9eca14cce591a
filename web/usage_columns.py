"""What usage emitted, from the question of a report to the picture of it; for the page and for files."""

from __future__ import annotations

from collections.abc import Sequence

import ledger_questions
from api.edge.exchange import current
from carbon.usage_reports import ReportQuery, ReportRow, ReportStep, UsageSums
from planning.ledger.report import day_number
from store.ledger.usage import UsageTotal
from web.geometry.canvas import Canvas
from web.geometry.usage_picture import UsagePicture, by_step, usage_plot
from web.marks import minute
from web.pages.words import grams, number

SOURCES = (
    "Source: usage as it was sent to this service · intensity of each hour: stored readings, else usual hours of past "
    "years · past years: contains information from Electricity Maps (ODbL 1.0)"
)


def totals_of(query: ReportQuery) -> list[UsageTotal]:
    """What the ledger of the caller's tenant has on the days of a question. Raises StateUnavailable."""
    exchange = current()
    return exchange.service.usage.totals(exchange.tenant, day_number(query.first), day_number(query.last))


def usage_picture(query: ReportQuery, totals: Sequence[UsageTotal], canvas: Canvas) -> UsagePicture:
    """The picture of a report, by day or month; a report without steps is drawn by day if it is short."""
    question = by_step(query)
    report = ledger_questions.usage_by_step(question, totals)
    said = [_said(row, question.step) for row in report.rows]
    where = "".join(f" · {name} = {value}" for name, value in query.tags)
    span = f"{query.first.isoformat()} to {query.last.isoformat()}, by {question.step.value} in UTC"
    title, subtitle = "What usage emitted", f"{span}{where} · {minute(current().now)}"
    if not report.rows:
        subtitle = f"no usage on these days · {subtitle}"
    unknown = unknown_in_words(report.total)
    return UsagePicture(
        plot=usage_plot(question, report.rows, said, canvas),
        title=title,
        subtitle=subtitle,
        description=f"{subtitle}. {'; '.join(said[:100])}. {SOURCES}.",
        unknown=unknown,
        sources=SOURCES,
    )


def unknown_in_words(sums: UsageSums) -> str:
    """How many hours have no figure of the grid; empty if all have one."""
    if not sums.unknown_hours:
        return ""
    unknown, hours = number(round(sums.unknown_hours, 2)), number(round(sums.hours, 2))
    return f"{unknown} of {hours} hours are in no sum of grams, because their energy or intensity is unknown."


def _said(row: ReportRow, step: ReportStep) -> str:
    sums = row.sums
    day = f"{row.starts_on.day} {row.starts_on:%b %Y}"
    when = day if step is ReportStep.DAY else f"{row.starts_on:%b %Y}"
    unknown = f"; {number(round(sums.unknown_hours, 2))} hours unknown" if sums.unknown_hours else ""
    if sums.operational_g is None:
        return f"{when}: unknown{unknown}"
    parts = (("measured", sums.measured_g), ("estimated", sums.estimated_g), ("usual", sums.usual_g))
    shares = ", ".join(f"{grams(amount)} {kind}" for kind, amount in parts if amount)
    return f"{when}: {grams(sums.operational_g)}{f' ({shares})' if shares else ''}{unknown}"
