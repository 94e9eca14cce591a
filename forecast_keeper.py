"""Our own forecasts, and how good stored forecasts were: renewed in the background, held for the sessions to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from carbon.forecasts import SkillList, SkillQuery
from carbon.intensity import Signal
from planning.history.skill import days_before, skill_list
from planning.outlook.forecast_choice import NO_FORECASTS, RecentForecasts
from planning.outlook.stored_skill import NO_SKILLS, SKILL_DAYS, ForecastSkills, zone_skills
from session_grid import SessionGrid
from store.history.readings import Past
from store.history.scores import ScoreStore


class ForecastKeeper:
    """Each step of a renewal is short, and tells whether a forecast was made. Every method raises StateUnavailable.

    recent, skills: of the last renewals; of the average signal. scores: where forecasts as issued are found.
    """

    def __init__(self, past: Past, scores: ScoreStore) -> None:
        self._past = past
        self.scores = scores
        self.recent = NO_FORECASTS
        self.skills = NO_SKILLS

    def renew(self, grid: SessionGrid) -> Iterator[bool]:
        """Make the forecasts of all zones with enough stored readings, and then have them stored if it is time."""
        forecasts = {}
        for zone, forecast in grid.recent_forecasts():
            if forecast is not None:
                forecasts[zone] = forecast
            yield forecast is not None
        if forecasts:
            self.recent = RecentForecasts.of(forecasts)
            for issued in self.recent.issued(grid.now):
                self._past.record(Signal.AVERAGE_LIFECYCLE, issued)

    def renew_skills(self, grid: SessionGrid) -> Iterator[bool]:
        """Score the stored forecasts if it is this process's turn, and read how good those of the last days were."""
        if self.scores.is_due(grid.now):
            for _ in grid.score_forecasts(self.scores):
                yield False
        skills = []
        days = days_before(grid.now, SKILL_DAYS)
        for skill in zone_skills(self.scores.between(Signal.AVERAGE_LIFECYCLE, *days)):
            skills.append(skill)
            yield False
        self.skills = ForecastSkills.of(skills)

    def skill(self, query: SkillQuery, now: datetime) -> SkillList:
        """How good the stored forecasts of a query were, by zone and source."""
        days = days_before(now, query.days)
        scores = self.scores.between(query.signal.counted, *days, zone=query.zone, source=query.source)
        return skill_list(query.signal, days, scores)
