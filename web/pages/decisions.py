"""/decisions and /decisions/{id}: recorded answers: what they promised, what came, whether they are the same today."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from pydantic import Field

import ledger_questions
from api.edge.exchange import Exchange, current
from api.endpoints.decisions import decision_of, facts_of
from api.questions.decisions import MOST_LISTED, DecisionParameters, DecisionsParameters
from api.shapes.decisions import DecisionHead
from carbon.decisions import Decision
from carbon.savings import Outcome, OutcomeState
from web.pages import page
from web.pages.page import Content, PageState, link
from web.pages.words import number

bp = page.blueprint("decisions_page", __name__)
PATH = "/api/v1/decisions"
MOST_RUNS = 100  # of each side that are shown
STATES = {
    OutcomeState.PENDING: "hours not over",
    OutcomeState.NO_COMPARISON: "compares with nothing",
    OutcomeState.UNKNOWN: "grams not known",
    OutcomeState.FOLLOWED: "followed",
    OutcomeState.NOT_FOLLOWED: "not followed",
    OutcomeState.NOT_REPORTED: "no usage names it",
}
# A first decision that can be asked for as it is.
EXAMPLE: Content = {
    "region": "aws:us-east-1",
    "instance_type": "m7g.large",
    "duration_hours": 2,
    "record": True,
    "tags": {"team": "search"},
}


class DecisionsState(PageState, DecisionsParameters):
    """The question of the list."""

    limit: int = Field(default=MOST_LISTED, ge=1, le=MOST_LISTED)


class DecisionState(PageState, DecisionParameters):
    """The question of one decision."""


@bp.get("/decisions")
def decisions() -> Response:
    """The list, the latest first."""
    state, exchange = page.state_of(DecisionsState), current()
    span, store = state.span(exchange.now), exchange.service.decisions
    total = store.count(exchange.tenant, *span)
    end = max(0, total - state.offset)
    begin = max(0, end - state.limit)
    listed = store.decisions(exchange.tenant, *span, offset=begin, limit=end - begin) if end else []
    became = _outcomes(exchange, listed)
    days = [day.isoformat() for day in state.days(exchange.now)]
    asked: dict[str, object] = {
        "from": days[0],
        "to": days[1],
        "limit": None if state.limit == MOST_LISTED else state.limit,
        "offset": begin or None,
    }
    return page.filled(
        "decisions.html",
        state,
        days=days,
        rows=[(DecisionHead.of(one), became[one.id]) for one in reversed(listed)],
        words=STATES,
        total=total,
        later=None if not state.offset else max(0, state.offset - state.limit),
        earlier=state.offset + state.limit if begin else None,
        files=[("JSON", link(PATH, None, **asked))],
        curl=page.curl(link(PATH, None, **asked)),
        first=None if total else page.curl("/api/v1/schedule", EXAMPLE),
    )


@bp.get("/decisions/<decision_id>")
def decision(decision_id: str) -> Response:
    """One decision."""
    state, exchange = page.state_of(DecisionState), current()
    one, kept = decision_of(exchange, decision_id)
    became = _outcomes(exchange, [one])[one.id]
    facts: Content = facts_of(exchange, one, kept, replay=state.replay)
    path = f"{PATH}/{one.id}"
    return page.filled(
        "decision.html",
        state,
        one=facts,
        question=in_words(facts["kind"], facts["question"]),
        asked=json.dumps(facts["question"], ensure_ascii=False, indent=2),
        became=became,
        ends=one.ends_at if one.placed or one.instead else None,
        sides=[
            ("Placed", facts["placed"], sums(facts["placed"])),
            ("Compared with", facts["instead"], sums(facts["instead"])),
        ],
        most_runs=MOST_RUNS,
        files=[("JSON", path)],
        curl=page.curl(path),
    )


def _outcomes(exchange: Exchange, listed: Sequence[Decision]) -> Mapping[str, Outcome]:
    """What became of decisions, by id, as the savings count them."""
    ran = exchange.service.usage.of_decisions(exchange.tenant, [one.id for one in listed])
    outcomes: dict[str, Outcome] = {}
    for signal in {one.signal for one in listed}:
        some = [(one, ran.get(one.id, ())) for one in listed if one.signal is signal]
        for outcome in ledger_questions.outcomes(exchange.session.about(signal), some):
            outcomes[outcome.decision.id] = outcome
    return outcomes


def sums(runs: Sequence[Content]) -> Content:
    """Of the runs of one side: grams and USD as promised, grams that came; null if one is not known."""
    came = [None if run["came"] is None else run["came"]["co2_emissions_g"] for run in runs]
    return {
        "promised_g": _whole([run["co2_emissions_g"] for run in runs]),
        "came_g": _whole(came),
        "is_over": all(run["came"] is not None for run in runs),
        "may_change": any(run["came"] is not None and run["came"]["may_change"] for run in runs),
        "cost_usd": _whole([run["cost_usd"] for run in runs]),
    }


def _whole(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if values and len(known) == len(values) else None


def in_words(kind: str, question: Mapping[str, Any]) -> str:
    """The question as a sentence. question: the body as it was sent."""
    if kind == "plan":
        jobs = len(question["jobs"])
        return f"Where and when should {'this job' if jobs == 1 else f'these {number(jobs)} jobs'} run?"
    hours, machine, kind_of_work = (question.get(name) for name in ("duration_hours", "instance_type", "workload"))
    work = f"a job of {number(hours)} {'hour' if hours == 1 else 'hours'}" if hours is not None else "a job"
    work += f" on {machine}" if machine else f" ({kind_of_work})" if kind_of_work else ""
    if kind == "optimize":
        return f"Where and on what should {work} run?"
    where = question.get("region")
    return f"When should {work} run{f' in {where}' if where else ''}?"
