"""What all requests share: facts, readers of the grid, our own forecasts; each request has its session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from threading import Lock

from forecast_keeper import ForecastKeeper
from grid.source import GridReader, SourceState
from mapping import CloudMap
from planning.outlook.outlooks import Outlooks
from planning.plan.shared import Solve, without_solver
from session import Session
from session_grid import SessionGrid
from store.history.readings import Nothing, Past, PastPin
from store.history.scores import NoScores, ScoreStore


class Engine:
    """Static facts (`mapping`), live grid data (`reader`) and its past, if stored; each request has its session."""

    def __init__(
        self,
        mapping: CloudMap,
        reader: GridReader,
        past: Past | None = None,
        scores: ScoreStore | None = None,
        solve: Solve = without_solver,
    ) -> None:
        self._outlooks = Outlooks(mapping)
        self._reader = reader
        self.past = past or Nothing()
        self.forecasts = ForecastKeeper(self.past, scores or NoScores())
        self._solve = solve
        self._placing = Lock()  # a ranking of all offers takes tens of MB, and several at once are no faster

    @property
    def mapping(self) -> CloudMap:
        """The facts that new sessions answer from."""
        return self._outlooks.mapping

    def swap(self, mapping: CloudMap) -> None:
        """New sessions answer from these facts; open sessions keep the facts they began with."""
        self._outlooks = Outlooks(mapping)

    def at(self, now: datetime) -> Session:
        """A session at one time, over the facts and the grid at its opening. now: aware UTC."""
        history = PastPin(self.past, lambda: [state.source for state in self.source_states()])
        live, recent, skills = self._reader.open(), self.forecasts.recent, self.forecasts.skills
        grid = SessionGrid(
            now=now,
            outlooks=self._outlooks,
            live=live,
            history=history,
            issued=self.forecasts.scores,
            recent=recent,
            skills=skills,
        )
        return Session(now=now, grid=grid, placing=self._placing, solve=self._solve)

    def renew_forecasts(self, now: datetime) -> Iterator[bool]:
        """Make our own forecasts from the stored readings, a zone in each step: whether it has one now.

        Sessions that are opened after the last step answer from them. Raises StateUnavailable.
        """
        return self.forecasts.renew(self.at(now).grid)

    def renew_skills(self, now: datetime) -> Iterator[bool]:
        """Find how good stored forecasts were, a zone in each step: False, as no forecast is made. Raises as above."""
        return self.forecasts.renew_skills(self.at(now).grid)

    def source_states(self) -> tuple[SourceState, ...]:
        """The state of each grid source; makes no call."""
        return self._reader.states()
