"""A session that reads what another one had read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from carbon.errors import CarbonError
from carbon.intensity import Signal
from carbon.queued_plans import Watch
from carbon.reading import Observation, Percentile, Shares, ZoneReading
from evidence.codec import Evidence
from grid.source import GridSnapshot, MissingPast
from mapping import CloudMap
from planning.outlook.forecast_choice import RecentForecasts
from planning.outlook.outlooks import Outlooks
from planning.outlook.stored_skill import ForecastSkills
from planning.plan.limits.problem import Problem, Solution
from session import Session
from session_grid import SessionGrid
from store.history.readings import Nothing, PastPin


class NotRecorded(CarbonError):
    """The question reads what the answer that is kept did not read: this release decides in another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSnapshot:
    """A GridSnapshot of readings that were recorded."""

    version: str
    signal: Signal
    readings: Mapping[str, ZoneReading]

    def read(self, zones: Iterable[str], *, now: datetime, forecast: bool) -> Mapping[str, ZoneReading]:
        """See GridSnapshot. Raises NotRecorded."""
        try:
            return {zone: self.readings[zone] for zone in zones}
        except KeyError as error:
            raise NotRecorded(f"it now reads the grid of {error.args[0]}") from None

    def shares(self, zone: str, *, now: datetime) -> Shares | None:
        """None: no decision reads them."""
        return None

    def peek(self, zones: Iterable[str], *, now: datetime) -> Mapping[str, Observation]:
        """None: as above."""
        return {}

    def of_signal(self, signal: Signal) -> GridSnapshot:
        """See GridSnapshot. Raises NotRecorded for another one."""
        if signal is not self.signal:
            raise NotRecorded(f"it now reads the signal {signal.value}")
        return self

    def without_waiting(self) -> GridSnapshot:
        """The same."""
        return self

    def percentile(self, zone: str, *, now: datetime) -> Percentile | None:
        """None: as above."""
        return None

    def by_source(self, zone: str, *, now: datetime) -> Mapping[str, ZoneReading]:
        """None: as above."""
        return {}

    def note_disagreement(self, disagreeing: Mapping[str, float], agreeing: Set[str]) -> None:
        """Nothing: it was logged when it was read."""

    def past_sources(self, zone: str) -> Sequence[str]:
        """None: as above."""
        return ()

    def fetch_past(self, missing: Sequence[MissingPast]) -> None:
        """Nothing: as above."""


class KeptSolve:
    """A Solve that gives the solutions that were recorded, in their order."""

    def __init__(self, solutions: Iterable[Solution]) -> None:
        self._solutions = iter(solutions)

    def __call__(self, problem: Problem, watch: Watch) -> Solution:
        """See Solve. Raises NotRecorded."""
        solution = next(self._solutions, None)
        if solution is None:
            raise NotRecorded("it now asks the solver")
        return solution


def session_of(evidence: Evidence, mapping: CloudMap, placing: Lock) -> Session:
    """The session at the time of the evidence over the facts of that time. placing: as in Session."""
    skills = [one.zone_skill() for one in evidence.skills]
    grid = SessionGrid(
        now=evidence.now,
        outlooks=Outlooks(mapping).of_signal(evidence.signal),
        live=KeptSnapshot(version=evidence.live_version, signal=evidence.signal, readings=evidence.readings),
        history=PastPin(Nothing(), list),
        recent=RecentForecasts(
            {zone: one.forecast() for zone, one in evidence.recent.items()}, evidence.recent_version
        ),
        skills=ForecastSkills({(one.skill.zone, one.skill.source): one for one in skills}, evidence.skills_version),
    )
    solve = KeptSolve(one.solution() for one in evidence.solutions)
    return Session(now=evidence.now, grid=grid, placing=placing, solve=solve)
