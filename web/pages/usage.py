"""/usage: what was used and emitted: the report of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Response
from pydantic import Field, model_validator

import ledger_questions
from api.edge.exchange import Exchange, current
from api.questions.usage_reports import MOST_DIMENSIONS, ReportQuestion
from api.shapes.parts import Listed
from api.shapes.usage import ReportRowAnswer, UsageReportAnswer
from carbon.usage_reports import ReportQuery, ReportStep
from planning.ledger.report import DIMENSIONS, TAG, day_number
from store.ledger.usage import UsageTotal
from web.budget_parts import budgets_shown
from web.drawing.usage import page_usage, sign
from web.geometry.canvas import PAGE
from web.geometry.usage_picture import PARTS, by_step
from web.pages import page
from web.pages.embedded import embedded
from web.pages.page import Content, PageState, link
from web.pages.words import grams, percent
from web.usage_columns import totals_of, unknown_in_words, usage_picture

bp = page.blueprint("usage_page", __name__)
PATH = "/api/v1/usage/report"
ROWS, MOST_ROWS = 100, 2000
MOST_WITHOUT = 0.99  # of the grams may lack the time of submission where a sentence says what waiting did
MOST_TAGS = 12  # named as groups to choose
STEPS = {ReportStep.TOTAL: "the whole span", ReportStep.DAY: "days", ReportStep.MONTH: "months"}


class TagsState(PageState):
    """Of a form that has a field for one more tag."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty_tags(cls, values: Any) -> Any:
        return values | {"tag": [text for text in values["tag"] if text]} if "tag" in values else values


class UsageState(TagsState, ReportQuestion):
    """The question of the report."""

    rows: int = Field(default=ROWS, ge=1, le=MOST_ROWS)


@bp.get("/usage")
def usage() -> Response:
    """The page."""
    state, exchange = page.state_of(UsageState), current()
    query = state.query(exchange.now)
    totals = totals_of(query)
    report = ledger_questions.usage_report(exchange.session, query, totals)
    answer: Content = UsageReportAnswer.of(
        Listed([ReportRowAnswer.of(row) for row in report.rows[: state.rows]], report)
    )
    asked = _asked(state, query)
    picture = usage_picture(query, totals, PAGE)
    budgets, budget_count = budgets_shown()
    return page.filled(
        "usage.html",
        state,
        answer=answer,
        query=query,
        count=len(report.rows),
        total=answer["total"],
        comparisons=[text for text in (_comparison(answer), _at_submission(answer)) if text],
        unknown=unknown_in_words(report.total),
        chart=embedded(page_usage(picture)),
        chart_step=by_step(query).step.value,
        signs={kind: embedded(sign(kind)) for kind in PARTS},
        steps=STEPS,
        groups=_groups(totals),
        most_groups=MOST_DIMENSIONS,
        most_rows=MOST_ROWS,
        files=_files(asked),
        curl=page.curl(link(PATH, None, **asked)),
        first_row=None if report.rows else page.curl("/api/v1/usage", _example(exchange)),
        budgets=budgets,
        budget_count=budget_count,
        is_empty=not report.rows and _is_empty(exchange),
    )


def _asked(state: UsageState, query: ReportQuery) -> dict[str, object]:
    """The parameters of the same report, with its days, so that it stays the same tomorrow."""
    units = state.functional_units
    return {
        "from": query.first.isoformat(),
        "to": query.last.isoformat(),
        "by": state.by,
        "step": None if state.step is ReportStep.TOTAL else state.step.value,
        "tag": state.tag,
        "functional_units": None if units is None else f"{units:.15g}",
    }


def _files(asked: dict[str, object]) -> list[tuple[str, str]]:
    return [
        ("JSON", link(PATH, None, **asked)),
        ("CSV", link(PATH, None, **asked, format="csv")),
        ("Markdown", link(PATH, None, **asked, format="markdown")),
        *((form.upper(), link(f"/charts/usage.{form}", None, **asked)) for form in ("svg", "png")),
    ]


def _groups(totals: Sequence[UsageTotal]) -> list[str]:
    """What rows can be grouped by: our own names, and the tags of these rows as the report calls them."""
    tags = sorted({name for total in totals for name in total.tags if "," not in name and name == name.strip()})
    return [*DIMENSIONS, *(f"{TAG}{name}" if name in DIMENSIONS else name for name in tags[:MOST_TAGS])]


def _comparison(answer: Content) -> str | None:
    """Against the median region, as a sentence; None where it or the sum is not known."""
    median, emitted = answer["in_median_region"], answer["total"]["co2_emissions_g"]
    if median is None or emitted is None:
        return None
    there = median["co2_emissions_g"]
    where = f"In {median['region']}, the region in the middle of all of the clouds that you used"
    return _beside(f"{where}, the same would have emitted {grams(there)}", there, emitted)


def _at_submission(answer: Content) -> str | None:
    """Against all at once when submitted, as a sentence; None where hardly any row says when that was."""
    at_once, emitted = answer["at_submission"], answer["total"]["co2_emissions_g"]
    share = at_once["without_submission_share"]
    if emitted is None or share is None or share > MOST_WITHOUT:
        return None
    there = at_once["co2_emissions_g"]
    text = _beside(
        f"Without waiting, each from when it was submitted, it would have emitted {grams(there)}", there, emitted
    )
    if not at_once["rows_without_submission"]:
        return text
    return f"{text} Rows with {percent(share * 100)} of the grams do not say when that was: they count as they ran."


def _beside(text: str, there: float, emitted: float) -> str:
    if there == 0 or grams(there) == grams(emitted):
        return f"{text}: as much as it did."
    less = there - emitted
    return (
        f"{text}: you emitted {grams(abs(less))} {'less' if less > 0 else 'more'} ({percent(abs(less) / there * 100)})."
    )


def _example(exchange: Exchange) -> Content:
    """A row that can be sent as it is."""
    start = (exchange.now - timedelta(days=1)).strftime("%Y-%m-%dT08:00:00Z")
    row: Content = {
        "id": "build-1",
        "start": start,
        "hours": 2,
        "region": "aws:us-east-1",
        "instance_type": "m7g.large",
    }
    return {"rows": [row | {"count": 3, "tags": {"team": "search"}}]}


def _is_empty(exchange: Exchange) -> bool:
    """Whether the caller's ledger has no row at all."""
    return exchange.service.usage.rows(exchange.tenant, 0, day_number(exchange.now.date()), 0, 1)[1] == 0
