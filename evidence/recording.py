"""Records what a session reads while it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from carbon.intensity import Signal
from carbon.queued_plans import Watch
from carbon.reading import Observation, Percentile, Shares, ZoneReading
from evidence.codec import Evidence, KeptForecast, KeptSkill, KeptSolution
from grid.source import GridSnapshot, MissingPast
from planning.plan.limits.problem import Problem, Solution
from planning.plan.shared import Solve
from session import Session


@dataclass(frozen=True, slots=True)
class RecordingSnapshot:
    """A GridSnapshot that notes the readings it gives."""

    inner: GridSnapshot
    readings: dict[str, ZoneReading] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """See GridSnapshot."""
        return self.inner.version

    def read(self, zones: Iterable[str], *, now: datetime, forecast: bool) -> Mapping[str, ZoneReading]:
        """See GridSnapshot."""
        readings = self.inner.read(zones, now=now, forecast=forecast)
        self.readings.update(readings)
        return readings

    def shares(self, zone: str, *, now: datetime) -> Shares | None:
        """See GridSnapshot."""
        return self.inner.shares(zone, now=now)

    def peek(self, zones: Iterable[str], *, now: datetime) -> Mapping[str, Observation]:
        """See GridSnapshot."""
        return self.inner.peek(zones, now=now)

    def of_signal(self, signal: Signal) -> GridSnapshot:
        """See GridSnapshot; what that reads is not noted."""
        return self.inner.of_signal(signal)

    def without_waiting(self) -> GridSnapshot:
        """See GridSnapshot."""
        return replace(self, inner=self.inner.without_waiting())

    def percentile(self, zone: str, *, now: datetime) -> Percentile | None:
        """See GridSnapshot."""
        return self.inner.percentile(zone, now=now)

    def by_source(self, zone: str, *, now: datetime) -> Mapping[str, ZoneReading]:
        """See GridSnapshot."""
        return self.inner.by_source(zone, now=now)

    def note_disagreement(self, disagreeing: Mapping[str, float], agreeing: Set[str]) -> None:
        """See GridSnapshot."""
        self.inner.note_disagreement(disagreeing, agreeing)

    def past_sources(self, zone: str) -> Sequence[str]:
        """See GridSnapshot."""
        return self.inner.past_sources(zone)

    def fetch_past(self, missing: Sequence[MissingPast]) -> None:
        """See GridSnapshot."""
        self.inner.fetch_past(missing)


@dataclass(frozen=True, slots=True)
class RecordingSolve:
    """A Solve that notes its solutions."""

    inner: Solve
    solutions: list[Solution] = field(default_factory=list)

    def __call__(self, problem: Problem, watch: Watch) -> Solution:
        """See Solve."""
        solution = self.inner(problem, watch)
        self.solutions.append(solution)
        return solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """A session and what it has read so far of live values, our own forecasts, their skill and the solver."""

    session: Session
    live: RecordingSnapshot
    solve: RecordingSolve

    @classmethod
    def of(cls, session: Session) -> Recorder:
        """From now on. session: by the signal of the question, of which nothing else is asked than to decide."""
        live, solve = RecordingSnapshot(session.grid.live), RecordingSolve(session.solve)
        grid = replace(session.grid, live=live)
        return cls(session=replace(session, grid=grid, solve=solve), live=live, solve=solve)

    def evidence(self, release: str, max_age_minutes: int) -> Evidence:
        """What the session read. release: that answered. max_age_minutes: by which the question was checked."""
        grid = self.session.grid
        zones = self.live.readings
        return Evidence(
            release=release,
            now=self.session.now,
            signal=grid.signal,
            max_age_minutes=max_age_minutes,
            live_version=grid.live.version,
            recent_version=grid.recent.version,
            skills_version=grid.skills.version,
            readings=dict(zones),
            recent={zone: KeptForecast.of(one) for zone, one in grid.recent.by_zone.items() if zone in zones},
            skills=[KeptSkill.of(one) for (zone, _), one in grid.skills.by_series.items() if zone in zones],
            solutions=[KeptSolution.of(one) for one in self.solve.solutions],
        )
