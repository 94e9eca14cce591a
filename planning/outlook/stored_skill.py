"""The measured skill of forecasts in a zone, and what waiting as they advised brought, in place of the backtest's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from carbon.forecasts import LeadDaySkill, StoredSkill
from catalog.outlook_error import SAVING_BANDS, WAIT_BANDS, WaitingOutcome, band_of
from planning.history.skill import skills_of
from planning.outlook.level import CORRECTED
from store.history.scores import DayScores, Floats

SKILL_DAYS = 30  # of issue, up to yesterday
LEAST_DAYS = 14  # of issue with scored hours, from which on waiting is judged by them
LEAST_WAITS = 30  # of jobs, for their centiles


@dataclass(frozen=True, slots=True, eq=False)
class ZoneSkill:
    """outcomes: what waiting brought, by the first hours of its band and the first per cent of the saving predicted."""

    skill: StoredSkill
    outcomes: Mapping[tuple[int, float], WaitingOutcome]

    @classmethod
    def of(cls, skill: StoredSkill, scores: Sequence[DayScores]) -> ZoneSkill:
        """scores: of the days that the skill is of."""
        return cls(skill, outcomes_of(np.concatenate([one.waits for one in scores])))


@dataclass(frozen=True, slots=True, eq=False)
class ForecastSkills:
    """By zone and source of the forecast. version: names all figures; empty without any."""

    by_series: Mapping[tuple[str, str], ZoneSkill]
    version: str = ""

    @classmethod
    def of(cls, skills: Sequence[ZoneSkill]) -> ForecastSkills:
        if not skills:
            return NO_SKILLS
        digest = blake2b("".join(f"{one.skill}{one.outcomes}" for one in skills).encode(), digest_size=4)
        return cls({(one.skill.zone, one.skill.source): one for one in skills}, f"-{digest.hexdigest()}")

    def outcome(
        self, zone: str, source: str | None, lead_hours: float, saving_percent: float
    ) -> tuple[WaitingOutcome, int] | None:
        """What waiting so long for a predicted saving brought, and on how many days the forecasts were issued.

        None with fewer than LEAST_DAYS of them, or too few such jobs. source: of the forecast; None: there is none.
        """
        skill = None if source is None else self.by_series.get((zone, source.removesuffix(CORRECTED)))
        if skill is None or skill.skill.issue_days < LEAST_DAYS:
            return None
        band = int(band_of(WAIT_BANDS, lead_hours)), band_of(SAVING_BANDS, saving_percent)
        outcome = skill.outcomes.get(band)
        return None if outcome is None else (outcome, skill.skill.issue_days)

    def means(self) -> Mapping[tuple[str, int], MeanSkill]:
        """By source and day ahead: the means over the zones that have each figure."""
        parts: dict[tuple[str, int], list[LeadDaySkill]] = {}
        for (_, source), one in self.by_series.items():
            for day in one.skill.lead_days:
                parts.setdefault((source, day.lead_day), []).append(day)
        return {key: MeanSkill.of(days) for key, days in sorted(parts.items())}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanSkill:
    """Means over zones of shares; None where no zone has the figure. zones: those with an error."""

    zones: int
    mape: float | None
    coverage: float | None
    captured: float | None

    @classmethod
    def of(cls, days: Sequence[LeadDaySkill]) -> MeanSkill:
        """days: one of each zone."""
        errors = [day.mape for day in days if day.mape is not None]
        coverages = [day.coverage for day in days if day.coverage is not None]
        savings = [day.captured for day in days if day.captured is not None]
        return cls(zones=len(errors), mape=_mean(errors), coverage=_mean(coverages), captured=_mean(savings))


def _mean(shares: Sequence[float]) -> float | None:
    return sum(shares) / len(shares) if shares else None


NO_SKILLS = ForecastSkills({})


def zone_skills(scores: Sequence[DayScores]) -> Iterator[ZoneSkill]:
    """The skill of each zone and source. scores: by zone, source and day."""
    return (ZoneSkill.of(skill, days) for skill, days in skills_of(scores))


def outcomes_of(waits: Floats) -> dict[tuple[int, float], WaitingOutcome]:
    """The outcomes by band of hours waited and of predicted saving, as in the backtest of waiting.

    waits: hours waited, log(now / later) as predicted and as it came, shape (jobs, 3). Where a band of savings has
    fewer than LEAST_WAITS jobs, those of the bands beside it count as well; where these are too few, it has none.
    """
    leads, predicted, actual = waits.T
    lead_of = np.searchsorted(WAIT_BANDS, leads, side="right") - 1
    saving_of = np.searchsorted(SAVING_BANDS, -100 * np.expm1(-predicted), side="right") - 1
    outcomes = {}
    for lead, first_hours in enumerate(WAIT_BANDS):
        for saving, first_percent in enumerate(SAVING_BANDS):
            for reach in (0, 1):
                rows = (lead_of == lead) & (np.abs(saving_of - saving) <= reach)
                if rows.sum() >= LEAST_WAITS:
                    low, median, high = np.quantile(actual[rows] - predicted[rows], (0.1, 0.5, 0.9)).tolist()
                    chance = float(np.mean(actual[rows] > 0))
                    outcomes[first_hours, first_percent] = WaitingOutcome(low, median, high, chance)
                    break
    return outcomes
