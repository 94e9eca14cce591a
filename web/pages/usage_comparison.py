"""/usage/comparison: the ledger beside what AWS itself says."""

from __future__ import annotations

from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.endpoints.usage_comparison import compared
from api.questions.footprint_comparison import ComparisonQuestion
from api.shapes.footprint_comparison import ComparedMonthAnswer, ComparedRow, methods
from carbon.footprint_comparisons import ComparedMonth
from web.pages import page
from web.pages.page import PageState, link
from web.pages.words import grams

bp = page.blueprint("usage_comparison_page", __name__)
PATH = "/api/v1/usage/comparison"
ROWS, MOST_ROWS = 100, 2000


class ComparisonState(PageState, ComparisonQuestion):
    """The question of the comparison."""

    rows: int = Field(default=ROWS, ge=1, le=MOST_ROWS)


@bp.get("/usage/comparison")
def usage_comparison() -> Response:
    """The page."""
    state, exchange = page.state_of(ComparisonState), current()
    query = state.query(exchange.now)
    answer = compared(query)
    asked = {"from": f"{query.first:%Y-%m}", "to": f"{query.last:%Y-%m}"}
    files = [("JSON", link(PATH, None, **asked))]
    files += [(name, link(PATH, None, **asked, format=name.lower())) for name in ("CSV", "Markdown")]
    return page.filled(
        "usage_comparison.html",
        state,
        query=query,
        present=f"{exchange.now:%Y-%m}",
        months=[ComparedMonthAnswer.of(month) for month in reversed(answer.months) if _has_figures(month)],
        has_usage=any(month.whole.ours is not None for month in answer.months),
        rows=[ComparedRow.of(row) for row in answer.rows][: state.rows],
        count=len(answer.rows),
        most_rows=MOST_ROWS,
        is_published=any(month.is_published for month in answer.months),
        methods=methods(),
        signed=signed,
        files=files,
        curl=page.curl(link(PATH, None, **asked)),
    )


def _has_figures(month: ComparedMonth) -> bool:
    return month.is_published or month.whole.ours is not None


def signed(difference_g: float | None) -> str:
    """A difference with its sign."""
    words = grams(difference_g)
    if difference_g is None or difference_g == 0:
        return words
    return f"+{words}" if difference_g > 0 else f"−{grams(-difference_g)}"
