"""Hints that follow from an answer's own figures."""

from __future__ import annotations

from carbon.placements import Advice, BareRegion, PlacementRow
from planning.placing.figures import OfferFigures
from planning.placing.hints.answer import Answer
from planning.placing.hints.choices import architecture, region, time
from planning.placing.hints.hint import period_of
from planning.placing.hints.machine import idle_hours, spot, utilization
from planning.placing.job import Job
from planning.placing.rank import Ranked, measured


def advice(
    job: Job, offers: OfferFigures, ranked: Ranked, first: PlacementRow, requested: PlacementRow | BareRegion | None
) -> tuple[Advice, ...]:
    """What else would save at least a gram, or for spot money. Every hint is about an offer that qualifies."""
    figures = measured(offers, job.query, job.ranked_by.by)
    answer = Answer(job, offers, figures, ranked, first, requested, period_of(job))
    hints = (hint(answer) for hint in (architecture, region, time, utilization, idle_hours, spot))
    return tuple(hint for hint in hints if hint is not None)
