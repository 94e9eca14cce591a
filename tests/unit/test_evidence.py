"""What an answer read comes back from the store as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon.forecasts import LeadDaySkill, StoredSkill
from carbon.intensity import Derivation, Quality, Signal
from carbon.ranges import Factors
from carbon.reading import Attempt, Observation, UpstreamForecast, ZoneReading
from catalog.outlook_error import WaitingOutcome
from evidence import codec
from evidence.codec import Evidence, EvidenceUnreadable, KeptForecast, KeptSkill, KeptSolution
from planning.outlook.forecast_choice import RecentForecast, RecentForecasts
from planning.outlook.stored_skill import ForecastSkills, ZoneSkill
from planning.plan.limits.problem import Row, Solution

NOW = datetime(2026, 2, 11, 10, 30, tzinfo=UTC)
numbers = st.floats(0, 1e6)
narrow = st.floats(0, 1e6, width=32)


def observation(value: float) -> Observation:
    return Observation(
        zone="SE-SE3",
        gco2e_per_kwh=value,
        starts_at=NOW,
        ends_at=NOW.replace(hour=11),
        quality=Quality.ESTIMATED,
        source="entsoe",
        derivation=Derivation(method="mix", range=Factors(low=0.9, high=1.2), flow_traced=None, exact=False),
    )


def reading(values: list[float]) -> ZoneReading:
    forecast = UpstreamForecast(
        zone="SE-SE3", starts_at=NOW, gco2e_per_kwh=(None, *values), source="entsoe", step_seconds=900
    )
    return ZoneReading(
        latest=observation(values[0]),
        forecast=forecast,
        attempts=(Attempt(source="entsoe", reason=None), Attempt(source="eia", reason="timeout")),
        others=(observation(values[-1]),),
        spread=Factors(low=0.8, high=1.1),
    )


def recent(values: list[float]) -> RecentForecast:
    hours = np.array(values, dtype=np.float32)
    return RecentForecast(
        origin=491_000, values=hours, low=hours * np.float32(0.5), high=hours * np.float32(2), history_hours=336
    )


def skill(value: float) -> ZoneSkill:
    day = LeadDaySkill(
        lead_day=1, mape=value, coverage=None, captured=0.5, issue_days=20, forecasts=80, hours=400,
        estimated_hours=3, hours_without_reading=0,
    )  # fmt: skip
    stored = StoredSkill(zone="SE-SE3", source="entsoe", lead_days=(day,))
    return ZoneSkill(stored, {(7, 2.0): WaitingOutcome(-0.1, value, 0.3, 0.75)})


def evidence(readings: dict[str, ZoneReading], forecast: RecentForecast, zone_skill: ZoneSkill) -> Evidence:
    recents, skills = RecentForecasts.of({"SE-SE3": forecast}), ForecastSkills.of([zone_skill])
    solution = Solution(
        rows=(Row(1, 0, 2, ((0.0, 3600.5),)),),
        cost=inf, bound=12.5, unplaced=(0, 1), least_unplaced=0, status="feasible", placed_bound=0.1,
        per_unit=np.array([0.25, inf]),
    )  # fmt: skip
    return Evidence(
        release="1.0.0",
        now=NOW,
        signal=Signal.AVERAGE_LIFECYCLE,
        max_age_minutes=60,
        live_version="live",
        recent_version=recents.version,
        skills_version=skills.version,
        readings=readings,
        recent={"SE-SE3": KeptForecast.of(forecast)},
        skills=[KeptSkill.of(zone_skill)],
        solutions=[KeptSolution.of(solution)],
    )


@given(st.lists(numbers, min_size=1, max_size=5), st.lists(narrow, min_size=1, max_size=5), numbers)
def test_readings_forecasts_skills_and_solutions_come_back_as_they_were(
    values: list[float], hours: list[float], figure: float
) -> None:
    written = evidence({"SE-SE3": reading(values), "FR": ZoneReading(reason="no-key")}, recent(hours), skill(figure))

    read = codec.unpacked(codec.packed(written))

    assert read == written
    # The versions name all values, so values made again of the evidence must have the same.
    forecasts = {zone: one.forecast() for zone, one in read.recent.items()}
    assert RecentForecasts.of(forecasts).version == written.recent_version
    assert ForecastSkills.of([one.zone_skill() for one in read.skills]).version == written.skills_version
    (solution,) = (one.solution() for one in read.solutions)
    assert (solution.rows, solution.cost, solution.per_unit.tolist()) == (
        (Row(1, 0, 2, ((0.0, 3600.5),)),),
        inf,
        [0.25, inf],
    )


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"version": 1}', b'{"version": 2}', b"\xff"])
def test_evidence_that_cannot_be_read_is_told(text: bytes) -> None:
    with pytest.raises(EvidenceUnreadable):
        codec.unpacked(text)


def test_evidence_of_a_later_form_is_told() -> None:
    written = json.loads(codec.packed(evidence({}, recent([1.0]), skill(0.1))))

    with pytest.raises(EvidenceUnreadable, match="another release"):
        codec.unpacked(json.dumps({**written, "version": 2}).encode())
