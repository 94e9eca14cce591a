"""How long a schedule takes, in places: of a job in one piece over a week, each of some 0.5 ms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate

from api.questions.fields import scope_of
from api.questions.names import Facts
from carbon.workload import Interruption, Phase

MAX_PLACES = 10_000  # some 5 s of the processor
LIGHT_PLACES = 10
# Ten blackouts a day take 13 ms over a week, and 0.4 s over a year.
LIGHT_SEARCH = timedelta(days=31)
# A job of 4 h in segments that are limited takes 22 ms over a week, one of 6 h takes 2 ms over a day.
LIGHT_SQUARE_HOURS = 280.0
SQUARE_HOURS_OF_A_PLACE = LIGHT_SQUARE_HOURS / 20  # 10 ms are 20 places
WEEK_HOURS = 168
BLACKOUT_OF_A_RUN = 1.5  # a blackout is followed over 16 days for each run
CHANGES_OF_A_PLACE = 6  # 24 phases of odd minutes take 50 ms a week


def count_places(facts: Facts, providers: Sequence[str] | None, countries: Sequence[str] | None) -> int:
    """Regions of these providers and countries; None: all."""
    scope = scope_of(list(providers or []))
    return sum(
        (not scope or region.provider in scope) and (not countries or region.country in countries)
        for region in facts.mapping.catalog.regions
    )


def weight_of_place(
    hours: float, search_hours: float, *, blackouts: int, interruption: Interruption | None, phases: Sequence[Phase]
) -> float:
    """Of one place. hours: of the job. search_hours: in which it may start."""
    weeks = (hours + search_hours) / WEEK_HOURS
    if phases:
        weeks *= 1 + _changes(phases) / CHANGES_OF_A_PLACE
    if interruption is not None and not interruption.is_free:
        weeks += hours * search_hours / SQUARE_HOURS_OF_A_PLACE
    return 1.0 + weeks * (1 + blackouts)


def _changes(phases: Sequence[Phase]) -> int:
    """How many integrals an hour of the search takes: one for each change, at each start that is tried."""
    edges = [0.0, *accumulate(phase.hours for phase in phases)]
    return len(edges) * len({round(edge % 1.0, 6) for edge in edges})
