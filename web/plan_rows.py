"""An answer of plan as rows, one for each job: where and when it runs, over the hours of its region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from carbon.forecasts import ForecastBasis
from carbon.intensity import SignalName
from carbon.results import HourStep
from session import Session
from web.geometry.strip import HOUR, Span

LEAST_HOURS = 12  # that a plan's strips show
Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A job that is placed. json, baseline: its rows of the answer. region: provider:region."""

    job: str
    region: str
    json: Content
    baseline: Content

    @property
    def runs(self) -> list[Span]:
        """The times in which it runs."""
        return runs_of(self.json)

    @property
    def saved_gco2e(self) -> float:
        """Grams less than at its earliest at home; negative if more."""
        saved: float = self.baseline["co2_emissions_g"] - self.json["co2_emissions_g"]
        return saved


def plan_rows(answer: Content) -> list[PlanRow]:
    """The assignments of an answer in its order."""
    baselines = {row["job"]: row for row in answer["baseline"]["assignments"]}
    return [
        PlanRow(job=row["job"], region=place_of(row), json=row, baseline=baselines[row["job"]])
        for row in answer["assignments"]
    ]


def place_of(row: Content) -> str:
    """provider:region of a row of the answer."""
    return f"{row['provider']}:{row['region']}"


def runs_of(row: Content) -> list[Span]:
    """The window of a row, or its segments."""
    window = row["window"]
    return [(_time(part["start_time"]), _time(part["end_time"])) for part in window.get("segments") or [window]]


def made_at(answer: Content) -> datetime:
    """The minute that an answer is for."""
    return _time(answer["timestamp"])


def shown_span(rows: Sequence[PlanRow], made: datetime) -> Span:
    """The full hours from the minute of the plan to its last end and that of the baseline, and an hour more."""
    start = made.replace(minute=0, second=0)
    last = max((end for row in rows for _, end in (*row.runs, *runs_of(row.baseline))), default=start)
    return start, start + timedelta(hours=max(LEAST_HOURS, ceil((last - start) / HOUR) + 1))


def hours_of_zones(
    rows: Sequence[PlanRow], answer: Content, shown: Span, session: Session
) -> dict[str, list[HourStep]]:
    """The hours to come of each row's zone, from the present one on, by the signal of the answer."""
    grid = session.about(SignalName(answer.get("signal", "average")).counted)
    count = max(1, ceil((shown[1] - session.now.replace(minute=0)) / HOUR))
    zones = dict.fromkeys(row.json["zone"] for row in rows)
    return {zone: list(grid.zone_forecast(zone, ForecastBasis.OUTLOOK, count).hours) for zone in zones}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
