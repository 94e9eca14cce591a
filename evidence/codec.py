"""What an answer read, as JSON. Numbers are written so that they come back as they were."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import numpy as np
from pydantic import TypeAdapter, ValidationError

from carbon.forecasts import StoredSkill
from carbon.intensity import Signal
from carbon.reading import ZoneReading
from catalog.outlook_error import WaitingOutcome
from planning.outlook.forecast_choice import RecentForecast
from planning.outlook.stored_skill import ZoneSkill
from planning.plan.limits.problem import Row, Solution

VERSION = 1


class EvidenceUnreadable(ValueError):
    """The evidence is damaged, or of another release than this one can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForecast:
    """A RecentForecast, its values as they are as 32-bit numbers."""

    origin: int
    values: list[float]
    low: list[float]
    high: list[float]
    history_hours: int

    @classmethod
    def of(cls, forecast: RecentForecast) -> KeptForecast:
        hours = {name: getattr(forecast, name).tolist() for name in ("values", "low", "high")}
        return cls(origin=forecast.origin, history_hours=forecast.history_hours, **hours)

    def forecast(self) -> RecentForecast:
        """As it was."""
        return RecentForecast(
            origin=self.origin,
            values=np.array(self.values, dtype=np.float32),
            low=np.array(self.low, dtype=np.float32),
            high=np.array(self.high, dtype=np.float32),
            history_hours=self.history_hours,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSkill:
    """A ZoneSkill. outcomes: with the two parts of their keys."""

    skill: StoredSkill
    outcomes: list[tuple[int, float, WaitingOutcome]]

    @classmethod
    def of(cls, skill: ZoneSkill) -> KeptSkill:
        return cls(skill=skill.skill, outcomes=[(*band, outcome) for band, outcome in skill.outcomes.items()])

    def zone_skill(self) -> ZoneSkill:
        """As it was."""
        return ZoneSkill(self.skill, {(hours, saving): outcome for hours, saving, outcome in self.outcomes})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSolution:
    """A Solution. rows: job, option, copies and spans of each."""

    rows: list[tuple[int, int, int, tuple[tuple[float, float], ...]]]
    cost: float
    bound: float
    unplaced: tuple[int, ...]
    least_unplaced: int
    status: str
    placed_bound: float
    columns: int
    per_unit: list[float]
    per_usd: float
    per_gram: float
    seconds: float

    @classmethod
    def of(cls, solution: Solution) -> KeptSolution:
        return cls(
            rows=[(int(row.job), int(row.option), int(row.copies), _floats(row.spans)) for row in solution.rows],
            cost=float(solution.cost),
            bound=float(solution.bound),
            unplaced=tuple(map(int, solution.unplaced)),
            least_unplaced=int(solution.least_unplaced),
            status=solution.status,
            placed_bound=float(solution.placed_bound),
            columns=int(solution.columns),
            per_unit=solution.per_unit.tolist(),
            per_usd=float(solution.per_usd),
            per_gram=float(solution.per_gram),
            seconds=float(solution.seconds),
        )

    def solution(self) -> Solution:
        """As it was."""
        return Solution(
            rows=tuple(Row(job, option, copies, spans) for job, option, copies, spans in self.rows),
            cost=self.cost,
            bound=self.bound,
            unplaced=self.unplaced,
            least_unplaced=self.least_unplaced,
            status=self.status,
            placed_bound=self.placed_bound,
            columns=self.columns,
            per_unit=np.array(self.per_unit, dtype=np.float64),
            per_usd=self.per_usd,
            per_gram=self.per_gram,
            seconds=self.seconds,
        )


def _floats(spans: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    return tuple((float(start), float(end)) for start, end in spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that an answer rests on beside its question and the facts.

    release: that answered. now: the minute. max_age_minutes: by which the question was checked. *_version: of live
    values, our own forecasts and their skill, which are parts of the version of the data. readings, recent: by zone.
    solutions: of the solver, in their order.
    """

    release: str
    now: datetime
    signal: Signal
    max_age_minutes: int
    live_version: str
    recent_version: str
    skills_version: str
    readings: dict[str, ZoneReading]
    recent: dict[str, KeptForecast]
    skills: list[KeptSkill]
    solutions: list[KeptSolution]


@cache
def _adapter() -> TypeAdapter[Evidence]:
    return TypeAdapter(Evidence)


def packed(evidence: Evidence) -> bytes:
    """As JSON in UTF-8."""
    fields = _adapter().dump_python(evidence, mode="json")
    return json.dumps({"version": VERSION, **fields}, ensure_ascii=False, separators=(",", ":")).encode()


def unpacked(text: bytes) -> Evidence:
    """The evidence that was packed. Raises EvidenceUnreadable."""
    try:
        fields = json.loads(text)
        if fields.pop("version") != VERSION:
            raise EvidenceUnreadable("another release stored it in a form that this one cannot read")
        return _adapter().validate_python(fields)
    except (ValidationError, ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        if isinstance(error, EvidenceUnreadable):
            raise
        raise EvidenceUnreadable("what was kept of the grid is damaged") from error
