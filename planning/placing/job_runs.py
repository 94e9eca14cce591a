"""Where and when each run of a job that comes back is best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from carbon.errors import CarbonError, DoesNotFit, IntensityUnknown
from carbon.intensity import CarbonIntensity
from carbon.results import Emission
from carbon.schedules import Occurrence, Schedule
from catalog.model import Region
from planning.outlook.zones import Outlook
from planning.placing.job_places import JobPlaces
from planning.placing.job_rank import rank_places
from planning.scheduling.repeat import Run


def rank_runs(
    runs: Sequence[Run],
    places: JobPlaces,
    outlook: Outlook,
    emission: Callable[[Region, float, CarbonIntensity], Emission],
) -> Schedule:
    """The schedule of the first run that can be scheduled, with all runs; each has the best place of its own.

    A run without a time or a known intensity has its reason. Raises that of the first if no run has a schedule, and
    what rank_places raises beside.
    """
    first: Schedule | None = None
    errors, occurrences = list[CarbonError](), list[Occurrence]()
    for run in runs:
        query = run.query if first is None else replace(run.query, alternatives=0)
        try:
            if isinstance(run.span, DoesNotFit):
                raise run.span
            plan = rank_places(query, places, outlook, run.span, emission)
        except (DoesNotFit, IntensityUnknown) as error:
            errors.append(error)
            occurrences.append(Occurrence(due_at=run.due_at, schedule=None, reason=str(error)))
            continue
        first = first or plan
        occurrences.append(Occurrence(due_at=run.due_at, schedule=plan))
    if first is None:
        raise errors[0]
    return replace(first, occurrences=tuple(occurrences))
