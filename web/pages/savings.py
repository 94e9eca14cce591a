"""/savings: what recorded decisions promised to save, and what they did."""

from __future__ import annotations

from flask import Response

from api.edge.exchange import current
from api.endpoints.savings import savings_report
from api.questions.savings import SavingsQuestion
from api.shapes.parts import Listed
from api.shapes.savings import SavingsAnswer, SavingsRowAnswer
from carbon.intensity import SignalName
from carbon.usage_reports import ReportStep
from planning.ledger.savings import SAVINGS_DIMENSIONS
from web.pages import page
from web.pages.decisions import EXAMPLE
from web.pages.page import Content, link
from web.pages.usage import TagsState

bp = page.blueprint("savings_page", __name__)
PATH = "/api/v1/savings"
MOST_ROWS = 500
STEPS = {ReportStep.TOTAL: "the whole span", ReportStep.DAY: "days", ReportStep.MONTH: "months"}


class SavingsState(TagsState, SavingsQuestion):
    """The question of the report."""


@bp.get("/savings")
def savings() -> Response:
    """The page."""
    state = page.state_of(SavingsState)
    report, query = savings_report(state), state.query(current().now)
    rows = [SavingsRowAnswer.of(row) for row in report.rows[:MOST_ROWS]]
    answer: Content = SavingsAnswer.of(Listed(rows, report))
    asked: dict[str, object] = {
        "from": query.first.isoformat(),
        "to": query.last.isoformat(),
        "by": state.by,
        "step": None if state.step is ReportStep.TOTAL else state.step.value,
        "tag": state.tag,
        "signal": None if state.signal is SavingsQuestion.model_fields["signal"].default else state.signal.value,
    }
    files = {"JSON": None, "CSV": "csv", "Markdown": "markdown"}
    return page.filled(
        "savings.html",
        state,
        answer=answer,
        query=query,
        total=answer["total"],
        count=len(report.rows),
        steps=STEPS,
        groups=list(SAVINGS_DIMENSIONS),
        signals=list(SignalName),
        asked_signal=asked["signal"],
        days_of_list={name: asked[name] for name in ("from", "to")} | {"theme": state.theme},
        first=None if answer["total"]["decisions"] else page.curl("/api/v1/schedule", EXAMPLE),
        files=[(name, link(PATH, None, **asked, format=form)) for name, form in files.items()],
        curl=page.curl(link(PATH, None, **asked)),
    )
